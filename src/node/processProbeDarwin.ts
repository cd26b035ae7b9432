import type { ProcessState } from '../core/agents/liveness.ts';

/** The boot id on macOS: `sysctl -n kern.boottime`, cut after the first `}`. */
export function parseKernBoottime(output: string): string | undefined {
  const end = output.indexOf('}');
  return end === -1 ? undefined : output.slice(0, end + 1).trim();
}

/** Asks `ps` for the start of each process, in the C locale's form and in UTC, which `commandOptions` of the probe sees to. */
export function psArguments(pids: readonly number[]): readonly string[] {
  return ['-o', 'pid=,stat=,lstart=', '-p', pids.join(',')];
}

/** Reads lines such as `  501 S+   Fri Nov 20 09:15:00 2026`. */
export function parsePsStarts(output: string): ReadonlyMap<number, ProcessState> {
  const states = new Map<number, ProcessState>();
  for (const line of output.split('\n')) {
    const match = /^\s*(\d+)\s+(\S+)\s+(\S.*\S)\s*$/.exec(line);
    if (!match) continue;
    const [, pid, stat = '', start = ''] = match;
    const startedAtMs = Date.parse(`${start} UTC`);
    states.set(
      Number(pid),
      stat.startsWith('Z')
        ? { kind: 'gone' }
        : {
            kind: 'running',
            start: Number.isNaN(startedAtMs) ? undefined : `darwin-seconds:${startedAtMs / 1000}`,
            startedAtMs: Number.isNaN(startedAtMs) ? undefined : startedAtMs,
          },
    );
  }
  return states;
}
