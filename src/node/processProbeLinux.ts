/** USER_HZ: the unit of times in /proc, 100 on every Linux that Node runs on. */
export const clockTicksPerSecond = 100;

export interface ProcStat {
  /** Clock ticks from boot to the start of the process. */
  readonly startTicks: number;
  readonly isZombie: boolean;
}

/** Reads `/proc/<pid>/stat`; the name of the process may contain spaces and parentheses. */
export function parseProcStartTicks(stat: string): ProcStat | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Field 3 is the state and field 22 the start; field 3 is the first after the name.
  const startTicks = Number(fields[19]);
  const state = fields[0];
  if (state === undefined || !Number.isSafeInteger(startTicks)) return undefined;
  // A process whose first thread has ended shows as a zombie while its other threads work on.
  const hasThreads = Number(fields[17]) > 1;
  return { startTicks, isZombie: (state === 'Z' || state === 'X') && !hasThreads };
}

/** The wall clock at boot, from `/proc/stat`, in milliseconds. */
export function parseProcBootTimeMs(stat: string): number | undefined {
  const seconds = /^btime (\d+)$/m.exec(stat)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
