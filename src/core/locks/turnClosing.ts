import { withoutEnded } from './endedLocks.ts';
import type { EndedLock, FileLock } from './fileLock.ts';
import { lockEvent } from './lockEvents.ts';
import { withEnded } from './lockHolder.ts';
import type { LockMoment } from './lockMoment.ts';
import type { LockBook } from './lockTable.ts';
import { revived } from './registering.ts';

/**
 * Whoever finds that a turn is over looked before it could write. What was taken since then was taken
 * in the next turn.
 */
const justTakenMs = 1000;

/**
 * Ends a turn: the locks that were taken for edits in it end, those that the holder asked for itself
 * stay as they were promised to it. Returns what ended.
 *
 * @param edits how many edits are to be counted for the holder
 * @param over one word for why the turn is over, where its holder did not end it; it is told then
 */
export function closeTurn(
  book: LockBook,
  {
    holderId,
    edits = 0,
    over,
  }: { readonly holderId: number; readonly edits?: number; readonly over?: string },
  moment: LockMoment,
): readonly FileLock[] {
  const known = book.get(holderId);
  if (known === undefined) return [];
  const current = withoutEnded(known, moment);
  const locks = new Map(current.locks);
  const closed: FileLock[] = [];
  for (const [key, lock] of current.locks) {
    if (lock.isTurnBound !== true) continue;
    if (over !== undefined && isJustTaken(lock, moment)) continue;
    locks.delete(key);
    closed.push(lock);
  }
  if (over !== undefined && closed.length === 0) return [];
  // Whose turn others had to end gave no sign of life by that.
  const holder = over === undefined ? revived(current, moment.nowMs) : current;
  const editCount = Math.min(holder.editCount + edits, Number.MAX_SAFE_INTEGER);
  const ended = over === undefined ? [] : closed.map((lock) => toEnded(lock, over, moment.nowMs));
  // What is left is held by its process, which only an open turn does.
  const turn = locks.size === 0 ? 'closed' : holder.turn;
  book.put(withEnded({ ...holder, turn, locks, editCount }, ended));
  if (closed.length > 0) {
    const kind = over === undefined ? 'lock-released' : 'lock-reaped';
    const paths = closed.map(({ path }) => path);
    const tokens = closed.map(({ token }) => token);
    moment.record(lockEvent(kind, holder, { atMs: moment.nowMs, paths, tokens, cause: over }));
  }
  return closed;
}

function isJustTaken({ refreshedAtMs }: FileLock, { nowMs }: LockMoment): boolean {
  return Math.abs(nowMs - refreshedAtMs) < justTakenMs;
}

function toEnded({ path, token }: FileLock, reason: string, nowMs: number): EndedLock {
  return { path, token, ending: 'reaped', endedAtMs: nowMs, by: undefined, reason };
}
