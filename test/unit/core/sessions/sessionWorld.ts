import assert from 'node:assert/strict';
import { silentLogger } from '../../../../src/base/logger.ts';
import type { RandomSource } from '../../../../src/base/randomSource.ts';
import type { CancelReason } from '../../../../src/core/sessions/cancellation.ts';
import type { PausePrompt, Question } from '../../../../src/core/sessions/pause.ts';
import type { ProgressEvent } from '../../../../src/core/sessions/progressEvent.ts';
import type { QueryResponse, ResumePayload } from '../../../../src/core/sessions/resumePayload.ts';
import {
  isSessionError,
  type SessionProblem,
  type SessionProblemCode,
} from '../../../../src/core/sessions/sessionError.ts';
import type {
  ExecutionControl,
  ExecutionOutput,
  PreparedExecution,
  SessionExecutor,
} from '../../../../src/core/sessions/sessionExecutor.ts';
import type {
  Observation,
  SessionObserver,
} from '../../../../src/core/sessions/sessionObserver.ts';
import { SessionRegistry } from '../../../../src/core/sessions/sessionRegistry.ts';
import type { RunSpec } from '../../../../src/core/sessions/sessionSpec.ts';
import { settle } from '../../../support/eventually.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { MemorySessionStore } from './memorySessionStore.ts';

export type Script = (control: ExecutionControl) => Promise<ExecutionOutput>;

/** An execution that does what the test says. */
export class ManualRun {
  readonly output: Promise<ExecutionOutput>;
  finish!: (output: ExecutionOutput) => void;
  fail!: (error: unknown) => void;

  constructor(readonly control: ExecutionControl) {
    this.output = new Promise((resolve, reject) => {
      this.finish = resolve;
      this.fail = reject;
    });
  }

  /** Asks, and keeps what came of it. */
  ask(questions: readonly Question[], withdrawn?: AbortSignal): AskedQuestions {
    const asked: AskedQuestions = { isAnswered: false, answers: undefined, error: undefined };
    this.control.ask(questions, { withdrawn }).then(
      (answers) => Object.assign(asked, { isAnswered: true, answers }),
      (error: unknown) => (asked.error = error),
    );
    return asked;
  }
}

export interface AskedQuestions {
  isAnswered: boolean;
  answers: readonly QueryResponse[] | undefined;
  error: unknown;
}

/** Runs a script where there is one, and else waits for the test. */
export class ManualExecutor implements SessionExecutor {
  readonly runs = new Map<string, ManualRun>();
  prepared = 0;
  script: Script | undefined;
  /** What preparing fails with. */
  failure: Error | undefined;

  prepare(): Promise<PreparedExecution> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.prepared += 1;
    const { script } = this;
    return Promise.resolve({
      run: (control) => {
        const run = new ManualRun(control);
        this.runs.set(control.sessionId, run);
        return script ? script(control) : run.output;
      },
    });
  }
}

export const aSpec: RunSpec = { kind: 'run', agent: 'claude', prompt: 'Say hello', cwd: '/repo' };
export const cancelGraceMs = 5_000;
export const pace = { ttlMs: 1_000, intervalMs: 500 };

/** A registry with a clock, an executor and a store in the hands of the test. */
export class SessionWorld {
  readonly clock = new FakeClock();
  readonly store = new MemorySessionStore();
  readonly executor = new ManualExecutor();
  readonly errors: string[] = [];
  readonly registry: SessionRegistry;
  private idCount = 0;

  /** @param random decides ids; without it they are counted */
  constructor(random?: RandomSource) {
    const { clock, store, executor } = this;
    const logger = {
      ...silentLogger,
      error: (message: unknown) => void this.errors.push(String(message)),
    };
    const counted: RandomSource = (count) => {
      this.idCount += 1;
      const bytes = new Uint8Array(count);
      new DataView(bytes.buffer).setUint32(0, this.idCount);
      return bytes;
    };
    const ports = { clock, store, executor, logger, cancelGraceMs };
    this.registry = new SessionRegistry({ ...ports, random: random ?? counted });
  }

  /** A session whose execution has begun. */
  async start(script?: Script): Promise<string> {
    this.executor.script = script;
    const id = await this.registry.spawn(aSpec);
    await settle();
    return id;
  }

  /** One whose execution is done. */
  async startDone(): Promise<string> {
    const id = await this.start(returns42);
    assert.equal(this.registry.state(id).state, 'done');
    return id;
  }

  /** One that asks one question. */
  async startAsking(questions: readonly Question[] = [{ text: 'May I?' }]): Promise<Asking> {
    const id = await this.start();
    const asked = this.run(id).ask(questions);
    return { id, asked, prompts: this.prompts(id), run: this.run(id) };
  }

  run(id: string): ManualRun {
    const run = this.executor.runs.get(id);
    assert.ok(run, `${id} runs`);
    return run;
  }

  /** What a session asks now. */
  prompts(id: string): readonly PausePrompt[] {
    const state = this.registry.state(id);
    assert.equal(state.state, 'paused');
    return state.pause.prompts;
  }

  /** A reason to cancel, with the time of the clock. */
  reason(detail?: string): CancelReason {
    return {
      code: 'user',
      requestedAtMs: this.clock.now(),
      ...(detail !== undefined && { detail }),
    };
  }

  /** All that was said of a session, from the store. */
  said(id: string): readonly string[] {
    return this.store.events(id).map(inShort);
  }
}

export interface Asking {
  readonly id: string;
  readonly asked: AskedQuestions;
  readonly prompts: readonly PausePrompt[];
  readonly run: ManualRun;
}

export const returns42: Script = () => Promise.resolve({ value: 42 });

/** Ends only when it is asked to. */
export const untilCancelled: Script = (control) =>
  new Promise((_, reject) => {
    control.signal.addEventListener('abort', () => reject(new Error('stopped')));
  });

export function answer(queryId: string | undefined, text = 'yes'): QueryResponse {
  return { queryId: queryId ?? '', response: { kind: 'text', text } };
}

export function single(queryId: string | undefined, text = 'yes'): ResumePayload {
  return { kind: 'single', ...answer(queryId, text) };
}

export function inShort(event: ProgressEvent): string {
  return event.kind === 'state-transition' ? `${event.from}>${event.to}` : event.kind;
}

/** All that an observer can tell now, `closed` included. */
export function taken(observer: SessionObserver): readonly string[] {
  const all: string[] = [];
  for (;;) {
    const next = observer.tryNext();
    if (next.kind === 'empty') return all;
    if (next.kind === 'closed') return [...all, 'closed'];
    all.push(observed(next));
  }
}

/** All that an observer tells until its end. */
export async function collected(observer: SessionObserver): Promise<readonly Observation[]> {
  const all: Observation[] = [];
  for await (const observation of observer) all.push(observation);
  return all;
}

export function observed(observation: Observation): string {
  return observation.kind === 'lagged' ? `lagged ${observation.count}` : inShort(observation.event);
}

/** Asserts that a verb fails with this code, and returns the problem. */
export function throwsProblem<C extends SessionProblemCode>(
  verb: () => unknown,
  code: C,
): Extract<SessionProblem, { code: C }> {
  try {
    verb();
  } catch (error) {
    assert.ok(isSessionError(error, code), `fails with ${code}, not ${String(error)}`);
    return error.problem as Extract<SessionProblem, { code: C }>;
  }
  return assert.fail(`does not fail with ${code}`);
}

export async function rejectsProblem<C extends SessionProblemCode>(
  work: Promise<unknown>,
  code: C,
): Promise<Extract<SessionProblem, { code: C }>> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return throwsProblem(() => {
    if (error !== undefined) throw error as Error;
  }, code);
}
