import { errorText } from '../../base/errorText.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { RandomSource } from '../../base/randomSource.ts';
import type { HolderProcess } from '../locks/lockHolder.ts';
import type { CancelReason } from './cancellation.ts';
import { driveSession } from './driveSession.ts';
import { isTerminal, type ExecutionState, type TerminalOutcome } from './executionState.ts';
import { present } from './fieldReaders.ts';
import type { ResumeOutcome, ResumePayload } from './resumePayload.ts';
import { Session, type SessionPorts } from './session.ts';
import { isCollectable, repeatedly, type CollectorPace } from './sessionCollector.ts';
import { SessionError } from './sessionError.ts';
import type { PreparedExecution, SessionExecutor } from './sessionExecutor.ts';
import type { ObserveOptions } from './sessionFeed.ts';
import type { SessionHeader } from './sessionHeader.ts';
import { newSessionId, type SessionId } from './sessionId.ts';
import type { SessionObserver } from './sessionObserver.ts';
import { expectRunnable, type RunSpec, type SessionSpec } from './sessionSpec.ts';

/** What a registry needs. */
export interface SessionRegistryPorts extends Omit<SessionPorts, 'cancelGraceMs'> {
  readonly executor: SessionExecutor;
  readonly random: RandomSource;
  /** The process that this runs in, for those who find the sessions later. */
  readonly host?: HolderProcess | undefined;
  readonly cancelGraceMs?: number | undefined;
}

/** A cancelled execution has so long before its session ends without it. */
export const defaultCancelGraceMs = 30_000;

/** A session as a list shows it. */
export interface SessionListing {
  readonly header: SessionHeader;
  readonly state: ExecutionState;
  /** Set from the moment when somebody cancels it. */
  readonly cancelReason?: CancelReason | undefined;
  readonly lastActiveMs: number;
  readonly lastSequence: number;
}

interface Entry {
  readonly session: Session;
  readonly wholeExecution: Promise<void>;
}

/**
 * The sessions that this process runs, and the verbs for them. What the collector has evicted is as
 * unknown as what never was.
 */
export class SessionRegistry {
  private readonly entries = new Map<SessionId, Entry>();

  constructor(private readonly ports: SessionRegistryPorts) {}

  /**
   * Starts a session. Resolves with its id before the first event and before the execution ends.
   * @throws SessionError `invalid-spec`, `engine`
   */
  async spawn(spec: SessionSpec): Promise<SessionId> {
    const run = expectRunnable(spec);
    const prepared = await this.prepare(run);
    const { clock, host, cancelGraceMs = defaultCancelGraceMs } = this.ports;
    const sessionId = this.unusedId();
    const header = present<SessionHeader>({
      sessionId,
      spec: run,
      createdAtMs: clock.now(),
      host,
    });
    const session = new Session(header, { ...this.ports, cancelGraceMs });
    this.entries.set(sessionId, { session, wholeExecution: driveSession(session, prepared) });
    return sessionId;
  }

  /** @throws SessionError `not-found` */
  state(id: SessionId): ExecutionState {
    return this.find(id).session.state;
  }

  /**
   * Answers all that a session asks, for `by`. Nothing changes when it throws.
   * @throws SessionError `not-found`, `already-cancelled`, `not-paused`, `already-answered`,
   * `kind-mismatch`, `unknown-query`, `duplicate-answer`, `invalid-answer`, `incomplete-batch`
   */
  resume(
    id: SessionId,
    payload: ResumePayload,
    { by }: { readonly by?: string | undefined } = {},
  ): ResumeOutcome {
    return this.find(id).session.resume(payload, by);
  }

  /**
   * Asks a session to stop; it ends when its execution has. Nothing when it has ended or was cancelled
   * before: the first reason counts.
   * @throws SessionError `not-found`
   */
  cancel(id: SessionId, reason: CancelReason): void {
    this.find(id).session.cancel(reason);
  }

  /** Whoever observes disposes. @throws SessionError `not-found` */
  observe(id: SessionId, options?: ObserveOptions): SessionObserver {
    return this.find(id).session.feed.observe(options);
  }

  /** The same outcome for all who wait; giving up waiting has no effect. @throws SessionError `not-found` */
  async awaitTerminal(id: SessionId): Promise<TerminalOutcome> {
    return this.find(id).session.terminal;
  }

  /**
   * Resolves when nothing of the execution is left, which may be after the session has ended.
   * @throws SessionError `not-found`
   */
  async awaitWoundUp(id: SessionId): Promise<void> {
    const { session, wholeExecution } = this.find(id);
    await Promise.all([session.terminal, wholeExecution]);
  }

  /** The oldest first. */
  list(): readonly SessionListing[] {
    return [...this.entries.values()].map(({ session }) =>
      present<SessionListing>({
        header: session.header,
        state: session.state,
        cancelReason: session.cancelReason,
        lastActiveMs: session.lastActiveMs,
        lastSequence: session.feed.lastSequence,
      }),
    );
  }

  /**
   * Collects again and again, for the first time after one interval, until it is disposed. Never keeps a
   * process alive.
   */
  startCollector({ ttlMs, intervalMs }: CollectorPace): Disposable {
    return repeatedly(this.ports.clock, { intervalMs, run: () => void this.collect(ttlMs) });
  }

  /**
   * Evicts what has ended, is not observed and has been idle for `ttlMs`, in one synchronous step.
   * Returns how many.
   */
  collect(ttlMs: number): number {
    const nowMs = this.ports.clock.now();
    let count = 0;
    for (const [id, { session }] of this.entries) {
      const { lastActiveMs, feed } = session;
      const hasEnded = isTerminal(session.state);
      const facts = { hasEnded, observerCount: feed.observerCount, lastActiveMs };
      if (!isCollectable(facts, { nowMs, ttlMs })) continue;
      this.entries.delete(id);
      count += 1;
    }
    return count;
  }

  private async prepare(spec: RunSpec): Promise<PreparedExecution> {
    try {
      return await this.ports.executor.prepare(spec);
    } catch (error) {
      if (error instanceof SessionError) throw error;
      throw new SessionError({ code: 'engine', reason: errorText(error) }, { cause: error });
    }
  }

  private unusedId(): SessionId {
    for (;;) {
      const id = newSessionId(this.ports.random);
      if (!this.entries.has(id)) return id;
    }
  }

  private find(id: SessionId): Entry {
    const entry = this.entries.get(id);
    if (entry) return entry;
    throw new SessionError({ code: 'not-found', sessionId: id });
  }
}
