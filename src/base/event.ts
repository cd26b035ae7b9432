import type { Disposable } from './lifecycle.ts';

/** Subscribes a listener; disposing the result unsubscribes it. Structurally a `vscode.Event`. */
export type Event<T> = (
  listener: (event: T) => unknown,
  thisArg?: unknown,
  disposables?: Disposable[],
) => Disposable;

/**
 * A source of events with a delivery queue: an event fired from inside a listener is delivered
 * after the current round, so every listener sees all events in the same order. A listener that
 * throws does not keep the others from being called.
 */
export class Emitter<T> implements Disposable {
  private readonly listeners = new Set<(event: T) => unknown>();
  private readonly queue: T[] = [];
  private delivering = false;

  constructor(private readonly onListenerError: (error: unknown) => void = () => undefined) {}

  readonly event: Event<T> = (listener, thisArg, disposables) => {
    const bound = (event: T): unknown => listener.call(thisArg, event);
    this.listeners.add(bound);
    const subscription = { dispose: () => void this.listeners.delete(bound) };
    disposables?.push(subscription);
    return subscription;
  };

  fire(event: T): void {
    this.queue.push(event);
    if (this.delivering) return;

    this.delivering = true;
    try {
      // An event may well be undefined, so the length decides.
      while (this.queue.length > 0) this.deliver(this.queue.shift() as T);
    } finally {
      this.delivering = false;
    }
  }

  dispose(): void {
    this.listeners.clear();
    this.queue.length = 0;
  }

  private deliver(event: T): void {
    for (const listener of [...this.listeners]) {
      // Another listener may have disposed it in this round.
      if (!this.listeners.has(listener)) continue;
      try {
        listener(event);
      } catch (error) {
        this.onListenerError(error);
      }
    }
  }
}

/** Calls the listener once now and then on each event, so that a first render is never forgotten. */
export function runAndSubscribe<T>(
  event: Event<T>,
  listener: (event: T | undefined) => void,
): Disposable {
  const subscription = event(listener);
  listener(undefined);
  return subscription;
}
