import { actorLookup } from '../core/agents/agentIndex.ts';
import { snapshotHolder } from '../core/locks/holderSnapshot.ts';
import { areCompatible } from '../core/locks/lockConflicts.ts';
import type { LockPath, PathRules } from '../core/locks/lockPath.ts';
import type { LockHolder, LockWait } from '../core/locks/lockHolder.ts';
import type { BrokenHolder } from '../core/locks/lockStore.ts';
import { keyOf } from '../core/locks/lockTable.ts';
import { overlaps } from '../core/locks/pathOverlap.ts';
import { evidenceOf, type OpenLocks } from './lockAccess.ts';
import type { ShownLock, ShownWait } from './lockLines.ts';
import type { VerbContext } from './verbContext.ts';

/** Everything that is held and waited for at one moment. */
export interface LockOverview {
  /** By path. */
  readonly locks: readonly ShownLock[];
  /** In the order of the queue. */
  readonly waits: readonly ShownWait[];
  readonly broken: readonly BrokenHolder[];
}

/** Reads everything once; nothing is made or written. */
export async function readLocks(context: VerbContext, open: OpenLocks): Promise<LockOverview> {
  const { view, broken } = await open.store.refresh();
  const holders = [...view.holders()];
  const evidence = await evidenceOf(context, open, holders);
  const lookup = actorLookup(evidence.entries);
  const snapshots = holders.map((holder) =>
    snapshotHolder({ ...evidence.known(holder), lookup }, undefined, evidence.moment),
  );
  const locks = snapshots.flatMap((who) => who.locks.map(({ lock, end }) => ({ lock, end, who })));
  const waits = snapshots.flatMap((who) => who.waits.map((wait) => ({ wait, who })));
  return {
    locks: locks.sort((a, b) => compare(a.lock.path, b.lock.path) || a.lock.token - b.lock.token),
    waits: inQueueOrder(waits, view.rules),
    broken,
  };
}

type Queued = Omit<ShownWait, 'position'>;

function inQueueOrder(waits: readonly Queued[], rules: PathRules): readonly ShownWait[] {
  const sorted = [...waits].sort((a, b) => a.wait.ticket - b.wait.ticket);
  return sorted.map((each, i) => {
    const ahead = sorted.slice(0, i).filter((other) => isInTheWay(other, each, rules));
    return { ...each, position: ahead.length + 1 };
  });
}

function isInTheWay(earlier: Queued, later: Queued, rules: PathRules): boolean {
  if (earlier.who.holder.id === later.who.holder.id) return false;
  if (areCompatible(earlier.wait.mode, later.wait.mode)) return false;
  return later.wait.paths.some((path) => concerns(earlier.wait, path, rules));
}

/** True when somebody waits for something that has a path in common with this one. */
export function concerns({ paths }: LockWait, path: LockPath, rules: PathRules): boolean {
  const key = keyOf(path, rules);
  return paths.some((each) => overlaps(keyOf(each, rules), key));
}

/** What of an overview belongs to this holder, when one is asked for, and concerns this path. */
export function narrowed(
  { locks, waits, broken }: LockOverview,
  {
    path,
    isWanted,
    rules,
  }: {
    readonly path: LockPath | undefined;
    readonly isWanted: (holder: LockHolder) => boolean;
    readonly rules: PathRules;
  },
): LockOverview {
  const key = path === undefined ? undefined : keyOf(path, rules);
  return {
    locks: locks.filter(
      ({ lock, who }) =>
        isWanted(who.holder) && (key === undefined || overlaps(keyOf(lock.path, rules), key)),
    ),
    waits: waits.filter(
      ({ wait, who }) =>
        isWanted(who.holder) && (path === undefined || concerns(wait, path, rules)),
    ),
    broken,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
