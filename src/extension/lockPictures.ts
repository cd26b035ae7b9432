import * as vscode from 'vscode';
import { Emitter } from '../base/event.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import type { LockChange } from '../core/locks/lockMonitor.ts';
import type { HolderSnapshot } from '../core/locks/lockSnapshot.ts';
import {
  LockedPaths,
  type LockedPathsChange,
  type LockTotals,
} from '../presentation/lockedPaths.ts';
import type { LockSet, RootLocks } from './lockSet.ts';

/** What is held in one root, arranged by path. */
export interface LockPicture {
  readonly locks: RootLocks;
  readonly paths: LockedPaths;
}

/** Something changed in one root, or, without one, everything may look different. */
export interface LockPicturesChange {
  readonly root: string | undefined;
  readonly change: LockChange | undefined;
  /** What looks different; nothing when only ends moved. */
  readonly changed: LockedPathsChange | undefined;
}

/** True when no path looks different, as after signs of life. */
export function isEmptyChange(changed: LockedPathsChange | undefined): boolean {
  return changed?.paths.size === 0 && changed.covering.length === 0;
}

/** Whoever tells which holder is the person at this window. */
export interface OwnHolder {
  isMine(holder: HolderSnapshot): boolean;
}

/** The pictures of all roots, each kept up to date at the cost of what changes in it. */
export class LockPictures implements Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChange: Emitter<LockPicturesChange>;
  private pictures: readonly LockPicture[] = [];

  constructor(
    private readonly locks: LockSet,
    private readonly holder: OwnHolder,
    logger: vscode.LogOutputChannel,
  ) {
    this._onDidChange = this.own.add(
      new Emitter<LockPicturesChange>((error) => logger.error('A listener failed.', error)),
    );
    this.pictures = locks.roots.map((root) => this.draw(root));
    this.own.add(
      locks.onDidChange(({ root, change }) => {
        if (root === undefined || change === undefined) this.drawAll();
        else this.update(root, change);
      }),
    );
  }

  get onDidChange(): Emitter<LockPicturesChange>['event'] {
    return this._onDidChange.event;
  }

  get roots(): readonly LockPicture[] {
    return this.pictures;
  }

  get(root: string): LockPicture | undefined {
    return this.pictures.find(({ locks }) => locks.root.location.root === root);
  }

  /** Of all roots together. */
  get totals(): LockTotals {
    const sum = { locked: 0, contended: 0, mine: 0, mineContended: 0 };
    for (const { paths } of this.pictures) {
      const { locked, contended, mine, mineContended } = paths.totals;
      sum.locked += locked;
      sum.contended += contended;
      sum.mine += mine;
      sum.mineContended += mineContended;
    }
    return sum;
  }

  dispose(): void {
    this.own.dispose();
  }

  private update(root: string, change: LockChange): void {
    const picture = this.get(root);
    if (picture === undefined) return;
    const { rules } = change.snapshot;
    const known = picture.paths.rules;
    const isSameFileSystem =
      known.isCaseInsensitive === rules.isCaseInsensitive && known.isWindows === rules.isWindows;
    if (!isSameFileSystem) {
      this.pictures = this.pictures.filter((each) => each !== picture);
      this.drawAll();
      return;
    }
    const changed = picture.paths.apply(change.diff.holders);
    this._onDidChange.fire({ root, change, changed });
  }

  private drawAll(): void {
    this.pictures = this.locks.roots.map(
      (root) => this.pictures.find(({ locks }) => locks === root) ?? this.draw(root),
    );
    this._onDidChange.fire({ root: undefined, change: undefined, changed: undefined });
  }

  private draw(locks: RootLocks): LockPicture {
    const { rules, holders } = locks.snapshot;
    const paths = new LockedPaths({
      rules,
      isMine: (holder) => this.holder.isMine(holder),
      t: vscode.l10n.t,
    });
    paths.apply(holders.map((after) => ({ before: undefined, after })));
    return { locks, paths };
  }
}
