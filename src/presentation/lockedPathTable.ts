import { isGlob, type LockPath } from '../core/locks/lockPath.ts';
import type { HeldPath } from '../core/locks/lockSnapshot.ts';
import { PathIndex } from '../core/locks/pathIndex.ts';
import { covers } from '../core/locks/pathOverlap.ts';
import type { PathWait } from './changedHolds.ts';
import { countedFolders } from './lockedBelow.ts';
import type { LockedPath, LockKind } from './lockedPath.ts';
import { folderOf, literalPart } from './pathFolders.ts';

/** A locked path while it is being kept up to date. */
export interface LockedPathEntry extends LockedPath {
  /** Undefined until it is counted. */
  counted: LockKind | undefined;
  kind: LockKind;
  isMine: boolean;
  waits: readonly PathWait[];
  readonly holds: Map<number, HeldPath>;
  /** Where it is shown: itself, or for a glob the deepest folder that contains all it matches. */
  readonly place: { readonly key: string; readonly path: LockPath };
  /** The folders that count it. */
  readonly folders: ReturnType<typeof countedFolders>;
  /** What was shown of it when that was last asked. */
  look: string | undefined;
}

interface Place {
  literal: LockedPathEntry | undefined;
  readonly globs: Set<LockedPathEntry>;
}

/** Globs at one folder that are looked at for one file, so that looking stays quick. */
const maxGlobsLookedAt = 20;

/** The locked paths of one root by key, by what they cover and by where they are shown. */
export class LockedPathTable {
  private readonly entries = new Map<string, LockedPathEntry>();
  private readonly places = new Map<string, Place>();
  private readonly index = new PathIndex<LockedPathEntry>();

  get size(): number {
    return this.entries.size;
  }

  values(): Iterable<LockedPathEntry> {
    return this.entries.values();
  }

  get(key: string): LockedPathEntry | undefined {
    return this.entries.get(key);
  }

  /** Those that cover something in common with this key. */
  overlapping(key: string): readonly LockedPathEntry[] {
    return this.index.overlapping(key);
  }

  /** The globs whose deepest common folder has this key. */
  globsAt(key: string): readonly LockedPathEntry[] {
    return [...(this.places.get(key)?.globs ?? [])].sort(byKey);
  }

  /** What is further up and covers this key, the nearest first, at most as many as asked for. */
  covering(key: string, limit: number): readonly LockedPathEntry[] {
    if (this.entries.size === 0) return [];
    const found: LockedPathEntry[] = [];
    for (let at = folderOf(key); at !== undefined; at = folderOf(at)) {
      const place = this.places.get(at);
      if (place === undefined) continue;
      for (const entry of coveringAt(place)) {
        if (found.length === limit) return found;
        if (!entry.isGlob || covers(entry.key, key)) found.push(entry);
      }
    }
    return found;
  }

  /** A new entry that nobody holds yet. */
  add(key: string, path: LockPath): LockedPathEntry {
    const hasWildcard = isGlob(key);
    const place = { key: literalPart(key), path: literalPart(path) };
    const entry: LockedPathEntry = {
      key,
      path,
      isGlob: hasWildcard,
      kind: 'quiet',
      counted: undefined,
      isMine: false,
      holds: new Map(),
      waits: [],
      place,
      folders: countedFolders(place, hasWildcard),
      look: undefined,
    };
    this.entries.set(key, entry);
    this.index.add(key, entry);
    const shown = this.places.get(place.key) ?? { literal: undefined, globs: new Set() };
    this.places.set(place.key, shown);
    if (hasWildcard) shown.globs.add(entry);
    else shown.literal = entry;
    return entry;
  }

  delete(entry: LockedPathEntry): void {
    this.entries.delete(entry.key);
    this.index.delete(entry.key, entry);
    const place = this.places.get(entry.place.key);
    if (place === undefined) return;
    if (entry.isGlob) place.globs.delete(entry);
    else place.literal = undefined;
    if (place.literal === undefined && place.globs.size === 0) this.places.delete(entry.place.key);
  }
}

function coveringAt({ literal, globs }: Place): readonly LockedPathEntry[] {
  const looked = globs.size > maxGlobsLookedAt ? firstOf(globs, maxGlobsLookedAt) : [...globs];
  return [...(literal ? [literal] : []), ...looked.sort(byKey)];
}

function firstOf<T>(items: Iterable<T>, count: number): T[] {
  const first: T[] = [];
  for (const item of items) {
    if (first.length === count) break;
    first.push(item);
  }
  return first;
}

function byKey(a: LockedPathEntry, b: LockedPathEntry): number {
  return a.key < b.key ? -1 : 1;
}
