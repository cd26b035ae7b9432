import { withoutEnded, withoutLocks } from './endedLocks.ts';
import { withoutFutureTimes } from './futureTimes.ts';
import { isWaiting } from './lockConflicts.ts';
import { isCrashed } from './lockEnd.ts';
import type { FileLock } from './fileLock.ts';
import type { LockHolder } from './lockHolder.ts';
import type { LockMoment } from './lockMoment.ts';
import type { LockBook } from './lockTable.ts';

/** What a reap did to one holder. */
export interface ReapedHolder {
  readonly holder: LockHolder;
  /** Whether it became crashed now; otherwise only some of its locks were over. */
  readonly isCrashed: boolean;
  readonly dropped: readonly FileLock[];
}

/**
 * Marks whoever is silent for too long or provably gone as crashed and drops all its locks; of the
 * others it drops what is over. Records of the crashed are kept. Doing it again changes nothing.
 */
export function reapHolders(book: LockBook, moment: LockMoment): readonly ReapedHolder[] {
  const reaped: ReapedHolder[] = [];
  for (const holder of [...book.holders()]) {
    const after = reapHolder(holder, moment);
    if (after === holder) continue;
    book.put(after);
    const dropped = [...holder.locks].filter(([key]) => !after.locks.has(key));
    const hasCrashed = after.state === 'crashed' && holder.state !== 'crashed';
    if (hasCrashed || dropped.length > 0) {
      reaped.push({
        holder: after,
        isCrashed: hasCrashed,
        dropped: dropped.map(([, lock]) => lock),
      });
    }
  }
  return reaped;
}

function reapHolder(holder: LockHolder, moment: LockMoment): LockHolder {
  const { config, look, nowMs } = moment;
  const left = withoutEnded(withoutFutureTimes(holder, nowMs), moment);
  const waits = left.waits.filter((wait) => isWaiting(left, wait, moment));
  const kept = waits.length === left.waits.length ? left : { ...left, waits };
  if (kept.state !== 'active') return kept;
  if (!isCrashed(kept, { verdict: look.verdictOf(kept), config, nowMs })) return kept;
  return { ...withoutLocks(kept, moment), state: 'crashed', waits: [] };
}
