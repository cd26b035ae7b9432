import { toDisposable, type Disposable } from './lifecycle.ts';

/** Time as the core sees it. Tests pass a clock that they move by hand. */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. May jump in both directions. */
  now(): number;
  /** Calls `run` once after `delayMs`. The timer never keeps a process alive. */
  after(delayMs: number, run: () => void): Disposable;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return toDisposable(() => clearTimeout(timer));
  },
};
