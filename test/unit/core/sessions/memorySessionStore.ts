import type { ProgressEvent } from '../../../../src/core/sessions/progressEvent.ts';
import {
  encodeEventLine,
  parseProgressEvent,
} from '../../../../src/core/sessions/progressEventCodec.ts';
import {
  encodeSessionHeader,
  parseSessionHeader,
  type SessionHeader,
} from '../../../../src/core/sessions/sessionHeader.ts';
import type { SessionStore } from '../../../../src/core/sessions/sessionStore.ts';

/** Keeps the lines that a log on disk would hold, so that all that is stored goes through the codecs. */
export class MemorySessionStore implements SessionStore {
  readonly headers = new Map<string, string>();
  readonly lines = new Map<string, string[]>();
  /** What the next writes fail with. */
  failure: Error | undefined;
  /** How often a history was begun. */
  readings = 0;

  create(header: SessionHeader): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    this.headers.set(header.sessionId, JSON.stringify(encodeSessionHeader(header)));
    return Promise.resolve();
  }

  append(sessionId: string, event: ProgressEvent): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    const lines = this.lines.get(sessionId) ?? [];
    this.lines.set(sessionId, lines);
    lines.push(encodeEventLine(event));
    return Promise.resolve();
  }

  header(sessionId: string): Promise<SessionHeader | undefined> {
    const text = this.headers.get(sessionId);
    return Promise.resolve(text === undefined ? undefined : parseSessionHeader(JSON.parse(text)));
  }

  async *history(sessionId: string, fromSequence: number): AsyncGenerator<ProgressEvent> {
    this.readings += 1;
    // What is there now, as a file that was read in one go.
    for (const event of this.events(sessionId)) {
      await Promise.resolve();
      if (event.sequence >= fromSequence) yield event;
    }
  }

  events(sessionId: string): readonly ProgressEvent[] {
    return (this.lines.get(sessionId) ?? []).map((line) => parseProgressEvent(JSON.parse(line)));
  }
}
