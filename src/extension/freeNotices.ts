import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import type { LockPath } from '../core/locks/lockPath.ts';
import { toLockElement } from '../presentation/lockElement.ts';
import { pathText } from '../presentation/lockedPathText.ts';
import { toPickText } from '../presentation/plainText.ts';
import { commandAction, notify } from './commands/notify.ts';
import type { CommandId } from './ids.ts';
import type { LockPictures } from './lockPictures.ts';
import type { RootLocks } from './lockSet.ts';
import type { OthersHolds } from './othersHolds.ts';

/** A path that the person at this window waits for. */
export interface WatchedPath {
  readonly root: RootLocks;
  readonly path: LockPath;
  /** The file, where it was named as one. */
  readonly uri: vscode.Uri | undefined;
}

/** Older ones are forgotten first. */
const maxWatched = 100;

/** Tells once of each path that was asked for that nobody else holds it any more. */
export class FreeNotices implements Disposable {
  private readonly own = new DisposableStore();
  private readonly watched = new Map<string, WatchedPath>();

  constructor(
    private readonly othersHolds: Pick<OthersHolds, 'covering' | 'overlapping'>,
    private readonly pictures: Pick<LockPictures, 'get' | 'onDidChange'>,
  ) {
    this.own.add(pictures.onDidChange(() => this.look()));
  }

  /** Asking again for the same path changes nothing. What is free already is told at once. */
  watch(wanted: WatchedPath): void {
    const { root, path } = wanted;
    const key = `${path}@${root.root.location.root}`;
    const isKnown = this.watched.has(key);
    this.watched.set(key, wanted);
    const [oldest] = this.watched.keys();
    if (this.watched.size > maxWatched && oldest !== undefined) this.watched.delete(oldest);
    this.look();
    if (isKnown || !this.watched.has(key)) return;
    const { t } = vscode.l10n;
    const text = t('You will be told when {0} is free.', pathText(path, t));
    vscode.window.setStatusBarMessage(`$(bell) ${toPickText(text)}`, 5000);
  }

  dispose(): void {
    this.own.dispose();
  }

  private look(): void {
    for (const [key, wanted] of this.watched) {
      // A root that is opened anew, as when the workspace is trusted, is still the one that was meant.
      const root = this.pictures.get(wanted.root.root.location.root)?.locks;
      // Before the first look nothing is known to be free.
      if (root?.snapshot.state.kind === 'loading') continue;
      const current = root && { ...wanted, root };
      if (current && this.isHeld(current)) continue;
      // Without a root its folder was closed.
      this.watched.delete(key);
      if (current) tellFree(current);
    }
  }

  /** The quick look first: the other one costs a look at every lock. */
  private isHeld({ root, path }: WatchedPath): boolean {
    const { othersHolds } = this;
    return (
      othersHolds.covering(root, path).length > 0 || othersHolds.overlapping(root, path).length > 0
    );
  }
}

function tellFree({ root, path, uri }: WatchedPath): void {
  const { t } = vscode.l10n;
  const element = toLockElement({ kind: 'path', root: root.root.location.root, path });
  const lock: CommandId = 'heddle.file.lock';
  const open: CommandId = 'heddle.locks.openFile';
  notify('information', t('{0} is free now.', pathText(path, t)), [
    ...(vscode.workspace.isTrusted ? [commandAction(t('Lock It'), lock, uri ?? element)] : []),
    commandAction(t('Open'), open, uri ?? element),
  ]);
}
