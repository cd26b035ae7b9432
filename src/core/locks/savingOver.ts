import { isStanding } from './endedLocks.ts';
import type { FileLock, SavedOver } from './fileLock.ts';
import { maxHolderNameLength } from './lockConfig.ts';
import { lockEvent, partyOfHolder } from './lockEvents.ts';
import type { LockHolder } from './lockHolder.ts';
import type { LockMoment } from './lockMoment.ts';
import type { LockPath } from './lockPath.ts';
import { keyOf, type LockBook } from './lockTable.ts';
import { covers, overlaps } from './pathOverlap.ts';

/**
 * Notes that somebody changed a path that others hold: whatever they do next there, they do on a stale
 * view. They are told with their next grant of the path and by every check until then.
 */
export function noteSavedOver(
  book: LockBook,
  {
    path,
    by,
    byName,
    cause,
    reason,
  }: {
    readonly path: LockPath;
    readonly by: LockHolder | undefined;
    readonly byName: string;
    /** One word for programs: how it was changed. */
    readonly cause?: string | undefined;
    /** With what it was changed, for people. */
    readonly reason?: string | undefined;
  },
  moment: LockMoment,
): void {
  const key = keyOf(path, book.rules);
  const savedOver = { path, by: byName.slice(0, maxHolderNameLength), atMs: moment.nowMs };
  const held = book
    .overlapping(key)
    .filter((each) => each.holderId !== by?.id && covers(each.key, key));
  for (const { holderId, key: heldKey, lock } of held) {
    const holder = book.get(holderId);
    if (holder === undefined || !isStanding(holder, lock, moment)) continue;
    const locks = new Map(holder.locks).set(heldKey, { ...lock, savedOver });
    book.put({ ...holder, locks });
    const other = by ? partyOfHolder(by) : { name: savedOver.by };
    moment.record(
      lockEvent('lock-saved-over', holder, {
        atMs: moment.nowMs,
        paths: [path],
        other,
        cause,
        reason,
      }),
    );
  }
}

/** What was changed of a path that a holder has, if anything. */
export function savedOverAt(
  locks: ReadonlyMap<string, FileLock>,
  key: string,
  keyOfPath: (path: LockPath) => string,
): SavedOver | undefined {
  for (const { savedOver } of locks.values()) {
    if (savedOver && overlaps(keyOfPath(savedOver.path), key)) return savedOver;
  }
  return undefined;
}

/** The locks without what their holder is told now. */
export function withoutSavedOver(
  locks: ReadonlyMap<string, FileLock>,
  tellings: Iterable<SavedOver | undefined>,
): ReadonlyMap<string, FileLock> {
  const told = new Set([...tellings].filter((each) => each !== undefined));
  if (told.size === 0) return locks;
  const left = new Map(locks);
  for (const [key, lock] of locks) {
    if (lock.savedOver && told.has(lock.savedOver))
      left.set(key, { ...lock, savedOver: undefined });
  }
  return left;
}
