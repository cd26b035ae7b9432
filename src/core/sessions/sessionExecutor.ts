import type { ExecutionReport } from './progressEvent.ts';
import type { Question } from './pause.ts';
import type { QueryResponse } from './resumePayload.ts';
import type { SessionId } from './sessionId.ts';
import type { RunSpec } from './sessionSpec.ts';
import type { TokenUsage } from './tokenUsage.ts';

/** What an execution has to say when it ran to its end. */
export interface ExecutionOutput {
  /** Anything that JSON can hold. */
  readonly value: unknown;
  /** Of the whole execution, where the agent reports it. */
  readonly usage?: TokenUsage | undefined;
  readonly stopReason?: string | undefined;
}

/** What an execution is given to talk to those who watch it. */
export interface ExecutionControl {
  readonly sessionId: SessionId;
  /**
   * Aborted at most once, when the execution is asked to stop. It should then end soon; what it reports
   * on the way counts, what it comes to does not.
   */
  readonly signal: AbortSignal;
  /**
   * Pauses until all questions are answered, and resolves with the answers in their order. Questions that
   * are asked while others are open wait for their turn.
   * @throws AskRefused (as rejection) when there will be no answer
   */
  ask(questions: readonly Question[], options?: AskOptions): Promise<readonly QueryResponse[]>;
  /** Tells all who watch. Never waits, never throws; after the end of the session it does nothing. */
  report(report: ExecutionReport): void;
}

/** How a question may end without an answer. */
export interface AskOptions {
  /** Aborted by the executor when the agent does not want to know any more. */
  readonly withdrawn?: AbortSignal | undefined;
}

/** Why there is no answer to a question. */
export type AskRefusal = 'cancelled' | 'withdrawn' | 'ended';

/** Rejects a question. */
export class AskRefused extends Error {
  override readonly name = 'AskRefused';

  constructor(readonly reason: AskRefusal) {
    super(refusals[reason]);
  }
}

const refusals: Readonly<Record<AskRefusal, string>> = {
  cancelled: 'There is no answer, because the session is cancelled.',
  withdrawn: 'There is no answer, because the question was withdrawn.',
  ended: 'There is no answer, because the session has ended.',
};

/** An execution that can begin. */
export interface PreparedExecution {
  /**
   * Runs to the end; called at most once. What it throws ends the session as failed.
   * @throws ExecutionFailure to say how it failed
   */
  run(control: ExecutionControl): Promise<ExecutionOutput>;
}

/** The port to what executes prompts. */
export interface SessionExecutor {
  /**
   * Finds out what the execution needs, and starts nothing yet.
   * @throws SessionError `invalid-spec`, or anything else for an `engine` problem
   */
  prepare(spec: RunSpec): Promise<PreparedExecution>;
}
