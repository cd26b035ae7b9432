import type { ProgressEvent } from './progressEvent.ts';
import type { SessionHeader } from './sessionHeader.ts';
import type { SessionId } from './sessionId.ts';

/** The port through which sessions are read, also those of other processes. */
export interface SessionArchive {
  /** Undefined when there is no such session. @throws Error when it cannot be read */
  header(sessionId: SessionId): Promise<SessionHeader | undefined>;
  /**
   * The events of a session from a sequence number on, in order, among them all that this process
   * appended before the call. Events that cannot be read are left out.
   */
  history(sessionId: SessionId, fromSequence: number): AsyncIterable<ProgressEvent>;
}

/**
 * The port to where sessions are kept. What is written takes its place in the order of the calls,
 * whenever the promises resolve.
 */
export interface SessionStore extends SessionArchive {
  /** The first that is written of a session. */
  create(header: SessionHeader): Promise<void>;
  /** @throws anything, which the run survives: it is said once and the session goes on unrecorded */
  append(sessionId: SessionId, event: ProgressEvent): Promise<void>;
}
