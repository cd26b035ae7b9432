import type { EndedLock, FileLock, LockEnding } from './fileLock.ts';
import { lockEnd, stands, type EndCause, type LockEnd } from './lockEnd.ts';
import { lockEvent } from './lockEvents.ts';
import { withEnded, type LockHolder } from './lockHolder.ts';
import type { LockMoment } from './lockMoment.ts';

/** When a lock of a holder ends, by what is known at this moment. */
export function endOf(holder: LockHolder, lock: FileLock, moment: LockMoment): LockEnd {
  const { config, look } = moment;
  return lockEnd(holder, lock, { verdict: look.verdictOf(holder), config });
}

export function isStanding(holder: LockHolder, lock: FileLock, moment: LockMoment): boolean {
  return stands(endOf(holder, lock, moment), moment.nowMs);
}

/** The holder without the locks that are over, which are remembered and recorded. */
export function withoutEnded(holder: LockHolder, moment: LockMoment): LockHolder {
  const over: EndedHold[] = [];
  for (const [key, lock] of holder.locks) {
    const end = endOf(holder, lock, moment);
    if (!stands(end, moment.nowMs)) over.push({ key, lock, end });
  }
  return without(holder, over, moment);
}

/** The holder without any lock, for one that has crashed. */
export function withoutLocks(holder: LockHolder, moment: LockMoment): LockHolder {
  const verdict = moment.look.verdictOf(holder);
  const cause: EndCause = verdict.liveness === 'dead' ? verdict.reason : 'silent';
  const end = { atMs: moment.nowMs, cause };
  const over = [...holder.locks].map(([key, lock]) => ({ key, lock, end }));
  return without(holder, over, moment);
}

interface EndedHold {
  readonly key: string;
  readonly lock: FileLock;
  readonly end: LockEnd;
}

function without(holder: LockHolder, over: readonly EndedHold[], moment: LockMoment): LockHolder {
  if (over.length === 0) return holder;
  const locks = new Map(holder.locks);
  for (const { key } of over) locks.delete(key);
  recordEnds(holder, over, moment);
  const ended = over.map((each) => toEnded(each, moment.nowMs));
  return withEnded({ ...holder, locks }, ended);
}

/** One event for all that ended for one cause. */
function recordEnds(
  holder: LockHolder,
  over: readonly EndedHold[],
  { nowMs: atMs, record }: LockMoment,
): void {
  const byCause = new Map<EndCause, FileLock[]>();
  for (const { lock, end } of over) {
    if (lock.isSoft) continue;
    const ofCause = byCause.get(end.cause);
    if (ofCause) ofCause.push(lock);
    else byCause.set(end.cause, [lock]);
  }
  for (const [cause, ofCause] of byCause) {
    const kind = endingOf(cause) === 'expired' ? 'lock-expired' : 'lock-reaped';
    const paths = ofCause.map(({ path }) => path);
    const tokens = ofCause.map(({ token }) => token);
    record(lockEvent(kind, holder, { atMs, paths, tokens, cause }));
  }
}

function toEnded({ lock, end }: EndedHold, nowMs: number): EndedLock {
  const { path, token } = lock;
  const atMs = Math.min(end.atMs ?? nowMs, nowMs);
  const endedAtMs = Number.isFinite(atMs) ? atMs : nowMs;
  return { path, token, ending: endingOf(end.cause), endedAtMs, by: undefined, reason: end.cause };
}

function endingOf(cause: EndCause): LockEnding {
  return cause === 'ttl' || cause === 'age-cap' ? 'expired' : 'reaped';
}
