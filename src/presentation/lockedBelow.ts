import type { LockKind } from './lockedPath.ts';
import { foldersAbove } from './pathFolders.ts';

/** How many locked paths of each kind there are below a folder. */
export type LockedBelow = Readonly<Record<Exclude<LockKind, 'quiet'>, number>>;

type Counts = Record<Exclude<LockKind, 'quiet'>, number>;

/**
 * Counts by folder, kept up to date at the cost of the depth of what changes. Folders below which
 * nothing is locked are not kept.
 */
export class LockedBelowCounts {
  private readonly folders = new Map<string, Counts>();
  /** What the touched folders had before, and the path under which they are shown. */
  private touched = new Map<string, { readonly before: string; readonly path: string }>();

  get(folderKey: string): LockedBelow | undefined {
    return this.folders.get(folderKey);
  }

  /** Moves one locked path from a kind to another; undefined for one that is not there. */
  move(
    place: { readonly folderKeys: readonly string[]; readonly folderPaths: readonly string[] },
    from: LockKind | undefined,
    to: LockKind | undefined,
  ): void {
    if (from === to) return;
    place.folderKeys.forEach((key, i) => {
      const counts = this.folders.get(key) ?? { contended: 0, other: 0, mine: 0, shared: 0 };
      if (!this.touched.has(key)) {
        this.touched.set(key, { before: textOf(counts), path: place.folderPaths[i] ?? key });
      }
      if (from !== undefined && from !== 'quiet') counts[from] -= 1;
      if (to !== undefined && to !== 'quiet') counts[to] += 1;
      if (counts.contended + counts.other + counts.mine + counts.shared === 0) {
        this.folders.delete(key);
      } else {
        this.folders.set(key, counts);
      }
    });
  }

  /** The folders whose counts are others than at the last call, each with its path. */
  takeChanged(): ReadonlyMap<string, string> {
    const changed = new Map<string, string>();
    for (const [key, { before, path }] of this.touched) {
      const counts = this.folders.get(key);
      if (textOf(counts) !== before) changed.set(key, path);
    }
    this.touched = new Map();
    return changed;
  }
}

/** The folders that count a path, by key and as they are shown, the nearest first. */
export function countedFolders(
  place: { readonly key: string; readonly path: string },
  isInside: boolean,
): { readonly folderKeys: readonly string[]; readonly folderPaths: readonly string[] } {
  const above = (path: string): readonly string[] =>
    isInside ? [path, ...foldersAbove(path)] : foldersAbove(path);
  return { folderKeys: above(place.key), folderPaths: above(place.path) };
}

function textOf(counts: Counts | undefined): string {
  if (counts === undefined) return '0 0 0 0';
  return `${counts.contended} ${counts.other} ${counts.mine} ${counts.shared}`;
}
