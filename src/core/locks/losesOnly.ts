import type { LockHolder } from './lockHolder.ts';

/**
 * True when a holder differs from what it was in nothing but what it lost: such a change may be kept in
 * memory alone, because nobody relies on it.
 */
export function losesOnly(before: LockHolder, after: LockHolder): boolean {
  const isSilent =
    after.lastSeenMs <= before.lastSeenMs &&
    after.editCount === before.editCount &&
    after.turn === before.turn;
  if (!isSilent) return false;
  for (const [key, lock] of after.locks) {
    const known = before.locks.get(key);
    if (known === lock) continue;
    const isShortened =
      known?.token === lock.token &&
      known.term === lock.term &&
      known.refreshedAtMs > lock.refreshedAtMs;
    if (!isShortened) return false;
  }
  const tickets = new Set(before.waits.map(({ ticket }) => ticket));
  return after.waits.every(({ ticket }) => tickets.has(ticket));
}
