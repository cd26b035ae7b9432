import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import type { EndedLock } from '../core/locks/fileLock.ts';
import { toLockElement } from '../presentation/lockElement.ts';
import { endedSentence } from '../presentation/lockWording.ts';
import { commandAction, notify } from './commands/notify.ts';
import type { CommandId } from './ids.ts';
import type { LockSet, RootLocks } from './lockSet.ts';
import type { WindowHolder } from './windowHolder.ts';

const toldKey = 'heddle.toldBrokenLocks';
const maxTold = 200;

/** Tells the person once, also across a reload, that somebody broke a lock of this window, and why. */
export class BrokenNotices implements Disposable {
  private readonly own = new DisposableStore();
  private readonly told: Set<string>;

  constructor(
    private readonly locks: Pick<LockSet, 'onDidChange' | 'roots'>,
    private readonly windowHolder: Pick<WindowHolder, 'snapshotIn'>,
    private readonly state: vscode.Memento,
  ) {
    const told = state.get<unknown>(toldKey);
    this.told = new Set(Array.isArray(told) ? told.filter((each) => typeof each === 'string') : []);
    this.own.add(locks.onDidChange(() => this.look()));
  }

  dispose(): void {
    this.own.dispose();
  }

  private look(): void {
    for (const root of this.locks.roots) {
      const ended = this.windowHolder.snapshotIn(root)?.holder.ended ?? [];
      const news = ended.filter(
        (each) => each.ending === 'broken' && !this.told.has(keyOf(root, each)),
      );
      if (news.length === 0) continue;
      for (const each of news) this.told.add(keyOf(root, each));
      tell(root, news);
      void this.state.update(toldKey, [...this.told].slice(-maxTold));
    }
  }
}

/** One notification for all that were broken together. */
function tell(root: RootLocks, broken: readonly EndedLock[]): void {
  const { t } = vscode.l10n;
  const [first] = broken;
  if (first === undefined) return;
  const more = broken.length - 1;
  const rest =
    more === 0 ? '' : ` ${more === 1 ? t('1 more was broken.') : t('{0} more were broken.', more)}`;
  const folder = root.root.location.root;
  const element = toLockElement({ kind: 'path', root: folder, path: first.path });
  const tellWhenFree: CommandId = 'heddle.file.tellWhenFree';
  const show: CommandId = 'heddle.file.showHolder';
  notify('warning', `${endedSentence(first, t)}${rest}`, [
    commandAction(t('Tell Me When Free'), tellWhenFree, element),
    commandAction(t('Show Holder'), show, element),
  ]);
}

function keyOf(root: RootLocks, { token }: EndedLock): string {
  return `${token}@${root.root.location.root}`;
}
