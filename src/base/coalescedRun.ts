import type { Disposable } from './lifecycle.ts';

/**
 * Single-flight execution: at most one run at a time, and any number of requests during a run cause
 * exactly one more run after it. Unlike a trailing debounce it cannot starve: the first request
 * starts at once.
 */
export class CoalescedRun implements Disposable {
  private current: Promise<void> | undefined;
  private next: Promise<void> | undefined;
  private isDisposed = false;

  /** @param work must not reject; what it throws goes to `onError`. */
  constructor(
    private readonly work: () => Promise<void>,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Resolves when the first run that started after this call has ended, whatever is asked later. */
  request(): Promise<void> {
    if (this.isDisposed) return Promise.resolve();
    if (this.next) return this.next;
    if (this.current === undefined) return this.start();
    this.next = this.current.then(() => {
      this.next = undefined;
      return this.isDisposed ? undefined : this.start();
    });
    return this.next;
  }

  dispose(): void {
    this.isDisposed = true;
  }

  /** Sets `current` before the work begins, so that work which asks for another run does not overlap it. */
  private start(): Promise<void> {
    // Not at once: events that come in one turn of the event loop are then one run.
    const run = new Promise<void>((resolve) => setImmediate(resolve))
      .then(() => this.work())
      .catch((error: unknown) => this.onError(error))
      .finally(() => {
        this.current = undefined;
      });
    this.current = run;
    return run;
  }
}
