import type { Clock } from '../../src/base/clock.ts';
import { toDisposable, type Disposable } from '../../src/base/lifecycle.ts';

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
}

/** A clock that stands still until it is moved. Timers follow elapsed time, not the wall clock. */
export class FakeClock implements Clock {
  private elapsedMs = 0;
  private readonly timers = new Set<Timer>();

  constructor(private wallMs = Date.parse('2026-06-01T12:00:00Z')) {}

  get pendingTimers(): number {
    return this.timers.size;
  }

  now(): number {
    return this.wallMs;
  }

  after(delayMs: number, run: () => void): Disposable {
    const timer = { dueMs: this.elapsedMs + delayMs, run };
    this.timers.add(timer);
    return toDisposable(() => void this.timers.delete(timer));
  }

  /** Lets time pass and runs what becomes due, in order. */
  advance(ms: number): void {
    const endMs = this.elapsedMs + ms;
    for (let next = this.nextDue(endMs); next !== undefined; next = this.nextDue(endMs)) {
      this.timers.delete(next);
      this.wallMs += next.dueMs - this.elapsedMs;
      this.elapsedMs = next.dueMs;
      next.run();
    }
    this.wallMs += endMs - this.elapsedMs;
    this.elapsedMs = endMs;
  }

  /** Sets the wall clock, forwards or backwards, without any time passing. */
  jumpTo(wallMs: number): void {
    this.wallMs = wallMs;
  }

  private nextDue(endMs: number): Timer | undefined {
    const due = [...this.timers].filter((timer) => timer.dueMs <= endMs);
    return due.sort((a, b) => a.dueMs - b.dueMs)[0];
  }
}
