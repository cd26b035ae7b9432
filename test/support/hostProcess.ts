import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A real process that does nothing until it is ended. */
export interface IdleProcess {
  readonly pid: number;
  /** Ends it without a word, and resolves when it is gone. */
  kill(): Promise<void>;
}

/** Real processes that stand for working agents. */
export class IdleProcesses {
  private readonly started: IdleProcess[] = [];

  async start(): Promise<IdleProcess> {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1 << 30)'], {
      stdio: 'ignore',
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
    await once(child, 'spawn');
    const { pid } = child;
    if (pid === undefined) throw new Error('a process without an id');
    const started = { pid, kill: () => kill(child) };
    this.started.push(started);
    return started;
  }

  async killAll(): Promise<void> {
    await Promise.all(this.started.splice(0).map((each) => each.kill()));
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
