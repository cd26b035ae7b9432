import * as vscode from 'vscode';
import { DisposableStore, toDisposable, type Disposable } from '../base/lifecycle.ts';
import { lockKey } from '../core/locks/lockPath.ts';
import { AskedPaths } from '../presentation/askedPaths.ts';
import { lockDecoration } from '../presentation/lockDecorations.ts';
import type { LockPicture, LockPictures, LockPicturesChange } from './lockPictures.ts';
import type { LockSet } from './lockSet.ts';

/** The host looks at no more than this many of one event. */
const maxUrisPerEvent = 250;
const maxAsked = 20_000;
/** Tooltips say about how long is left, so few of them change in a minute. */
const clockIntervalMs = 60_000;
const maxFollowed = 500;

/** The badges and tooltips of what is held, in the explorer and on tabs. */
export class LockDecorations implements vscode.FileDecorationProvider, Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChangeFileDecorations = new vscode.EventEmitter<
    vscode.Uri[] | undefined
  >();
  readonly onDidChangeFileDecorations = this._onDidChangeFileDecorations.event;
  private asked = new AskedPaths(maxAsked);
  /** Tooltips that say how much time is left, by address. */
  private readonly followed = new Map<string, string>();

  constructor(
    private readonly locks: Pick<LockSet, 'locate'>,
    private readonly pictures: LockPictures,
  ) {
    this.own.add(this._onDidChangeFileDecorations);
    this.own.add(pictures.onDidChange((event) => this.update(event)));
    const timer = setInterval(() => this.followClock(), clockIntervalMs);
    this.own.add(toDisposable(() => clearInterval(timer)));
    this.own.add(vscode.window.registerFileDecorationProvider(this));
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    const located = this.locks.locate(uri);
    const picture = located && this.pictures.get(located.root.root.location.root);
    if (located === undefined || picture === undefined) return undefined;
    const name = uri.toString();
    this.asked.add(name, lockKey(located.path, picture.paths.rules));
    const decoration = lockDecoration(picture.paths, located.path, Date.now());
    const tooltip = decoration?.tooltip.join('\n');
    this.follow(name, decoration?.followsClock === true ? tooltip : undefined);
    return decoration && new vscode.FileDecoration(decoration.badge, tooltip);
  }

  dispose(): void {
    this.own.dispose();
  }

  private update({ root, changed }: LockPicturesChange): void {
    if (root === undefined) {
      this.asked = new AskedPaths(maxAsked);
      this.followed.clear();
      this._onDidChangeFileDecorations.fire(undefined);
      return;
    }
    const picture = this.pictures.get(root);
    if (picture === undefined || changed === undefined) return;
    const uris = new Map<string, vscode.Uri>();
    for (const uri of urisOf(picture, changed.paths.values())) uris.set(uri.toString(), uri);
    for (const key of changed.covering) {
      for (const name of this.asked.below(key)) uris.set(name, vscode.Uri.parse(name, true));
    }
    this.fire([...uris.values()]);
  }

  private fire(uris: readonly vscode.Uri[]): void {
    for (let i = 0; i < uris.length; i += maxUrisPerEvent) {
      this._onDidChangeFileDecorations.fire(uris.slice(i, i + maxUrisPerEvent));
    }
  }

  private follow(name: string, tooltip: string | undefined): void {
    this.followed.delete(name);
    if (tooltip === undefined) return;
    this.followed.set(name, tooltip);
    const [oldest] = this.followed.keys();
    if (this.followed.size > maxFollowed && oldest !== undefined) this.followed.delete(oldest);
  }

  private followClock(): void {
    const changed: vscode.Uri[] = [];
    for (const [name, tooltip] of this.followed) {
      const uri = vscode.Uri.parse(name, true);
      const located = this.locks.locate(uri);
      const picture = located && this.pictures.get(located.root.root.location.root);
      const now = picture && lockDecoration(picture.paths, located.path, Date.now());
      if (now?.tooltip.join('\n') !== tooltip) changed.push(uri);
    }
    this.fire(changed);
  }
}

/** The files and folders of all checkouts of a root that are open in this window. */
function* urisOf({ locks }: LockPicture, paths: Iterable<string>): Generator<vscode.Uri> {
  const folders = locks.root.folders.map(({ uri }) => uri.fsPath);
  for (const path of paths) {
    for (const folder of folders) {
      const file = locks.paths.toAbsolute(path, folder);
      if (file !== undefined) yield vscode.Uri.file(file);
    }
  }
}
