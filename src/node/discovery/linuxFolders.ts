import { readdirSync, readlinkSync } from 'node:fs';

/** The ids of the processes that may be seen; none where /proc is not there. */
export function listLinuxPids(): readonly number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isSafeInteger(pid) && pid > 0);
  } catch {
    return [];
  }
}

/** The working directory of a process; undefined when it is another user's, gone, or deleted. */
export function readLinuxFolder(pid: number): string | undefined {
  try {
    const folder = readlinkSync(`/proc/${pid}/cwd`);
    return folder.endsWith(' (deleted)') ? undefined : folder;
  } catch {
    return undefined;
  }
}
