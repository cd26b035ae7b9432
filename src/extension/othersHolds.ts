import type * as vscode from 'vscode';
import { lockKey, type LockPath } from '../core/locks/lockPath.ts';
import type { HeldPath, HolderSnapshot } from '../core/locks/lockSnapshot.ts';
import { overlaps } from '../core/locks/pathOverlap.ts';
import type { LockPictures } from './lockPictures.ts';
import type { LockSet, RootLocks } from './lockSet.ts';
import type { WindowHolder } from './windowHolder.ts';

/** A lock of somebody else that keeps this window from a path. */
export interface OthersHold {
  readonly root: RootLocks;
  /** The path that was asked for. */
  readonly path: LockPath;
  readonly holder: HolderSnapshot;
  readonly held: HeldPath;
}

/** What covers a file is looked for this far; more never matters to one reader. */
const maxCovering = 8;

/** Tells what others hold, from the snapshots: nothing is read. */
export class OthersHolds {
  constructor(
    private readonly locks: Pick<LockSet, 'locate' | 'roots'>,
    private readonly pictures: Pick<LockPictures, 'get'>,
    private readonly windowHolder: Pick<WindowHolder, 'isMine'>,
  ) {}

  /** Who else holds a file, whoever matters most; undefined for a free one, which costs microseconds. */
  of(uri: vscode.Uri): OthersHold | undefined {
    const located = this.locks.locate(uri);
    return located && this.covering(located.root, located.path)[0];
  }

  /** Everything of others that covers a path, those who keep everybody away first. */
  covering(root: RootLocks, path: LockPath): readonly OthersHold[] {
    const paths = this.pictures.get(root.root.location.root)?.paths;
    if (paths === undefined) return [];
    const key = lockKey(path, paths.rules);
    const own = paths.at(key);
    const entries = [...(own ? [own] : []), ...paths.covering(key, maxCovering)];
    const found = entries.flatMap(({ holds }) =>
      [...holds].flatMap(([id, held]): OthersHold[] => {
        const holder = root.snapshot.holders.find((each) => each.holder.id === id);
        if (holder === undefined || this.windowHolder.isMine(holder)) return [];
        return [{ root, path, holder, held }];
      }),
    );
    return found.length < 2 ? found : found.sort(byWeight);
  }

  /** Also what lies in the path; costs a look at every lock of the root. */
  overlapping(root: RootLocks, path: LockPath): readonly OthersHold[] {
    const key = lockKey(path, root.snapshot.rules);
    return this.inRoot(root)
      .filter(({ held }) => overlaps(held.key, key))
      .map((hold) => ({ ...hold, path }));
  }

  /** Everything that others hold anywhere in this window. */
  all(): readonly OthersHold[] {
    return this.locks.roots.flatMap((root) => this.inRoot(root));
  }

  private inRoot(root: RootLocks): readonly OthersHold[] {
    return root.snapshot.holders
      .filter((holder) => !this.windowHolder.isMine(holder))
      .flatMap((holder) =>
        holder.locks.map((held) => ({ root, path: held.lock.path, holder, held })),
      );
  }
}

function byWeight(a: OthersHold, b: OthersHold): number {
  return weight(a) - weight(b);
}

function weight({ held: { lock } }: OthersHold): number {
  if (lock.isSoft) return 2;
  return lock.mode === 'shared' ? 1 : 0;
}
