import type { HeldPath, HolderChange, HolderSnapshot } from '../core/locks/lockSnapshot.ts';
import type { LockWait } from '../core/locks/lockHolder.ts';
import type { LockMode } from '../core/locks/fileLock.ts';
import { lockKey, type LockPath, type PathRules } from '../core/locks/lockPath.ts';

/** A lock of one holder that came, went, or is not what it was. */
export interface ChangedHold {
  readonly key: string;
  readonly before: HeldPath | undefined;
  readonly after: HeldPath | undefined;
}

/** The locks of a holder that differ. Costs one look at each of its locks. */
export function changedHolds({ before, after }: HolderChange): readonly ChangedHold[] {
  const [old, now] = [before?.locks ?? [], after?.locks ?? []];
  if (old === now) return [];
  const changed: ChangedHold[] = [];
  let [i, j] = [0, 0];
  // Both are by key.
  for (;;) {
    const [was, is] = [old[i], now[j]];
    if (was === undefined && is === undefined) return changed;
    if (is === undefined || (was !== undefined && was.key < is.key)) {
      if (was) changed.push({ key: was.key, before: was, after: undefined });
      i += 1;
    } else if (was === undefined || is.key < was.key) {
      changed.push({ key: is.key, before: undefined, after: is });
      j += 1;
    } else {
      if (was !== is) changed.push({ key: is.key, before: was, after: is });
      i += 1;
      j += 1;
    }
  }
}

/** Signs of life move the end of a default lock, which shows nowhere but in rows that count down. */
export function looksSame({ before, after }: ChangedHold): boolean {
  if (after === undefined || before?.lock !== after.lock) return false;
  const [was, is] = [before.end, after.end];
  if (was.cause !== is.cause) return false;
  return was.atMs === is.atMs || (after.lock.term.kind === 'default' && was.cause !== 'age-cap');
}

/** Somebody's wait for one path. */
export interface PathWait {
  readonly holderId: number;
  readonly ticket: number;
  readonly key: string;
  readonly path: LockPath;
  readonly mode: LockMode;
  readonly sinceMs: number;
}

export interface ChangedWaits {
  readonly gone: readonly PathWait[];
  readonly added: readonly PathWait[];
}

/** The places in queues that a holder took or left. */
export function changedWaits({ before, after }: HolderChange, rules: PathRules): ChangedWaits {
  const newTo = (
    snapshot: HolderSnapshot | undefined,
    other: HolderSnapshot | undefined,
  ): readonly PathWait[] => {
    if (snapshot === undefined || snapshot.waits.length === 0) return [];
    const known = new Set(other?.waits.map(identityOf));
    const waits = snapshot.waits.filter((wait) => !known.has(identityOf(wait)));
    return pathWaits({ holder: snapshot.holder, waits }, rules);
  };
  return { gone: newTo(before, after), added: newTo(after, before) };
}

/** Who edits a file of ours by hand may give a ticket to something else. */
function identityOf({ ticket, mode, sinceMs, paths }: LockWait): string {
  return [ticket, mode, sinceMs, ...paths].join('\n');
}

/** The waits of a holder, one for each path. */
export function pathWaits(
  { holder, waits }: Pick<HolderSnapshot, 'holder' | 'waits'>,
  rules: PathRules,
): readonly PathWait[] {
  return waits.flatMap(({ paths, ticket, mode, sinceMs }) =>
    paths.map((path) => {
      return { holderId: holder.id, ticket, mode, sinceMs, path, key: lockKey(path, rules) };
    }),
  );
}
