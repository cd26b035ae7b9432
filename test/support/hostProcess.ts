import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A real process that does nothing until it is ended. */
export interface IdleProcess {
  readonly pid: number;
  /** Ends it without a word, and resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts a process that stands for a working agent. The caller kills it. */
export async function startIdleProcess(): Promise<IdleProcess> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1 << 30)'], {
    stdio: 'ignore',
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  });
  await once(child, 'spawn');
  const { pid } = child;
  if (pid === undefined) throw new Error('a process without an id');
  return { pid, kill: () => kill(child) };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
