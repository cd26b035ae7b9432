import type { Disposable } from '../../base/lifecycle.ts';
import { SerialQueue } from '../../base/serialQueue.ts';
import type { IdentityEvent } from './identityEvent.ts';

/** What an observer is told. */
export type IdentityObservation =
  | { readonly kind: 'event'; readonly event: IdentityEvent }
  /** So many events were missed; the oldest that is left comes next. */
  | { readonly kind: 'lagged'; readonly count: number };

/** Nothing will come any more. */
export interface IdentityObservationsClosed {
  readonly kind: 'closed';
}

/** There is nothing at the moment. */
export interface NoIdentityObservation {
  readonly kind: 'empty';
}

/** How many events wait for an observer before the oldest are dropped. */
export const identityObserverCapacity = 64;

/**
 * What happens to one identity from the subscription on, in order. It is pulled, so that it never holds
 * anything up; what does not fit is dropped, oldest first, and counted. It ends after `deleted`, when the
 * runtime stops, or when it is disposed.
 */
export class IdentityObserver implements Disposable, AsyncIterable<IdentityObservation> {
  private readonly waiting: IdentityEvent[] = [];
  private readonly reads = new SerialQueue();
  private missed = 0;
  private isClosed = false;
  private wake: () => void = () => undefined;

  constructor(private readonly onDispose: (observer: IdentityObserver) => void) {}

  /** Waits for the next event. */
  next(): Promise<IdentityObservation | IdentityObservationsClosed> {
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

  /** Never waits. */
  tryNext(): IdentityObservation | IdentityObservationsClosed | NoIdentityObservation {
    const count = this.missed;
    this.missed = 0;
    if (count > 0) return { kind: 'lagged', count };
    const event = this.waiting.shift();
    if (event !== undefined) return { kind: 'event', event };
    return { kind: this.isClosed ? 'closed' : 'empty' };
  }

  /** Called by the runtime. */
  push(event: IdentityEvent): void {
    if (this.isClosed) return;
    this.waiting.push(event);
    if (this.waiting.length > identityObserverCapacity) {
      this.waiting.shift();
      this.missed += 1;
    }
    this.wake();
  }

  /** Called by the runtime: nothing comes after what waits already. */
  close(): void {
    this.isClosed = true;
    this.wake();
  }

  dispose(): void {
    this.waiting.length = 0;
    this.missed = 0;
    this.onDispose(this);
    this.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<IdentityObservation, undefined> {
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
}
