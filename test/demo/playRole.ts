import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

import type { DemoRole } from './demoCast.ts';
import type { DemoStage } from './demoStage.ts';

/** A role that is played by one process after the other. */
export interface PlayedRole {
  /** Asks the process to finish and starts none after it. Resolves when it has ended. */
  finish(): Promise<void>;
  /** The process that plays it now; undefined in a pause. */
  readonly pid: number | undefined;
}

export interface PlayRoleOptions {
  readonly stage: DemoStage;
  /** The actor key of who spawns it; absent for the person at the top. */
  readonly parentKey?: string;
}

/**
 * Starts the process of a role, and after a pause the next one whenever it has finished. A process
 * ends by itself when the one that started it is gone: their pipe tells.
 */
export function playRole(role: DemoRole, options: PlayRoleOptions): PlayedRole {
  const over = new AbortController();
  let child: ChildProcess | undefined;
  const play = async (): Promise<void> => {
    await pause(role.joinsAfterSeconds, over.signal);
    while (!over.signal.aborted) {
      child = startAgent(role, options);
      await ended(child);
      child = undefined;
      if (role.ending.kind !== 'release') return;
      await pause(role.ending.pauseSeconds, over.signal);
    }
  };

  const done = play();
  return {
    finish: async () => {
      over.abort();
      child?.stdin?.end('finish\n');
      await done;
    },
    get pid() {
      return child?.pid;
    },
  };
}

function startAgent(role: DemoRole, { stage, parentKey }: PlayRoleOptions): ChildProcess {
  const args = [stage.agentProgram, role.name, JSON.stringify(stage)];
  const child = spawn(process.execPath, parentKey === undefined ? args : [...args, parentKey], {
    cwd: role.place === 'linked worktree' ? stage.worktree : stage.repository,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  // Its end is what counts; a pipe to a process that is gone says no more than that.
  child.stdin.on('error', () => undefined);
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      process.stderr.write(`An agent could not be started: ${error.message}\n`);
      resolve();
    });
  });
}

async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await delay(seconds * 1000, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
