import type { Clock } from '../../base/clock.ts';
import { toDisposable, type Disposable } from '../../base/lifecycle.ts';

/** How often sessions are collected, and how long one must be idle before. */
export interface CollectorPace {
  readonly ttlMs: number;
  readonly intervalMs: number;
}

/** Three hours of idleness, looked at every minute. */
export const defaultCollectorPace: CollectorPace = { ttlMs: 3 * 3_600_000, intervalMs: 60_000 };

/** What decides whether a session may be evicted from memory. */
export interface CollectableFacts {
  readonly hasEnded: boolean;
  readonly observerCount: number;
  readonly lastActiveMs: number;
}

/**
 * True for what has ended, is observed by nobody, and has been idle for the time to live or longer. A
 * clock that was set back makes nothing idle.
 */
export function isCollectable(
  { hasEnded, observerCount, lastActiveMs }: CollectableFacts,
  { nowMs, ttlMs }: { readonly nowMs: number; readonly ttlMs: number },
): boolean {
  return hasEnded && observerCount === 0 && nowMs >= lastActiveMs && nowMs - lastActiveMs >= ttlMs;
}

/** Runs something each interval, for the first time after one, until it is disposed. */
export function repeatedly(
  clock: Pick<Clock, 'after'>,
  { intervalMs, run }: { readonly intervalMs: number; readonly run: () => void },
): Disposable {
  let isStopped = false;
  const tick = (): void => {
    run();
    // What ran may have stopped it.
    if (!isStopped) timer = clock.after(intervalMs, tick);
  };
  let timer = clock.after(intervalMs, tick);
  return toDisposable(() => {
    isStopped = true;
    timer.dispose();
  });
}
