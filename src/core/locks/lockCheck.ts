import { endOf, isStanding, withoutEnded } from './endedLocks.ts';
import type { EndedLock, FileLock } from './fileLock.ts';
import { areCompatible } from './lockConflicts.ts';
import { stands } from './lockEnd.ts';
import type { LockHolder } from './lockHolder.ts';
import type { LockMoment } from './lockMoment.ts';
import type { LockPath } from './lockPath.ts';
import { keyOf, type LockView } from './lockTable.ts';
import { covers } from './pathOverlap.ts';

export type LockCheck =
  | {
      readonly kind: 'stands';
      readonly lock: FileLock;
      readonly expiresAtMs: number | undefined;
    }
  | {
      readonly kind: 'lost';
      /** How it ended, where that is still known. */
      readonly ended: EndedLock | undefined;
      /** Whoever has it now. */
      readonly takenBy: { readonly holder: LockHolder; readonly lock: FileLock } | undefined;
    };

/** Whether what a holder was granted under a token still stands. One that has expired never does. */
export function checkLock(
  view: LockView,
  {
    holderId,
    path,
    token,
  }: { readonly holderId: number | undefined; readonly path: LockPath; readonly token: number },
  moment: LockMoment,
): LockCheck {
  const key = keyOf(path, view.rules);
  const holder = holderId === undefined ? undefined : view.get(holderId);
  for (const [heldKey, lock] of holder?.locks ?? []) {
    if (holder === undefined || lock.token !== token || !covers(heldKey, key)) continue;
    const end = endOf(holder, lock, moment);
    if (stands(end, moment.nowMs)) return { kind: 'stands', lock, expiresAtMs: end.atMs };
  }
  // What is over but was dropped by nobody yet is told like what was.
  const left = holder && withoutEnded(holder, { ...moment, record: () => undefined });
  const ended = left?.ended.findLast((each) => each.token === token);
  return { kind: 'lost', ended, takenBy: exclusiveHolder(view, { key, except: holderId }, moment) };
}

function exclusiveHolder(
  view: LockView,
  { key, except }: { readonly key: string; readonly except: number | undefined },
  moment: LockMoment,
): { readonly holder: LockHolder; readonly lock: FileLock } | undefined {
  for (const { holderId, lock } of view.overlapping(key)) {
    const holder = view.get(holderId);
    if (holder === undefined || holderId === except) continue;
    if (areCompatible(lock.mode, 'shared') || !isStanding(holder, lock, moment)) continue;
    return { holder, lock };
  }
  return undefined;
}
