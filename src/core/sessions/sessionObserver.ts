import type { Disposable } from '../../base/lifecycle.ts';
import { SerialQueue } from '../../base/serialQueue.ts';
import { isTerminalEvent, type ProgressEvent } from './progressEvent.ts';

/** What an observer is told. */
export type Observation =
  | { readonly kind: 'event'; readonly event: ProgressEvent }
  /** So many events were missed; the oldest that is left comes next. */
  | { readonly kind: 'lagged'; readonly count: number };

/** Nothing will come any more. */
export interface Closed {
  readonly kind: 'closed';
}

/** There is nothing at the moment. */
export interface Empty {
  readonly kind: 'empty';
}

/** Where an observer's events come from. */
export interface ObservedFeed {
  readonly lastSequence: number;
  /** The event after which there is none, once it has happened. */
  readonly terminalEvent: ProgressEvent | undefined;
  /** Stored events from a sequence number on. */
  history(fromSequence: number): AsyncIterable<ProgressEvent>;
  detach(observer: SessionObserver): void;
}

/** How many events wait for an observer before the oldest are dropped. */
export const observerCapacity = 256;

/**
 * The stream of one observer: stored events if it asked for them, then live ones, each exactly once and
 * in order. It is pulled, so that it never holds up the session; what does not fit is dropped, oldest
 * first, and counted. It ends after the terminal event, or at once when it is disposed. One reader at a
 * time.
 */
export class SessionObserver implements Disposable, AsyncIterable<Observation> {
  private readonly waiting: ProgressEvent[] = [];
  private readonly reads = new SerialQueue();
  private isClosed = false;
  private isCatchingUp: boolean;
  private stored: AsyncIterator<ProgressEvent> | undefined;
  private loading: Promise<void> | undefined;
  private wake: () => void = () => undefined;

  constructor(
    private readonly feed: ObservedFeed,
    /** The next event to deliver. */
    private expected: number,
    private readonly capacity: number,
  ) {
    this.isCatchingUp = expected <= feed.lastSequence;
  }

  /** Waits for the next event. */
  next(): Promise<Observation | Closed> {
    return this.reads.run(async () => {
      for (;;) {
        const ready = this.tryNext();
        if (ready.kind !== 'empty') return ready;
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
    });
  }

  /** Never waits. While stored events are being read, there is nothing yet. */
  tryNext(): Observation | Closed | Empty {
    if (this.isClosed) return { kind: 'closed' };
    const event = this.nextWaiting();
    if (event !== undefined) return this.deliver(event);
    if (this.isCatchingUp && this.expected <= this.feed.lastSequence) {
      this.load();
      return { kind: 'empty' };
    }
    // Nothing can happen between this look and the first live event.
    this.isCatchingUp = false;
    if (this.feed.terminalEvent === undefined) return { kind: 'empty' };
    this.dispose();
    return { kind: 'closed' };
  }

  /** Called by the feed. What a late observer has not caught up with, it finds in the store. */
  push(event: ProgressEvent): void {
    if (this.isCatchingUp || this.isClosed) return;
    if (this.waiting.length >= this.capacity) this.waiting.shift();
    this.waiting.push(event);
    this.wake();
  }

  dispose(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.waiting.length = 0;
    this.feed.detach(this);
    this.closeStored();
    this.wake();
  }

  [Symbol.asyncIterator](): AsyncIterator<Observation, undefined> {
    const done = { done: true, value: undefined } as const;
    return {
      next: async () => {
        const observation = await this.next();
        return observation.kind === 'closed' ? done : { done: false, value: observation };
      },
      return: () => {
        this.dispose();
        return Promise.resolve(done);
      },
    };
  }

  /** The oldest that waits and was not delivered before; it stays where it is. */
  private nextWaiting(): ProgressEvent | undefined {
    while (this.waiting[0] !== undefined && this.waiting[0].sequence < this.expected) {
      this.waiting.shift();
    }
    return this.waiting[0];
  }

  private deliver(event: ProgressEvent): Observation {
    const count = event.sequence - this.expected;
    this.expected = event.sequence;
    if (count > 0) return { kind: 'lagged', count };
    this.expected += 1;
    this.waiting.shift();
    if (isTerminalEvent(event)) this.dispose();
    return { kind: 'event', event };
  }

  private load(): void {
    this.loading ??= this.loadOne().then(() => {
      this.loading = undefined;
      this.wake();
    });
  }

  /** Brings one stored event in, or goes on live where the store has no more. Never rejects. */
  private async loadOne(): Promise<void> {
    const isFresh = this.stored === undefined;
    let event: ProgressEvent | undefined;
    try {
      this.stored ??= this.feed.history(this.expected)[Symbol.asyncIterator]();
      const step = await this.stored.next();
      event = step.done === true ? undefined : step.value;
    } catch {
      // What the store cannot give is missing, and said to be.
    }
    if (this.isClosed) return void this.closeStored();
    if (event !== undefined) return void this.waiting.push(event);
    this.stored = undefined;
    // A reading that was under way may have begun before the newest were stored; another one finds them.
    if (isFresh) this.skipToLive();
  }

  /** The store lacks the newest events. The next that comes tells how many, be it live or the end. */
  private skipToLive(): void {
    this.isCatchingUp = false;
    const { terminalEvent } = this.feed;
    if (terminalEvent !== undefined) this.waiting.push(terminalEvent);
  }

  private closeStored(): void {
    const { stored } = this;
    this.stored = undefined;
    stored?.return?.().catch(() => undefined);
  }
}
