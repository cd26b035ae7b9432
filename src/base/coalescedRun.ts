import type { Disposable } from './lifecycle.ts';

/**
 * Single-flight execution: at most one run at a time, and any number of requests during a run cause
 * exactly one more run after it. Unlike a trailing debounce it cannot starve: the first request
 * starts at once.
 */
export class CoalescedRun implements Disposable {
  private current: Promise<void> | undefined;
  private isRequested = false;
  private isDisposed = false;

  /** @param work must not reject; what it throws goes to `onError`. */
  constructor(
    private readonly work: () => Promise<void>,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Resolves when a run that started after this call has ended. */
  request(): Promise<void> {
    if (this.isDisposed) return Promise.resolve();
    this.isRequested = true;
    this.current ??= this.drain();
    return this.current;
  }

  dispose(): void {
    this.isDisposed = true;
    this.isRequested = false;
  }

  private async drain(): Promise<void> {
    try {
      while (this.isRequested && !this.isDisposed) {
        this.isRequested = false;
        try {
          await this.work();
        } catch (error) {
          this.onError(error);
        }
      }
    } finally {
      this.current = undefined;
    }
  }
}
