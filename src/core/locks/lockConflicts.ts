import type { LockMode } from './fileLock.ts';
import { endOf, isStanding } from './endedLocks.ts';
import { stands } from './lockEnd.ts';
import type { LockHolder, LockWait } from './lockHolder.ts';
import type { LockMoment } from './lockMoment.ts';
import type { LockPath } from './lockPath.ts';
import type { CheckedRequest, LockConflict } from './lockRequest.ts';
import { keyOf, type LockView } from './lockTable.ts';
import { covers, overlaps } from './pathOverlap.ts';

/** What of a request decides who stands in its way. */
export type WantedPaths = Pick<CheckedRequest, 'holderId' | 'paths' | 'mode' | 'ticket'>;

/** Beyond this many the rest is not looked for: globs may meet everything there is. */
const enoughConflicts = 1000;

/** What stands in the way of a request now: who holds, and who has waited longer. */
export function conflictsOf(
  view: LockView,
  request: WantedPaths,
  moment: LockMoment,
): readonly LockConflict[] {
  const requester = view.get(request.holderId);
  const asking = { requester, request, moment };
  const waits = earlierWaits(view, asking);
  const conflicts: LockConflict[] = [];
  for (const [key, path] of request.paths) {
    if (conflicts.length >= enoughConflicts) break;
    const holders = holdersOf(view, { key, path }, asking);
    const waiters = waitersFor({ key, path }, waits);
    // Nobody queues for what the requester has in hand: taking it again takes nothing from them.
    const isInHand = waiters.length > 0 && hasInHand(view, key, asking);
    for (const each of holders) conflicts.push(each);
    if (!isInHand) for (const each of waiters) conflicts.push(each);
  }
  return conflicts;
}

/** True when the requester, or whoever spawned it, has the path in this mode or a stronger one. */
function hasInHand(view: LockView, key: string, { requester, request, moment }: Asking): boolean {
  if (requester === undefined) return false;
  return view.overlapping(key).some(({ key: heldKey, holderId, lock }) => {
    if (lock.mode !== 'exclusive' && request.mode === 'exclusive') return false;
    if (!covers(heldKey, key)) return false;
    const holder = view.get(holderId);
    if (holder === undefined || !isStanding(holder, lock, moment)) return false;
    return holderId === requester.id || isSpawnedBy(requester, holder, moment);
  });
}

interface Wanted {
  readonly key: string;
  readonly path: LockPath;
}

interface Asking {
  readonly requester: LockHolder | undefined;
  readonly request: WantedPaths;
  readonly moment: LockMoment;
}

function holdersOf(
  view: LockView,
  { key, path }: Wanted,
  { requester, request, moment }: Asking,
): readonly LockConflict[] {
  return view.overlapping(key).flatMap((held): LockConflict[] => {
    const { lock, holderId } = held;
    if (holderId === request.holderId || areCompatible(lock.mode, request.mode)) return [];
    const holder = view.get(holderId);
    if (holder === undefined) return [];
    const end = endOf(holder, lock, moment);
    if (!stands(end, moment.nowMs)) return [];
    // Whoever spawned the requester lends it what lies inside its own lock.
    if (covers(held.key, key) && isSpawnedBy(requester, holder, moment)) return [];
    return [{ path, holder, kind: 'held', heldPath: lock.path, lock, expiresAtMs: end.atMs }];
  });
}

/** A wait that came before a request, prepared for being compared with many paths. */
interface EarlierWait {
  readonly holder: LockHolder;
  readonly wait: LockWait;
  readonly keys: readonly (readonly [key: string, path: LockPath])[];
  /** Who waits for the very one who asks is not helped by stopping it. Found out when first asked. */
  readonly isForRequester: () => boolean;
}

function earlierWaits(
  view: LockView,
  { requester, request, moment }: Asking,
): readonly EarlierWait[] {
  const found: EarlierWait[] = [];
  for (const holder of view.waiters()) {
    if (holder.id === request.holderId) continue;
    for (const wait of holder.waits) {
      if (wait.ticket >= request.ticket || areCompatible(wait.mode, request.mode)) continue;
      if (!isWaiting(holder, wait, moment)) continue;
      const keys = wait.paths.map((path) => [keyOf(path, view.rules), path] as const);
      const isForRequester = once(
        () =>
          requester !== undefined &&
          isBlockedBy({ wait, waiter: holder }, requester, { view, moment }),
      );
      found.push({ holder, wait, keys, isForRequester });
    }
  }
  return found;
}

/** The first wait of each waiter that is for something in common with a path. */
function waitersFor({ key, path }: Wanted, waits: readonly EarlierWait[]): readonly LockConflict[] {
  const conflicts = new Map<number, LockConflict>();
  for (const { holder, wait, keys, isForRequester } of waits) {
    if (conflicts.has(holder.id)) continue;
    const heldPath = keys.find(([waited]) => overlaps(waited, key))?.[1];
    if (heldPath === undefined || isForRequester()) continue;
    const expiresAtMs = wait.untilMs;
    const conflict = { path, holder, heldPath, lock: undefined, expiresAtMs };
    conflicts.set(holder.id, { ...conflict, kind: 'waits-first' });
  }
  return [...conflicts.values()];
}

function once(find: () => boolean): () => boolean {
  let found: boolean | undefined;
  return () => (found ??= find());
}

/** False when the waiter gave up, its process is gone, or it could hold nothing any more. */
export function isWaiting(holder: LockHolder, wait: LockWait, moment: LockMoment): boolean {
  const { nowMs, look } = moment;
  if (wait.untilMs <= nowMs || look.waitVerdictOf(wait).liveness === 'dead') return false;
  return holder.identity.kind !== 'session' || look.verdictOf(holder).liveness !== 'dead';
}

export function areCompatible(a: LockMode, b: LockMode): boolean {
  return a === 'shared' && b === 'shared';
}

/** What the waiter may have because the holder spawned it does not block it. */
function isBlockedBy(
  { wait, waiter }: { readonly wait: LockWait; readonly waiter: LockHolder },
  holder: LockHolder,
  { view, moment }: { readonly view: LockView; readonly moment: LockMoment },
): boolean {
  if (holder.locks.size === 0) return false;
  const isChild = isSpawnedBy(waiter, holder, moment);
  return wait.paths.some((path) => {
    const key = keyOf(path, view.rules);
    return view
      .overlapping(key)
      .some(
        ({ key: heldKey, holderId, lock }) =>
          holderId === holder.id &&
          !areCompatible(lock.mode, wait.mode) &&
          !(isChild && covers(heldKey, key)) &&
          isStanding(holder, lock, moment),
      );
  });
}

function isSpawnedBy(
  requester: LockHolder | undefined,
  holder: LockHolder,
  { look }: LockMoment,
): boolean {
  return requester !== undefined && look.isAncestor(holder, requester);
}
