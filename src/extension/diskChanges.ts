import { statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { holderName } from '../presentation/holderWording.ts';
import { pathText } from '../presentation/lockedPathText.ts';
import { commandAction, notify } from './commands/notify.ts';
import type { CommandId } from './ids.ts';
import type { LockPictures } from './lockPictures.ts';
import type { LockSet } from './lockSet.ts';
import type { OthersHold, OthersHolds } from './othersHolds.ts';

/** More unsaved files than this are not watched. */
const maxWatched = 50;
/** A holder often gives a file back as soon as it has written it. */
const holdMemoryMs = 60_000;
/** One change often comes as several events. */
const settleMs = 500;

interface WatchedFile {
  readonly uri: vscode.Uri;
  readonly own: DisposableStore;
  /** As the file was when its changes here began, or when it was last told of. */
  mtime: number | undefined;
  hold: { readonly hold: OthersHold; readonly atMs: number } | undefined;
  isChanged: boolean;
  /** The token of the lock under which a change was told of. */
  toldToken: number | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** Watches the files with unsaved changes: what their holder does to them on disk is told once. */
export class DiskChanges implements Disposable {
  private readonly own = new DisposableStore();
  private readonly files = new Map<string, WatchedFile>();

  constructor(
    private readonly othersHolds: Pick<OthersHolds, 'of'>,
    private readonly locks: Pick<LockSet, 'locate'>,
    pictures: Pick<LockPictures, 'onDidChange'>,
  ) {
    this.own.add(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.isDirty) this.watch(document.uri);
        else this.forget(document.uri);
      }),
    );
    this.own.add(vscode.workspace.onDidSaveTextDocument(({ uri }) => this.forget(uri)));
    this.own.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.forget(uri)));
    // After a reload the editor brings unsaved changes back before or after the locks are known.
    this.own.add(vscode.workspace.onDidOpenTextDocument((document) => this.watchUnsaved(document)));
    this.own.add(
      pictures.onDidChange(({ root }) => {
        if (root === undefined) {
          for (const document of vscode.workspace.textDocuments) this.watchUnsaved(document);
        }
        this.rememberHolds();
      }),
    );
  }

  /** True when a file has changed on disk since its unsaved changes began. */
  hasChanged(uri: vscode.Uri): boolean {
    const file = this.files.get(uri.toString());
    // The watcher tells only a moment later.
    return file !== undefined && (file.isChanged || isNews(file, mtimeOf(uri)));
  }

  dispose(): void {
    this.own.dispose();
    for (const { uri } of [...this.files.values()]) this.forget(uri);
  }

  private watchUnsaved({ isDirty, uri }: vscode.TextDocument): void {
    if (isDirty) this.watch(uri);
  }

  private watch(uri: vscode.Uri): void {
    const key = uri.toString();
    if (uri.scheme !== 'file' || this.files.has(key) || this.files.size >= maxWatched) return;
    if (this.locks.locate(uri) === undefined) return;
    const own = new DisposableStore();
    const pattern = new vscode.RelativePattern(
      vscode.Uri.file(dirname(uri.fsPath)),
      escapeGlob(basename(uri.fsPath)),
    );
    const watcher = own.add(vscode.workspace.createFileSystemWatcher(pattern, false, false, true));
    const file: WatchedFile = {
      ...{ uri, own, mtime: mtimeOf(uri), hold: undefined },
      ...{ isChanged: false, toldToken: undefined, timer: undefined },
    };
    this.files.set(key, file);
    const hear = (): void => {
      clearTimeout(file.timer);
      file.timer = setTimeout(() => this.look(file), settleMs);
    };
    own.add(watcher.onDidChange(hear));
    own.add(watcher.onDidCreate(hear));
    own.add({ dispose: () => clearTimeout(file.timer) });
    this.rememberHold(file);
  }

  private forget(uri: vscode.Uri): void {
    const file = this.files.get(uri.toString());
    if (file === undefined) return;
    this.files.delete(uri.toString());
    file.own.dispose();
  }

  private rememberHolds(): void {
    for (const file of this.files.values()) this.rememberHold(file);
  }

  private rememberHold(file: WatchedFile): void {
    const hold = this.othersHolds.of(file.uri);
    if (hold) file.hold = { hold, atMs: performance.now() };
  }

  private look(file: WatchedFile): void {
    const mtime = mtimeOf(file.uri);
    if (!isNews(file, mtime) || this.files.get(file.uri.toString()) !== file) return;
    file.mtime = mtime;
    file.isChanged = true;
    this.rememberHold(file);
    const { hold } = file;
    if (hold === undefined || performance.now() - hold.atMs > holdMemoryMs) return;
    // A holder often writes a file many times; one word for each lock is enough.
    const { token } = hold.hold.held.lock;
    if (file.toldToken === token) return;
    file.toldToken = token;
    tellChanged(file.uri, hold.hold);
  }
}

function tellChanged(uri: vscode.Uri, { holder, path }: OthersHold): void {
  const { t } = vscode.l10n;
  const compare: CommandId = 'heddle.file.compareWithDisk';
  const text = t(
    '{0} was changed on disk while {1} held it. Your unsaved changes are not in it.',
    pathText(path, t),
    holderName(holder, t),
  );
  notify('warning', text, [commandAction(t('Compare'), compare, uri)]);
}

function isNews({ mtime: known }: WatchedFile, mtime: number | undefined): boolean {
  return mtime !== undefined && mtime !== known;
}

/**
 * Undefined for what is not there or cannot be looked at. At once, because whatever is written while somebody waits for an
 * answer would be taken for what the changes began with.
 */
function mtimeOf(uri: vscode.Uri): number | undefined {
  try {
    return statSync(uri.fsPath, { throwIfNoEntry: false })?.mtimeMs;
  } catch {
    return undefined;
  }
}

/** A name is no pattern, whatever characters are in it. */
function escapeGlob(name: string): string {
  return name.replaceAll(/[[\]{}*?]/g, (character) => `[${character}]`);
}
