import { areCompatible } from '../core/locks/lockConflicts.ts';
import { lockKey, type LockPath, type PathRules } from '../core/locks/lockPath.ts';
import type { HolderChange, HolderSnapshot } from '../core/locks/lockSnapshot.ts';
import { PathIndex } from '../core/locks/pathIndex.ts';
import { inEnglish, type Translate } from './agentWording.ts';
import { changedHolds, changedWaits, looksSame, pathWaits, type PathWait } from './changedHolds.ts';
import { holderFace, isSameFace, type HolderFace } from './holderWording.ts';
import { LockedBelowCounts, type LockedBelow } from './lockedBelow.ts';
import type { LockedPath, LockKind } from './lockedPath.ts';
import { lookOf } from './lockedPathText.ts';
import { LockedPathTable, type LockedPathEntry } from './lockedPathTable.ts';

/** What looks different after a change. */
export interface LockedPathsChange {
  /** Files and folders that look different themselves, by key: the paths as they were named. */
  readonly paths: ReadonlyMap<string, LockPath>;
  /** Keys of locks, globs among them, that look different on everything that they cover. */
  readonly covering: readonly string[];
}

export interface LockTotals {
  readonly locked: number;
  readonly contended: number;
  /** Mine for which somebody waits. */
  readonly mineContended: number;
  readonly mine: number;
}

export interface LockedPathsOptions {
  readonly rules: PathRules;
  readonly isMine: (holder: HolderSnapshot) => boolean;
  readonly t?: Translate | undefined;
}

/**
 * Everything held in one root, by path, kept up to date from the changes of its holders. A change costs
 * what it changes and the depth of its paths; finding costs the depth of the path.
 */
export class LockedPaths {
  readonly t: Translate;
  private readonly table = new LockedPathTable();
  private readonly belowCounts = new LockedBelowCounts();
  private readonly waitIndex = new PathIndex<PathWait>();
  private readonly waitsById = new Map<string, PathWait>();
  private readonly faces = new Map<number, HolderFace>();
  private readonly counts = { contended: 0, mineContended: 0, mine: 0 };

  constructor(private readonly options: LockedPathsOptions) {
    this.t = options.t ?? inEnglish;
  }

  get rules(): PathRules {
    return this.options.rules;
  }

  get totals(): LockTotals {
    return { locked: this.table.size, ...this.counts };
  }

  /** What is held at exactly this key. */
  at(key: string): LockedPath | undefined {
    return this.table.get(key);
  }

  /** The globs whose deepest common folder has this key. */
  globsAt(key: string): readonly LockedPath[] {
    return this.table.globsAt(key);
  }

  below(key: string): LockedBelow | undefined {
    return this.belowCounts.get(key);
  }

  /** What is held further up and covers this key, the nearest first, at most as many as asked for. */
  covering(key: string, limit: number): readonly LockedPath[] {
    return this.table.covering(key, limit);
  }

  /** Everything that is held, in no order. */
  values(): Iterable<LockedPath> {
    return this.table.values();
  }

  face(holderId: number): HolderFace | undefined {
    return this.faces.get(holderId);
  }

  /** What a holder waits for, path by path. */
  waitsOf(snapshot: HolderSnapshot): readonly PathWait[] {
    return pathWaits(snapshot, this.rules);
  }

  /** Takes over what became of some holders, and tells exactly what looks different. */
  apply(changes: readonly HolderChange[]): LockedPathsChange {
    const touched = new Set<LockedPathEntry>();
    for (const change of changes) this.touch(change, touched);
    // Before anything changes, so that it can be compared.
    for (const entry of touched) entry.look ??= lookOf(entry, this);

    for (const change of changes) this.applyHolder(change, touched);
    return this.settle(touched);
  }

  private touch(change: HolderChange, touched: Set<LockedPathEntry>): void {
    const { before, after } = change;
    if (before !== undefined && after !== undefined && !this.isSameFace(after)) {
      for (const { key } of before.locks) this.collect(key, touched);
      for (const path of before.waits.flatMap(({ paths }) => paths)) {
        for (const entry of this.table.overlapping(this.keyOf(path))) touched.add(entry);
      }
    }
    for (const hold of changedHolds(change)) {
      if (!looksSame(hold)) this.collect(hold.key, touched);
    }
    const { gone, added } = changedWaits(change, this.rules);
    for (const { key } of [...gone, ...added]) {
      for (const entry of this.table.overlapping(key)) touched.add(entry);
    }
  }

  private collect(key: string, touched: Set<LockedPathEntry>): void {
    const entry = this.table.get(key);
    if (entry) touched.add(entry);
  }

  private applyHolder(change: HolderChange, touched: Set<LockedPathEntry>): void {
    const { before, after } = change;
    const id = (after ?? before)?.holder.id;
    if (id === undefined) return;
    if (after === undefined) this.faces.delete(id);
    else if (!this.isSameFace(after)) this.faces.set(id, this.faceOf(after));
    const { gone, added } = changedWaits(change, this.rules);
    for (const wait of gone) this.removeWait(wait);
    for (const wait of added) this.addWait(wait);
    for (const hold of changedHolds(change)) {
      const entry =
        this.table.get(hold.key) ?? this.table.add(hold.key, hold.after?.lock.path ?? hold.key);
      if (hold.after === undefined) entry.holds.delete(id);
      else entry.holds.set(id, hold.after);
      if (!looksSame(hold)) touched.add(entry);
    }
  }

  private settle(touched: ReadonlySet<LockedPathEntry>): LockedPathsChange {
    const paths = new Map<string, LockPath>();
    const covering: string[] = [];
    for (const entry of touched) {
      const before = entry.look;
      const isNew = before === undefined;
      if (entry.holds.size === 0) {
        this.recount(entry, { isMine: false, kind: undefined });
        this.table.delete(entry);
      } else this.settleEntry(entry);
      // What is new or gone looks different without being looked at.
      entry.look = isNew || entry.holds.size === 0 ? undefined : lookOf(entry, this);
      if (isNew ? entry.holds.size === 0 : entry.look === before) continue;
      paths.set(entry.place.key, entry.place.path);
      covering.push(entry.key);
    }
    for (const [key, path] of this.belowCounts.takeChanged()) {
      if (!paths.has(key)) paths.set(key, path);
    }
    return { paths, covering };
  }

  private settleEntry(entry: LockedPathEntry): void {
    const isMine = [...entry.holds.keys()].some((id) => this.faces.get(id)?.isMine === true);
    const waits = this.waitIndex.overlapping(entry.key).filter((wait) => isHeldUp(wait, entry));
    entry.waits = inQueue(waits);
    this.recount(entry, { isMine, kind: this.kindOf(entry, isMine) });
  }

  private kindOf(entry: LockedPathEntry, isMine: boolean): LockKind {
    if (entry.waits.length > 0) return 'contended';
    const held = [...entry.holds.values()];
    if (held.some(({ lock }) => lock.mode === 'shared')) return 'shared';
    if (!isMine) return 'other';
    // The editor shows one's own unsaved changes already.
    return !entry.isGlob && held.every(({ lock }) => lock.isSoft) ? 'quiet' : 'mine';
  }

  private recount(
    entry: LockedPathEntry,
    next: { readonly isMine: boolean; readonly kind: LockKind | undefined },
  ): void {
    const before = entry.counted;
    const add = (kind: LockKind | undefined, isMine: boolean, by: number): void => {
      if (kind === undefined) return;
      if (isMine) this.counts.mine += by;
      if (kind === 'contended') this.counts.contended += by;
      if (kind === 'contended' && isMine) this.counts.mineContended += by;
    };
    add(before, entry.isMine, -1);
    add(next.kind, next.isMine, 1);
    this.belowCounts.move(entry.folders, before, next.kind);
    entry.counted = next.kind;
    entry.isMine = next.isMine;
    entry.kind = next.kind ?? entry.kind;
  }

  private addWait(wait: PathWait): void {
    this.waitsById.set(waitId(wait), wait);
    this.waitIndex.add(wait.key, wait);
  }

  private removeWait(gone: PathWait): void {
    const id = waitId(gone);
    const wait = this.waitsById.get(id);
    if (wait === undefined) return;
    this.waitsById.delete(id);
    this.waitIndex.delete(wait.key, wait);
  }

  private keyOf(path: LockPath): string {
    return lockKey(path, this.rules);
  }

  /** Who somebody is here, known or not. */
  faceOf(snapshot: HolderSnapshot): HolderFace {
    return holderFace(snapshot, { isMine: this.options.isMine(snapshot), t: this.t });
  }

  private isSameFace(snapshot: HolderSnapshot): boolean {
    const known = this.faces.get(snapshot.holder.id);
    return known !== undefined && isSameFace(known, this.faceOf(snapshot));
  }
}

function isHeldUp(wait: PathWait, entry: LockedPathEntry): boolean {
  for (const [id, { lock }] of entry.holds) {
    if (id !== wait.holderId && !areCompatible(lock.mode, wait.mode)) return true;
  }
  return false;
}

/** Those who come first are first. Who waits for several paths has one place. */
function inQueue(waits: readonly PathWait[]): readonly PathWait[] {
  const sorted = waits.toSorted((a, b) => a.ticket - b.ticket || (a.key < b.key ? -1 : 1));
  const places = new Map<string, PathWait>();
  for (const wait of sorted) {
    const place = `${wait.holderId} ${wait.ticket}`;
    if (!places.has(place)) places.set(place, wait);
  }
  return [...places.values()];
}

function waitId({ holderId, ticket, key }: PathWait): string {
  return `${holderId} ${ticket} ${key}`;
}
