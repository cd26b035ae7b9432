import { execFileSync } from 'node:child_process';

const cleanups = new Set<() => void>();
let isHooked = false;

/**
 * Runs `cleanup` (synchronous) when this process ends: by returning, by `process.exit`, or by
 * Ctrl-C, SIGTERM or a closed terminal. The returned function withdraws it.
 */
export function onProcessEnd(cleanup: () => void): () => void {
  hookProcessEnd();
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

/**
 * All live descendants of `pid` (not `pid` itself), children before grandchildren. A process whose
 * parent already ended is no longer one of them.
 */
export function descendantsOf(pid: number): number[] {
  if (process.platform === 'win32') return [];

  const childrenOf = new Map<number, number[]>();
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  for (const line of table.split('\n')) {
    const [child, parent] = line.trim().split(/\s+/).map(Number);
    if (child === undefined || parent === undefined) continue;
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), child]);
  }

  const found: number[] = [];
  const pending = [pid];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const children = childrenOf.get(next) ?? [];
    found.push(...children);
    pending.push(...children);
  }
  return found;
}

/** True while a process with this id exists (a zombie counts as gone where `ps` can tell). */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  if (process.platform === 'win32') return true;
  try {
    const state = execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
    return !state.trim().startsWith('Z');
  } catch {
    return false; // `ps` exits with 1 when the process ended in between
  }
}

/** Sends `signal` to each process that still exists; one that is gone already is no error. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // already gone, which is what was wanted
    }
  }
}

function hookProcessEnd(): void {
  if (isHooked) return;
  isHooked = true;
  process.once('exit', runCleanups);
  const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  for (const [signal, code] of Object.entries(exitCodes)) {
    process.once(signal, () => process.exit(code));
  }
}

function runCleanups(): void {
  for (const cleanup of cleanups) {
    try {
      cleanup();
    } catch (error) {
      process.stderr.write(`cleanup failed: ${String(error)}\n`);
    }
  }
  cleanups.clear();
}
