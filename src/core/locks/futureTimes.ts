import type { FileLock } from './fileLock.ts';
import type { LockHolder, LockWait } from './lockHolder.ts';

/**
 * The holder with times that lie ahead moved to now. They are left by a clock that was set back, and
 * would keep locks and places in the queue for as long as it takes the clock to catch up.
 */
export function withoutFutureTimes(holder: LockHolder, nowMs: number): LockHolder {
  const isAhead = (lock: FileLock): boolean => lock.refreshedAtMs > nowMs;
  const hasFuture =
    holder.lastSeenMs > nowMs ||
    holder.waits.some(({ sinceMs }) => sinceMs > nowMs) ||
    [...holder.locks.values()].some(isAhead);
  if (!hasFuture) return holder;
  const locks = new Map(holder.locks);
  for (const [key, lock] of locks) {
    if (isAhead(lock)) locks.set(key, { ...lock, refreshedAtMs: nowMs });
  }
  return {
    ...holder,
    locks,
    waits: holder.waits.map((wait) => beginningBy(wait, nowMs)),
    lastSeenMs: Math.min(holder.lastSeenMs, nowMs),
  };
}

/** It waits as long as it meant to, from now on. */
function beginningBy(wait: LockWait, nowMs: number): LockWait {
  if (wait.sinceMs <= nowMs) return wait;
  return { ...wait, sinceMs: nowMs, untilMs: nowMs + (wait.untilMs - wait.sinceMs) };
}
