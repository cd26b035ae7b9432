import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { earlierAnswer, matchAnswers } from './answers.ts';
import type { CancelInfo, CancelReason, OpenState } from './cancellation.ts';
import { isTerminal, type ExecutionState, type TerminalOutcome } from './executionState.ts';
import { toFailureInfo } from './failure.ts';
import { present } from './fieldReaders.ts';
import type { Question } from './pause.ts';
import type { ExecutionReport } from './progressEvent.ts';
import { QuestionQueue } from './questionQueue.ts';
import type { GivenAnswer, QueryResponse, ResumeOutcome, ResumePayload } from './resumePayload.ts';
import { SessionError } from './sessionError.ts';
import {
  AskRefused,
  type AskOptions,
  type ExecutionControl,
  type ExecutionOutput,
} from './sessionExecutor.ts';
import { SessionFeed, type FeedPorts } from './sessionFeed.ts';
import type { SessionHeader } from './sessionHeader.ts';
import { UsageMeter } from './usageMeter.ts';

/** What a session needs. */
export interface SessionPorts extends FeedPorts {
  readonly clock: Clock;
  /** How long a cancelled execution may take to end before the session ends without it. */
  readonly cancelGraceMs: number;
}

/** So many answers are remembered, to tell the second who answers that somebody was first. */
const maxAnswered = 1000;

/**
 * One execution. A change of state and its event are one synchronous step, and nothing leaves a terminal
 * state. The one who drives it tells how the execution goes, clients answer and cancel.
 */
export class Session {
  readonly feed: SessionFeed;
  /** Resolves once, with the outcome, for everybody who waits. */
  readonly terminal: Promise<TerminalOutcome>;
  readonly control: ExecutionControl;
  private current: ExecutionState = { state: 'running' };
  private lastActive: number;
  private cancelling: Omit<CancelInfo, 'observedAtMs'> | undefined;
  private grace: Disposable | undefined;
  private tellTerminal: (outcome: TerminalOutcome) => void = () => undefined;
  private readonly abort = new AbortController();
  private readonly answered = new Map<string, GivenAnswer>();
  private readonly meter: UsageMeter;
  private readonly questions = new QuestionQueue({
    onAsk: () => this.pause(),
    onWithdrawn: () => {
      this.transition({ state: 'running' });
      this.pause();
    },
  });

  constructor(
    readonly header: SessionHeader,
    private readonly ports: SessionPorts,
  ) {
    this.feed = new SessionFeed(header, ports);
    this.lastActive = ports.clock.now();
    this.meter = new UsageMeter(header.spec.kind === 'run' ? header.spec.prompt : '');
    this.terminal = new Promise((resolve) => {
      this.tellTerminal = resolve;
    });
    this.control = {
      sessionId: header.sessionId,
      signal: this.abort.signal,
      ask: (questions, options) => this.ask(questions, options),
      report: (report) => this.report(report),
    };
  }

  get state(): ExecutionState {
    return this.current;
  }

  /** Wall clock of the last thing that happened in it. */
  get lastActiveMs(): number {
    return this.lastActive;
  }

  /** The reason of the first who cancelled. */
  get cancelReason(): CancelReason | undefined {
    return this.cancelling?.reason;
  }

  /**
   * Answers the open questions, all at once. Nothing changes when it throws.
   * @throws SessionError `already-cancelled`, `not-paused` and those of `matchAnswers`
   */
  resume(payload: ResumePayload, by?: string): ResumeOutcome {
    // Checkpoint C: nobody answers what is cancelled, even while it still winds up.
    if (this.cancelling) {
      throw new SessionError({ code: 'already-cancelled', reason: this.cancelling.reason });
    }
    const { current } = this;
    if (current.state !== 'paused') {
      const answered = earlierAnswer(payload, this.answered);
      throw new SessionError(present({ code: 'not-paused', actual: current.state, answered }));
    }
    const responses = matchAnswers(current.pause, payload, this.answered);
    this.transition({ state: 'running' });
    this.emit(present({ kind: 'resume-accepted', pauseKind: current.pause.kind, responses, by }));
    for (const { queryId, usage } of responses) {
      this.rememberAnswer(queryId, present({ by, atMs: this.ports.clock.now() }));
      this.meter.add(usage);
    }
    this.questions.answerFirst(responses);
    this.pause();
    return { outcome: 'continued' };
  }

  /** Asks the execution to stop. The first reason counts; after the end, or again, it does nothing. */
  cancel(reason: CancelReason): void {
    if (this.cancelling || isTerminal(this.current)) return;
    const stateBefore: OpenState = this.current;
    this.cancelling = { reason, stateBefore };
    this.emit({ kind: 'cancel-requested', reason });
    if (stateBefore.state === 'paused') {
      // The execution only waits for an answer, which will not come.
      this.end(this.cancelled(this.cancelling));
    } else {
      const { clock, cancelGraceMs } = this.ports;
      this.grace = clock.after(cancelGraceMs, () => this.finish());
    }
    this.questions.refuseAll('cancelled');
    this.abort.abort();
  }

  /** True when the execution may begin; it is cancelled otherwise. */
  begin(): boolean {
    // Checkpoint A: nothing of a session that was cancelled before its start is executed.
    if (this.cancelling) {
      this.finish();
      return false;
    }
    this.report({ kind: 'tick', phase: 'running' });
    return true;
  }

  /** The execution ended, one way or the other. */
  settle(ended: { readonly output: ExecutionOutput } | { readonly error: unknown }): void {
    // Checkpoint D: whoever cancelled was first, whatever the execution came to.
    if (this.cancelling) return void this.finish();
    const nowMs = this.ports.clock.now();
    this.end('output' in ended ? this.done(ended.output) : failed(ended.error, nowMs));
    this.questions.refuseAll('ended');
  }

  private finish(): void {
    if (this.cancelling) this.end(this.cancelled(this.cancelling));
  }

  private ask(
    questions: readonly Question[],
    options: AskOptions | undefined,
  ): Promise<readonly QueryResponse[]> {
    // Checkpoint B: who asks although it is cancelled learns that, and nothing is ever paused for it.
    if (this.cancelling) return Promise.reject(new AskRefused('cancelled'));
    if (isTerminal(this.current)) return Promise.reject(new AskRefused('ended'));
    if (questions.length === 0) return Promise.resolve([]);
    return this.questions.add(questions, options);
  }

  private report(report: ExecutionReport): void {
    if (isTerminal(this.current)) return;
    this.meter.note(report);
    this.emit(report);
  }

  /** Asks the next question, if there is one. */
  private pause(): void {
    const pause = this.questions.openFirst(this.ports.clock.now());
    if (pause === undefined) return;
    this.transition({ state: 'paused', pause });
    this.emit({ kind: 'pause-requested', pause });
  }

  private cancelled({ reason, stateBefore }: Omit<CancelInfo, 'observedAtMs'>): TerminalOutcome {
    const observedAtMs = this.ports.clock.now();
    return { state: 'cancelled', cancel: { reason, observedAtMs, stateBefore } };
  }

  private done({ value, usage, stopReason }: ExecutionOutput): TerminalOutcome {
    const finishedAtMs = this.ports.clock.now();
    try {
      const result = {
        value: plainJson(value),
        usage: this.meter.usage(usage),
        stopReason,
        finishedAtMs,
      };
      return { state: 'done', result: present(result) };
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return failed(new Error(`The result is no JSON: ${text}`), finishedAtMs);
    }
  }

  private end(outcome: TerminalOutcome): void {
    if (!this.transition(outcome)) return;
    this.grace?.dispose();
    this.tellTerminal(outcome);
  }

  /** The only place where the state changes. False when the session has ended. */
  private transition(next: ExecutionState): boolean {
    if (isTerminal(this.current)) return false;
    const from = this.current.state;
    this.current = next;
    this.emit({
      kind: 'state-transition',
      from,
      to: next.state,
      ...(isTerminal(next) && { outcome: next }),
    });
    return true;
  }

  private emit(content: Parameters<SessionFeed['emit']>[0]): void {
    this.lastActive = this.ports.clock.now();
    this.feed.emit(content);
  }

  private rememberAnswer(queryId: string, answer: GivenAnswer): void {
    this.answered.set(queryId, answer);
    const oldest = this.answered.keys().next();
    if (this.answered.size > maxAnswered && oldest.done !== true)
      this.answered.delete(oldest.value);
  }
}

/** What the log will say, from the start. @throws Error for what JSON cannot hold */
function plainJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null)) as unknown;
}

function failed(error: unknown, nowMs: number): TerminalOutcome {
  return { state: 'failed', failure: toFailureInfo(error, nowMs) };
}
