import type { ListedProcess } from '../../core/harness/discovery/listedProcess.ts';
import { readLinuxProcess } from './linuxProcesses.ts';

/** No real chain of processes is as long; a listing that changes while it is read could be. */
const maxAncestors = 64;

/**
 * The parent of this process, its parent, and so on: nearest first, without the process itself. The
 * chain ends early where the platform tells no more (another user's process, a parent that is gone).
 * On Linux each process is read only when it is asked for; elsewhere one command lists them all.
 */
export async function ancestorsOf(
  pid: number,
  platform: NodeJS.Platform = process.platform,
): Promise<Iterable<ListedProcess>> {
  switch (platform) {
    case 'linux':
      return chain(readLinuxProcess, pid);
    case 'darwin':
    case 'win32': {
      // Starting a command costs far more than loading it; Linux needs neither.
      const { listProcesses } = await import('./processListing.ts');
      const listed = await listProcesses(platform).catch(() => new Map<number, ListedProcess>());
      return chain((each) => listed.get(each), pid);
    }
    default:
      return [];
  }
}

/** Each time that it is gone through it starts at the process. */
function chain(
  read: (pid: number) => ListedProcess | undefined,
  pid: number,
): Iterable<ListedProcess> {
  return { [Symbol.iterator]: () => ancestorsBy(read, pid) };
}

/** Follows parents through any source of processes. A cycle ends the chain where it would repeat. */
export function* ancestorsBy(
  read: (pid: number) => ListedProcess | undefined,
  pid: number,
): Generator<ListedProcess, undefined, undefined> {
  const seen = new Set([pid]);
  let parentPid = parentOf(read, pid);
  while (parentPid !== undefined && parentPid > 0 && seen.size <= maxAncestors) {
    if (seen.has(parentPid)) return;
    seen.add(parentPid);
    const parent = read(parentPid);
    if (parent === undefined) return;
    yield parent;
    parentPid = parent.parentPid;
  }
}

/** Our own parent is known without asking, even where processes are hidden. */
function parentOf(
  read: (pid: number) => ListedProcess | undefined,
  pid: number,
): number | undefined {
  return pid === process.pid ? process.ppid : read(pid)?.parentPid;
}
