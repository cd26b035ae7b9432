import { sessionIdOf } from '../core/locks/lockHolder.ts';
import type { HolderChange, HolderSnapshot, LockDiff } from '../core/locks/lockSnapshot.ts';
import type { Translate } from './agentWording.ts';
import { changedHolds } from './changedHolds.ts';
import { groupRow } from './groupRow.ts';
import { holderFace } from './holderWording.ts';
import { heldFileRow, type LockRowCache } from './lockRow.ts';
import type { TreeRow } from './treeRow.ts';

/** The holders that are agents of the registry, by their session. */
export type HeldBySession = ReadonlyMap<string, HolderSnapshot>;

export function heldBySession(holders: readonly HolderSnapshot[]): HeldBySession {
  const bySession = new Map<string, HolderSnapshot>();
  for (const each of holders) {
    const sessionId = sessionIdOf(each.holder);
    if (sessionId !== undefined && each.locks.length > 0) bySession.set(sessionId, each);
  }
  return bySession;
}

/** True when agents took or gave back files, so that what does not count down need not look else. */
export function changesHeldFiles({ holders }: LockDiff): boolean {
  return holders.some(
    (change) =>
      isOfAgent(change) &&
      changedHolds(change).some(({ before, after }) => before?.lock !== after?.lock),
  );
}

function isOfAgent({ before, after }: HolderChange): boolean {
  const holder = (after ?? before)?.holder;
  return holder !== undefined && sessionIdOf(holder) !== undefined;
}

/** More than these are shown in a collapsed row of their own. */
const maxDirect = 5;

/** The rows of what an agent holds. The first rows stand directly below it, as many as `top` says. */
export function heldFileRows(
  snapshot: HolderSnapshot | undefined,
  {
    root,
    sessionId,
    parent,
    t,
    cache,
  }: {
    readonly root: string;
    readonly sessionId: string;
    readonly parent: string;
    readonly t: Translate;
    readonly cache: LockRowCache;
  },
): { readonly rows: readonly TreeRow[]; readonly top: readonly string[] } {
  if (snapshot === undefined || snapshot.locks.length === 0) return { rows: [], top: [] };
  const { locks, holder } = snapshot;
  const isMany = locks.length > maxDirect;
  const groupId = `held:${sessionId}@${root}`;
  const face = holderFace(snapshot, { isMine: false, t });
  const rows = locks.map((held) =>
    heldFileRow({
      ...{ root, t, cache, held, face },
      holderId: holder.id,
      parent: isMany ? groupId : parent,
    }),
  );
  const ids = rows.map(({ id }) => id);
  if (!isMany) return { rows, top: ids };
  const label = t('{0} files held', locks.length);
  const group = groupRow({
    ...{ id: groupId, parent, label, tooltip: label, icon: 'lock' },
    children: ids,
    isExpanded: false,
  });
  return { rows: [group, ...rows], top: [groupId] };
}
