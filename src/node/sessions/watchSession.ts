import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessProbe } from '../../core/agents/liveness.ts';
import { isTerminalEvent, type ProgressEvent } from '../../core/sessions/progressEvent.ts';
import { hostDiedEvent, readRecordedSession } from '../../core/sessions/recoverSession.ts';
import { SessionError } from '../../core/sessions/sessionError.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import type { Observation } from '../../core/sessions/sessionObserver.ts';
import type { AttachedSession } from './attachedSession.ts';
import { attachToSession, type AttachOptions } from './attachToSession.ts';
import { hostLiveness } from './hostLiveness.ts';
import { SessionFiles } from './jsonlSessionStore.ts';
import { readSessionLog } from './readSessionLog.ts';
import { eventsFileName, sessionFolder } from './sessionsFolder.ts';

export interface WatchOptions extends Omit<AttachOptions, 'editor'> {
  readonly probe: ProcessProbe;
  /** The first event to be told, 1 without it. */
  readonly fromSequence?: number | undefined;
  /** A connection that is there already; it stays as it is. */
  readonly attached?: AttachedSession | undefined;
  /** Ends the watching. */
  readonly signal?: AbortSignal | undefined;
}

/** How often a log is looked at while its host cannot be reached. */
const pollMs = 500;
/** What is told before it is written comes soon. */
const writingMs = 50;
const writingAttempts = 40;

/**
 * The whole course of a session: what is on file, then what happens, each event once and in order. Ends
 * after the terminal event, which for a session without a host is that it has failed. What cannot be had,
 * because nobody could write it, is counted as lagged.
 * @throws SessionError `not-found`, Error when the files cannot be read
 */
export async function* watchSession(
  folder: string,
  options: WatchOptions,
): AsyncGenerator<Observation, undefined> {
  const { sessionId, signal } = options;
  const header = await new SessionFiles(folder).header(sessionId);
  if (header === undefined) throw new SessionError({ code: 'not-found', sessionId });
  const course = new Course(folder, options);
  while (!course.isOver) {
    yield* course.stored();
    if (hasEnded(course, signal)) return;
    yield* course.live();
    // Once its end was told, there is nothing to find out.
    if (hasEnded(course, signal)) return;
    if (await course.isHostGone()) yield* course.finish();
    else await delay(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

function hasEnded({ isOver }: Course, signal: AbortSignal | undefined): boolean {
  return isOver || signal?.aborted === true;
}

/** What somebody has been told of a session so far. */
class Course {
  isOver = false;
  private readonly files: SessionFiles;
  private readonly path: string;
  private readonly sessionId: SessionId;
  private expected: number;
  /** Where reading the log goes on. */
  private offset = 0;

  constructor(
    private readonly folder: string,
    private readonly options: WatchOptions,
  ) {
    this.sessionId = options.sessionId;
    this.files = new SessionFiles(folder);
    this.path = join(sessionFolder(folder, this.sessionId), eventsFileName);
    this.expected = Math.max(1, options.fromSequence ?? 1);
  }

  /** What the log has and was not told yet, up to an event that is told elsewhere. */
  async *stored(before = Number.POSITIVE_INFINITY): AsyncGenerator<Observation> {
    for await (const { event, nextOffset } of readSessionLog(this.path, this.offset)) {
      if (this.isOver || event.sequence >= before) return;
      this.offset = nextOffset;
      yield* this.tell(event);
    }
  }

  /** What the host tells until its end or that of the connection; nothing when it cannot be reached. */
  async *live(): AsyncGenerator<Observation> {
    const attached = await this.attach();
    if (attached === undefined) return;
    const isOwn = attached !== this.options.attached;
    let observation: Awaited<ReturnType<AttachedSession['observe']>> | undefined;
    const stop = (): void => {
      observation?.dispose();
      // Also ends a wait for an answer that does not come.
      if (isOwn) attached.dispose();
    };
    this.options.signal?.addEventListener('abort', stop, { once: true });
    try {
      if (this.isStopped()) return;
      observation = await attached.observe({ fromSequence: this.expected });
      for (;;) {
        const observed = await observation.next();
        if (observed.kind === 'closed' || this.isStopped()) break;
        // What was missed shows in the number of the next event, and is in the log.
        if (observed.kind === 'event') yield* this.tellLive(observed.event);
        if (this.isOver) break;
      }
    } catch {
      // The host went away; the log and the processes tell the rest.
    } finally {
      this.options.signal?.removeEventListener('abort', stop);
      stop();
    }
  }

  async isHostGone(): Promise<boolean> {
    const header = await this.files.header(this.sessionId);
    // Without a header, somebody has deleted it.
    if (header === undefined) return true;
    const [host] = await hostLiveness(this.options.probe, [header]);
    return host === 'dead';
  }

  /** The rest of the log of a host that is gone, and that the session has failed where it does not end. */
  async *finish(): AsyncGenerator<Observation> {
    // Written in the last moments, after the log was read.
    yield* this.stored();
    if (this.isOver) return;
    this.isOver = true;
    const record = await readRecordedSession(this.files, this.sessionId);
    const event = record && hostDiedEvent(record, { host: 'dead', nowMs: record.lastActiveMs });
    if (event === undefined) return;
    // What was told and never written has its number already.
    const sequence = Math.max(event.sequence, this.expected);
    yield { kind: 'event', event: { ...event, sequence } };
  }

  private isStopped(): boolean {
    return this.options.signal?.aborted === true;
  }

  private async attach(): Promise<AttachedSession | undefined> {
    const { attached } = this.options;
    if (attached?.isClosed === false) return attached;
    // Who cannot be reached is looked for again, as long as it may live.
    return attachToSession(this.folder, this.options).catch(() => undefined);
  }

  private async *tellLive(event: ProgressEvent): AsyncGenerator<Observation> {
    for (let attempt = 0; event.sequence > this.expected; attempt += 1) {
      if (attempt > 0) await delay(writingMs);
      yield* this.stored(event.sequence);
      if (attempt === writingAttempts) break;
    }
    yield* this.tell(event);
  }

  /** An end is told even where somebody else wrote it under a number that was taken. */
  private *tell(event: ProgressEvent): Generator<Observation> {
    const isEnd = isTerminalEvent(event);
    if (this.isOver || (event.sequence < this.expected && !isEnd)) return;
    const missed = event.sequence - this.expected;
    if (missed > 0) yield { kind: 'lagged', count: missed };
    this.expected = Math.max(this.expected, event.sequence) + 1;
    this.isOver = isEnd;
    yield { kind: 'event', event };
  }
}
