import type { Translate } from './agentWording.ts';
import type { LockedPath } from './lockedPath.ts';
import type { LockedPaths } from './lockedPaths.ts';
import {
  lockRow,
  waitRow,
  type ClockedRow,
  type LockRowCache,
  type LockRowOptions,
  type RowPlace,
} from './lockRow.ts';
import type { TreeRow } from './treeRow.ts';

/** The rows of a tree of locks while it is being built. */
export class LockRowSet {
  readonly rows = new Map<string, TreeRow>();
  readonly clocked = new Map<string, ClockedRow>();
  private readonly t: Translate;
  private readonly nowMs: number;
  private readonly cache: LockRowCache;

  constructor(options: {
    readonly t: Translate;
    readonly nowMs: number;
    readonly cache?: LockRowCache | undefined;
  }) {
    this.t = options.t;
    this.nowMs = options.nowMs;
    this.cache = options.cache ?? new WeakMap();
  }

  place(root: string, parent: string): RowPlace {
    return { root, parent, t: this.t, cache: this.cache };
  }

  addLock(
    paths: LockedPaths,
    lock: Pick<LockRowOptions, 'holderId' | 'children' | 'under'> & { readonly entry: LockedPath },
    { root, parent }: { readonly root: string; readonly parent: string },
  ): string {
    const { entry, holderId } = lock;
    const held = entry.holds.get(holderId);
    const face = paths.face(holderId);
    if (held === undefined || face === undefined) {
      throw new Error(`nothing is known of holder ${holderId}`);
    }
    // Written out, because there are very many of them.
    const row = lockRow({
      root,
      parent,
      t: this.t,
      cache: this.cache,
      holderId,
      held,
      face,
      kind: entry.kind,
      children: lock.children,
      waitCount: entry.waits.length,
      under: lock.under,
    });
    return this.addClocked(row);
  }

  /** Those who wait for a path, each with its place in the queue. */
  addWaits(
    root: string,
    paths: LockedPaths,
    { entry, parent }: { readonly entry: LockedPath; readonly parent: () => string },
  ): readonly string[] {
    if (entry.waits.length === 0) return [];
    const place = this.place(root, parent());
    return entry.waits.flatMap((wait, i) => {
      const face = paths.face(wait.holderId);
      if (face === undefined) return [];
      const options = { wait, face, path: entry.path, position: i + 1, under: 'path' as const };
      return [this.addClocked(waitRow({ ...options, ...place }))];
    });
  }

  addClocked(clocked: ClockedRow): string {
    const row = clocked.make(this.nowMs);
    if (clocked.nextMs) this.clocked.set(row.id, clocked);
    return this.add(row);
  }

  add(row: TreeRow): string {
    this.rows.set(row.id, row);
    return row.id;
  }
}
