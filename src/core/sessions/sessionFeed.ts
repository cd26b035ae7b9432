import type { Clock } from '../../base/clock.ts';
import { errorText } from '../../base/errorText.ts';
import type { Logger } from '../../base/logger.ts';
import { isTerminalEvent, type EventContent, type ProgressEvent } from './progressEvent.ts';
import type { SessionHeader } from './sessionHeader.ts';
import { observerCapacity, SessionObserver } from './sessionObserver.ts';
import type { SessionStore } from './sessionStore.ts';

/** What a feed needs. */
export interface FeedPorts {
  readonly clock: Pick<Clock, 'now'>;
  readonly store: SessionStore;
  readonly logger: Logger;
}

/** From where and how an observer watches. */
export interface ObserveOptions {
  /** The first event to be told; earlier ones come out of the store. Without it, only what comes. */
  readonly fromSequence?: number | undefined;
  /** How many events wait for it at most; at least 1. */
  readonly capacity?: number | undefined;
}

/**
 * The events of one session: numbers them, records them, and gives them to all observers. None of
 * these can hold up or break the session.
 */
export class SessionFeed {
  private readonly observers = new Set<SessionObserver>();
  private sequence = 0;
  private terminal: ProgressEvent | undefined;
  private hasStoreFailed = false;
  private untold: string | undefined;

  constructor(
    private readonly header: SessionHeader,
    private readonly ports: FeedPorts,
  ) {
    this.record(() => ports.store.create(header));
  }

  /** The number of the newest event, 0 before the first. */
  get lastSequence(): number {
    return this.sequence;
  }

  get terminalEvent(): ProgressEvent | undefined {
    return this.terminal;
  }

  /** Observers that were not disposed and have not seen the end. */
  get observerCount(): number {
    return this.observers.size;
  }

  /** Records an event and tells all observers, in one synchronous step. Nothing comes after the end. */
  emit(content: EventContent): void {
    if (this.terminal !== undefined) return;
    this.sequence += 1;
    const event = { ...content, sequence: this.sequence, atMs: this.ports.clock.now() };
    if (isTerminalEvent(event)) this.terminal = event;
    for (const observer of [...this.observers]) observer.push(event);
    this.record(() => this.ports.store.append(this.header.sessionId, event));
    this.tellStoreFailure();
  }

  /** Any number of observers may watch, at any time, also after the end. */
  observe({ fromSequence, capacity = observerCapacity }: ObserveOptions = {}): SessionObserver {
    const next = this.sequence + 1;
    // Without a wish for earlier events, the end of a session that has ended was before.
    const expected = Math.max(1, Math.min(fromSequence ?? next, next));
    const observer = new SessionObserver(this, expected, Math.max(1, capacity));
    this.observers.add(observer);
    return observer;
  }

  history(fromSequence: number): AsyncIterable<ProgressEvent> {
    return this.ports.store.history(this.header.sessionId, fromSequence);
  }

  detach(observer: SessionObserver): void {
    this.observers.delete(observer);
  }

  private record(write: () => Promise<void>): void {
    try {
      write().catch((error: unknown) => this.noteStoreFailure(error));
    } catch (error) {
      this.noteStoreFailure(error);
    }
  }

  private noteStoreFailure(error: unknown): void {
    if (this.hasStoreFailed) return;
    this.hasStoreFailed = true;
    this.untold = `What happens in this session cannot be saved: ${errorText(error)}`;
    this.ports.logger.error(`Session ${this.header.sessionId}: ${this.untold}`);
    // The first event belongs to the execution, so that nobody can have missed it.
    if (this.sequence > 0) this.tellStoreFailure();
  }

  private tellStoreFailure(): void {
    const content = this.untold;
    this.untold = undefined;
    if (content !== undefined) this.emit({ kind: 'note', title: 'Not saved', content });
  }
}
