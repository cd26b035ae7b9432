import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { plainTail } from '../../core/acp/plainTail.ts';
import type { ProcessProbe } from '../../core/agents/liveness.ts';
import { ExecutionFailure, type ProcessEnd } from '../../core/sessions/failure.ts';
import { present } from '../../core/sessions/fieldReaders.ts';
import { endTree } from './processTree.ts';
import { spawnProgram, type Program } from './spawnProgram.ts';
import { within } from './within.ts';

const stderrTailLength = 4096;
/** Something that it started may keep its output open for ever. */
const quietAfterExitMs = 500;

/** How long a program may take to end in each way. */
export interface ProgramPace {
  /** After its input was closed. */
  readonly leaveAfterMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly killAfterMs: number;
}

/** The running program of an agent. */
export class AgentProgram {
  /** Resolves when it has ended and all that it wrote was read. */
  readonly ended: Promise<ProcessEnd>;
  private errors = '';
  private hasEnded = false;

  private constructor(
    readonly pid: number,
    private readonly child: ChildProcess & { readonly stdin: Writable; readonly stdout: Readable },
  ) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      // Twice as much as is kept: what is no text is left out later.
      this.errors = (this.errors + text).slice(-2 * stderrTailLength);
    });
    // It ended before it had read everything, which is told by its end.
    child.stdin.on('error', () => undefined);
    child.on('error', () => undefined);
    this.ended = this.untilEnd();
  }

  /** @throws ExecutionFailure `spawn-failed` */
  static async start(program: Program, displayName: string): Promise<AgentProgram> {
    const child = spawnChild(program, displayName);
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => reject(notStarted(program, displayName, error)));
    });
    const { pid, stdin, stdout } = child;
    if (pid === undefined || stdin === null || stdout === null) {
      throw notStarted(program, displayName, new Error('it has no process'));
    }
    return new AgentProgram(pid, Object.assign(child, { stdin, stdout }));
  }

  get input(): Writable {
    return this.child.stdin;
  }

  get output(): Readable {
    return this.child.stdout;
  }

  /** What is known of it at an end that it did not come to itself. */
  get end(): ProcessEnd {
    const { exitCode, signalCode } = this.child;
    return present({
      exitCode: exitCode ?? undefined,
      signal: signalCode ?? undefined,
      stderrTail: this.stderrTail,
    });
  }

  /** Lets it leave by itself, unless it is not to, and then ends it with all that it started. */
  async stop({
    probe,
    leaveAfterMs,
    killAfterMs,
  }: ProgramPace & { readonly probe: ProcessProbe }): Promise<void> {
    this.child.stdin.end();
    // What nobody reads any more must not keep it from ending.
    this.child.stdout.resume();
    if (leaveAfterMs > 0) await within(this.ended, leaveAfterMs);
    await endTree(this.pid, { probe, killAfterMs });
    if (!this.hasEnded) await within(this.ended, killAfterMs);
    this.child.stdout.destroy();
    this.child.stderr?.destroy();
  }

  private get stderrTail(): string | undefined {
    const tail = plainTail(this.errors, stderrTailLength);
    return tail === '' ? undefined : tail;
  }

  private async untilEnd(): Promise<ProcessEnd> {
    const { child } = this;
    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
    if (child.exitCode === null && child.signalCode === null) {
      await new Promise<void>((resolve) => child.once('exit', () => resolve()));
    }
    await Promise.race([closed, this.untilQuiet()]);
    this.hasEnded = true;
    return this.end;
  }

  /** Resolves when nothing more comes out of it and all that came was taken. */
  private async untilQuiet(): Promise<void> {
    const { stdout } = this.child;
    let before = -1;
    for (;;) {
      const { bytesRead = 0 } = stdout as { readonly bytesRead?: number };
      if (stdout.destroyed || (bytesRead === before && stdout.readableLength === 0)) return;
      before = bytesRead;
      await delay(quietAfterExitMs);
    }
  }
}

function spawnChild(program: Program, displayName: string): ChildProcess {
  try {
    return spawnProgram(program, ['pipe', 'pipe', 'pipe']);
  } catch (error) {
    throw notStarted(program, displayName, error);
  }
}

function notStarted({ command }: Program, displayName: string, cause: unknown): ExecutionFailure {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `${displayName} could not be started (${command}): ${why}. Is it installed?`;
  return new ExecutionFailure('spawn-failed', message, undefined, { cause });
}
