import { isStanding, withoutEnded } from './endedLocks.ts';
import type { EndedLock, FileLock } from './fileLock.ts';
import { maxHolderNameLength } from './lockConfig.ts';
import { lockEvent, partyOfHolder } from './lockEvents.ts';
import { withEnded, type LockHolder } from './lockHolder.ts';
import type { LockMoment } from './lockMoment.ts';
import type { LockPath } from './lockPath.ts';
import { cleanReason } from './lockRequest.ts';
import { keyOf, type HeldLock, type LockBook } from './lockTable.ts';
import { covers } from './pathOverlap.ts';
import { revived } from './registering.ts';

/** A lock that was given back or taken away. */
export interface EndedHold {
  readonly holder: LockHolder;
  readonly lock: FileLock;
}

/**
 * Gives paths back: what the holder has under exactly these paths, and what its descendants have there
 * or below. What it does not hold is no error. Without paths everything of its own.
 */
export function release(
  book: LockBook,
  { holderId, paths }: { readonly holderId: number; readonly paths?: readonly LockPath[] },
  moment: LockMoment,
): readonly EndedHold[] {
  const known = book.get(holderId);
  if (known === undefined) return [];
  const current = revived(withoutEnded(known, moment), moment.nowMs);
  const keys =
    paths === undefined
      ? [...current.locks.keys()]
      : [...new Set(paths.map((path) => keyOf(path, book.rules)))];
  const own = keys.flatMap((key): HeldLock[] => {
    const lock = current.locks.get(key);
    return lock ? [{ holderId, key, lock }] : [];
  });
  book.put(current);
  const ofDescendants =
    paths === undefined ? [] : heldBelow(book, { keys, ancestor: current }, moment);
  return endLocks(book, [...own, ...ofDescendants], { ending: 'released', by: current }, moment);
}

/**
 * Takes a path away from everybody who holds it, something around it or something in it, except from
 * the one who asks. Each of them finds out why at its next operation.
 */
export function breakLocks(
  book: LockBook,
  {
    path,
    by,
    byName,
    reason,
    isSoftOnly = false,
  }: {
    readonly path: LockPath;
    readonly by: LockHolder | undefined;
    /** Who breaks, where it is no holder. */
    readonly byName: string;
    readonly reason: string | undefined;
    /** Only what stands for unsaved changes. */
    readonly isSoftOnly?: boolean;
  },
  moment: LockMoment,
): readonly EndedHold[] {
  const victims = book.overlapping(keyOf(path, book.rules)).filter(({ holderId, lock }) => {
    const holder = book.get(holderId);
    if (holder === undefined || holderId === by?.id) return false;
    return isStanding(holder, lock, moment) && (!isSoftOnly || lock.isSoft);
  });
  const ending: Ending = {
    ending: 'broken',
    by,
    byName: shortName(byName),
    reason: cleanReason(reason),
  };
  return endLocks(book, victims, ending, moment);
}

function shortName(name: string): string | undefined {
  const text = name.trim().slice(0, maxHolderNameLength);
  return text === '' ? undefined : text;
}

interface Ending {
  readonly ending: 'released' | 'broken';
  readonly by: LockHolder | undefined;
  readonly byName?: string | undefined;
  readonly reason?: string | undefined;
}

function endLocks(
  book: LockBook,
  held: readonly HeldLock[],
  ending: Ending,
  moment: LockMoment,
): readonly EndedHold[] {
  const byHolder = new Map<number, HeldLock[]>();
  for (const each of held) {
    const ofHolder = byHolder.get(each.holderId);
    if (ofHolder) ofHolder.push(each);
    else byHolder.set(each.holderId, [each]);
  }
  const ended: EndedHold[] = [];
  for (const [id, ofHolder] of byHolder) {
    const holder = book.get(id);
    if (holder === undefined) continue;
    const locks = new Map(holder.locks);
    for (const { key } of ofHolder) locks.delete(key);
    const isOwn = ending.by?.id === id;
    // Who gives back its own need not be told.
    const remembered = isOwn ? [] : ofHolder.map(({ lock }) => endedLock(lock, ending, moment));
    book.put(withEnded({ ...holder, locks }, remembered));
    ended.push(...ofHolder.map(({ lock }) => ({ holder, lock })));
    recordEnd(holder, { locks: ofHolder.map(({ lock }) => lock), ending }, moment);
  }
  return ended;
}

function endedLock(
  { path, token }: FileLock,
  { ending, by, byName, reason }: Ending,
  { nowMs }: LockMoment,
): EndedLock {
  return { path, token, ending, endedAtMs: nowMs, by: by?.name ?? byName, reason };
}

function recordEnd(
  holder: LockHolder,
  { locks, ending }: { readonly locks: readonly FileLock[]; readonly ending: Ending },
  moment: LockMoment,
): void {
  const recorded = locks.filter(({ isSoft }) => !isSoft);
  if (recorded.length === 0) return;
  const { by, byName } = ending;
  const isOwn = by?.id === holder.id;
  const other = by ? partyOfHolder(by) : byName === undefined ? undefined : { name: byName };
  const fields = {
    atMs: moment.nowMs,
    paths: recorded.map(({ path }) => path),
    tokens: recorded.map(({ token }) => token),
    other: isOwn ? undefined : other,
    reason: ending.reason,
  };
  const kind = ending.ending === 'broken' ? 'lock-broken' : 'lock-released';
  moment.record(lockEvent(kind, holder, fields));
}

function heldBelow(
  book: LockBook,
  { keys, ancestor }: { readonly keys: readonly string[]; readonly ancestor: LockHolder },
  moment: LockMoment,
): readonly HeldLock[] {
  const found = new Set<HeldLock>();
  for (const key of keys) {
    for (const held of book.overlapping(key)) {
      if (held.holderId === ancestor.id || !covers(key, held.key)) continue;
      const holder = book.get(held.holderId);
      if (holder && moment.look.isAncestor(ancestor, holder)) found.add(held);
    }
  }
  return [...found];
}
