import type { Liveness } from '../agents/liveness.ts';
import { isTerminal, type ExecutionState, type TerminalOutcome } from './executionState.ts';
import type { FailureInfo } from './failure.ts';
import { pauseKindOf, type PauseInfo } from './pause.ts';
import type { EventContent, ProgressEvent } from './progressEvent.ts';
import type { GivenAnswer } from './resumePayload.ts';
import type { SessionHeader } from './sessionHeader.ts';
import type { SessionId } from './sessionId.ts';
import type { SessionArchive } from './sessionStore.ts';

/** What the record of a session says. */
export interface RecordedSession {
  readonly header: SessionHeader;
  readonly state: ExecutionState;
  /** The number of the newest event that was read, 0 for none. */
  readonly lastSequence: number;
  /** When that happened, or when the session began. */
  readonly lastActiveMs: number;
  /** Events that are missing between those that were read. */
  readonly missingEvents: number;
  /** Who answered the last questions, if somebody has. */
  readonly lastAnswer?: GivenAnswer | undefined;
}

/** The record of a session of which nothing but the header was read. */
export function beginRecord(header: SessionHeader): RecordedSession {
  return {
    header,
    state: { state: 'running' },
    lastSequence: 0,
    lastActiveMs: header.createdAtMs,
    missingEvents: 0,
  };
}

/**
 * The record with one more event. Events come in the order of their numbers; one that was read before, or
 * after the end, changes nothing.
 */
export function foldEvent(record: RecordedSession, event: ProgressEvent): RecordedSession {
  if (event.sequence <= record.lastSequence || isTerminal(record.state)) return record;
  const by = event.kind === 'resume-accepted' ? event.by : undefined;
  return {
    ...record,
    state: nextState(record.state, event),
    lastSequence: event.sequence,
    lastActiveMs: event.atMs,
    missingEvents: record.missingEvents + event.sequence - record.lastSequence - 1,
    ...(event.kind === 'resume-accepted' && {
      lastAnswer: { atMs: event.atMs, ...(by !== undefined && { by }) },
    }),
  };
}

/** The record that a header and events make. */
export function foldSession(
  header: SessionHeader,
  events: Iterable<ProgressEvent>,
): RecordedSession {
  let record = beginRecord(header);
  for (const event of events) record = foldEvent(record, event);
  return record;
}

/** What is recorded of a session; undefined when there is none. @throws Error when it cannot be read */
export async function readRecordedSession(
  archive: SessionArchive,
  sessionId: SessionId,
): Promise<RecordedSession | undefined> {
  const header = await archive.header(sessionId);
  if (header === undefined) return undefined;
  let record = beginRecord(header);
  for await (const event of archive.history(sessionId, 1)) record = foldEvent(record, event);
  return record;
}

/**
 * The event that ends the record of a session whose host is gone, to be appended to its log; undefined
 * when it has ended, or when the host may live.
 */
export function hostDiedEvent(
  record: RecordedSession,
  { host, nowMs }: { readonly host: Liveness; readonly nowMs: number },
): ProgressEvent | undefined {
  if (host !== 'dead' || isTerminal(record.state)) return undefined;
  const failure: FailureInfo = {
    kind: 'host-died',
    message: 'The process that ran this session ended before the session did.',
    occurredAtMs: nowMs,
  };
  return {
    kind: 'state-transition',
    from: record.state.state,
    to: 'failed',
    outcome: { state: 'failed', failure },
    sequence: record.lastSequence + 1,
    atMs: nowMs,
  };
}

/** The record as it is to be shown: without an end and without a host, the session has failed. */
export function recoverSession(
  record: RecordedSession,
  verdict: { readonly host: Liveness; readonly nowMs: number },
): RecordedSession {
  const event = hostDiedEvent(record, verdict);
  return event ? foldEvent(record, event) : record;
}

function nextState(state: ExecutionState, event: ProgressEvent): ExecutionState {
  if (event.kind === 'pause-requested') return { state: 'paused', pause: event.pause };
  if (event.kind === 'resume-accepted') return { state: 'running' };
  return event.kind === 'state-transition' ? stateAfter(event) : state;
}

/** The log may end between a transition and the event that says more of it. */
function stateAfter(
  event: EventContent & ProgressEvent & { kind: 'state-transition' },
): ExecutionState {
  const { to, outcome, atMs } = event;
  if (to === 'running') return { state: 'running' };
  if (to === 'paused') return { state: 'paused', pause: unknownPause(atMs) };
  return outcome?.state === to ? outcome : unknownOutcome(to, atMs);
}

function unknownPause(pausedAtMs: number): PauseInfo {
  return { kind: pauseKindOf(0), prompts: [], pausedAtMs };
}

function unknownOutcome(state: TerminalOutcome['state'], atMs: number): TerminalOutcome {
  switch (state) {
    case 'done':
      return { state, result: { value: null, finishedAtMs: atMs } };
    case 'cancelled': {
      const reason = { code: 'internal', requestedAtMs: atMs } as const;
      return { state, cancel: { reason, observedAtMs: atMs, stateBefore: { state: 'running' } } };
    }
    case 'failed': {
      const message = 'Why the session failed was not recorded.';
      return { state, failure: { kind: 'other', message, occurredAtMs: atMs } };
    }
  }
}
