import { areCompatible } from '../../core/locks/lockConflicts.ts';
import type { LockHolder, LockWait } from '../../core/locks/lockHolder.ts';
import type { PathRules } from '../../core/locks/lockPath.ts';
import type { HolderSnapshot } from '../../core/locks/lockSnapshot.ts';
import { keyOf } from '../../core/locks/lockTable.ts';
import { overlaps } from '../../core/locks/pathOverlap.ts';
import type { KnownHolder } from '../lockWording.ts';

/** Somebody in a queue; 1 is whoever is next. */
export interface QueuedWait {
  readonly who: KnownHolder;
  readonly wait: LockWait;
  readonly position: number;
}

/** Everybody who still waits, whoever came first first, each with its place among those it meets. */
export function queueOrder(
  snapshots: readonly HolderSnapshot[],
  rules: PathRules,
): readonly QueuedWait[] {
  const sorted = snapshots
    .flatMap((who) => who.waits.map((wait) => ({ who, wait })))
    .sort((a, b) => a.wait.ticket - b.wait.ticket);
  return sorted.map((each, i) => {
    const ahead = sorted.slice(0, i).filter((other) => isAhead(other, each, rules));
    return { ...each, position: ahead.length + 1 };
  });
}

/** True when somebody waits for something that has a path in common with one of these. */
export function waitsForAny(
  { paths }: Pick<LockWait, 'paths'>,
  wanted: readonly string[],
  rules: PathRules,
): boolean {
  const keys = paths.map((path) => keyOf(path, rules));
  return wanted.some((path) => keys.some((key) => overlaps(key, keyOf(path, rules))));
}

interface Queued {
  readonly who: { readonly holder: LockHolder };
  readonly wait: LockWait;
}

function isAhead(earlier: Queued, later: Queued, rules: PathRules): boolean {
  if (earlier.who.holder.id === later.who.holder.id) return false;
  if (areCompatible(earlier.wait.mode, later.wait.mode)) return false;
  return waitsForAny(earlier.wait, later.wait.paths, rules);
}
