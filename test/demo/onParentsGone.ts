import { execFileSync } from 'node:child_process';

const lookMs = 1_000;
/** A script that npm runs hangs on npm, a shell and a launcher: any of them may be ended. */
const levels = 3;

/** Calls `listener` once when one of the processes through which npm started this one is gone. */
export function onParentsGone(listener: () => void): void {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return;

  const parents = parentsOfThisProcess();
  const timer = setInterval(() => {
    if (parents.every(isAlive)) return;
    clearInterval(timer);
    listener();
  }, lookMs);
  timer.unref();
}

function parentsOfThisProcess(): readonly number[] {
  const parents = [process.ppid];
  while (parents.length < levels) {
    const pid = String(parents.at(-1));
    const parent = Number(execFileSync('ps', ['-o', 'ppid=', '-p', pid], { encoding: 'utf8' }));
    if (!(parent > 1)) break;
    parents.push(parent);
  }
  return parents;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
