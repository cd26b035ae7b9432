import type { ProcessState } from '../core/agents/liveness.ts';

/** Process ids for one command: the command line must stay below 32 767 characters. */
export const maxPidsPerCommand = 1000;

/** A command that prints `<pid> <start in UTC, RFC 3339>` for each process that exists. */
export function processTimesCommand(pids: readonly number[]): {
  readonly command: string;
  readonly args: readonly string[];
} {
  // Only numbers go into the script.
  const list = pids.filter((pid) => Number.isSafeInteger(pid)).join(',');
  const script =
    `Get-Process -Id ${list} -ErrorAction SilentlyContinue | ForEach-Object { ` +
    `$s = ''; try { $s = $_.StartTime.ToUniversalTime().ToString('o') } catch {}; "$($_.Id) $s" }; exit 0`;
  return {
    command: 'powershell.exe',
    args: ['-NoProfile', '-NonInteractive', '-Command', script],
  };
}

/** Reads the output of that command. A start that may not be read (another user) is unknown. */
export function parseProcessTimes(output: string): ReadonlyMap<number, ProcessState> {
  const states = new Map<number, ProcessState>();
  for (const line of output.split(/\r?\n/)) {
    const match = /^(\d+)(?: (\S+))?\s*$/.exec(line);
    if (!match) continue;
    const startedAtMs = match[2] === undefined ? Number.NaN : Date.parse(match[2]);
    const isKnown = !Number.isNaN(startedAtMs);
    states.set(Number(match[1]), {
      kind: 'running',
      start: isKnown ? `windows:${match[2]}` : undefined,
      startedAtMs: isKnown ? startedAtMs : undefined,
    });
  }
  return states;
}
