import { watch, type FSWatcher } from 'chokidar';
import {
  watch as watchFolder,
  statSync,
  type FSWatcher as FolderHandle,
  type Stats,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { errorCode } from '../base/errorText.ts';
import { Emitter, type Event } from '../base/event.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import type { FolderChange, FolderWatcher } from '../core/agents/folderWatcher.ts';

/**
 * Watches one folder, also while it or the folders above it do not exist yet and after they were
 * removed and made again.
 *
 * chokidar watches the folders above it. The folder itself has one watch of its own, whose events name
 * the file that changed: chokidar would look at each of ten thousand files whenever one of them changes.
 *
 * When one of the folders comes or goes, watching starts anew: chokidar misses folders that follow
 * one another quickly, and what is made in a folder before it is watched.
 */
export class DirectoryWatcher implements FolderWatcher, Disposable {
  private readonly _onDidChange = new Emitter<FolderChange>();
  readonly onDidChange: Event<FolderChange> = this._onDidChange.event;
  private readonly folder: string;
  /** The nearest folder upwards that there is when watching starts, down to the folder itself. */
  private chain: readonly string[] = [];
  /** What the chain was when watching started. */
  private identity = '';
  private watcher: FSWatcher;
  private handle: FolderHandle | undefined;
  private isReady = false;
  private isOutdated = false;
  private isDisposed = false;
  private resolveReady: () => void = () => undefined;
  /** Resolves when changes are seen from now on. */
  readonly ready: Promise<void>;

  /** @param folder `<root>/.heddle/agents` or the like, absolute */
  constructor(
    folder: string,
    private readonly logger: Logger,
  ) {
    this.folder = resolve(folder);
    this.ready = new Promise((resolveReady) => (this.resolveReady = resolveReady));
    this.watcher = this.start();
  }

  dispose(): void {
    this.isDisposed = true;
    this._onDidChange.dispose();
    this.handle?.close();
    void this.watcher.close();
  }

  private start(): FSWatcher {
    this.chain = chainTo(this.folder);
    const [top = this.folder] = this.chain;
    this.identity = identityOf(this.chain);
    this.handle = this.watchItself();
    const watched = new Set(this.chain);
    const watcher = watch(top, {
      // The folders above are read; the folder itself is only seen to be there.
      depth: this.chain.length - 2,
      ignoreInitial: true,
      followSymlinks: false,
      ignored: (path) => !watched.has(resolve(path)),
    });
    this.isReady = false;
    this.isOutdated = false;
    watcher.on('raw', (kind, path, details: unknown) =>
      this.hear({ kind, path, watchedPath: watchedPathOf(details) }),
    );
    for (const event of ['addDir', 'unlinkDir'] as const) watcher.on(event, () => this.restart());
    watcher.on('error', (error) => this.logger.warn(`Watching ${this.folder} failed.`, error));
    watcher.once('ready', () => {
      this.isReady = true;
      // What came before the watches were set was told to nobody.
      if (this.isOutdated || this.hasOtherFolders()) this.restart();
      else {
        this.resolveReady();
        this._onDidChange.fire({ fileNames: undefined });
      }
    });
    return watcher;
  }

  /** Whatever was heard before means nothing; the watches may be of folders that are gone. */
  private restart(): void {
    if (this.isDisposed) return;
    if (!this.isReady) {
      this.isOutdated = true;
      return;
    }
    this._onDidChange.fire({ fileNames: undefined });
    // Closed first: a watch of a removed folder would be used again under its path.
    this.handle?.close();
    void this.watcher.close();
    this.watcher = this.start();
  }

  private hasOtherFolders(): boolean {
    return identityOf(this.chain) !== this.identity;
  }

  private hear({ kind, path, watchedPath }: RawEvent): void {
    const level = watchedPath === undefined ? -1 : this.chain.indexOf(resolve(watchedPath));
    const folder = this.chain[level];
    if (folder === undefined) return;
    // Some platforms do not always tell the name; then anything may have changed.
    const fileName = path === null || path === undefined ? '' : basename(path);
    const isItself = fileName === '' || fileName === basename(folder);
    const next = this.chain[level + 1];
    if (next === undefined || (!isItself && join(folder, fileName) !== next)) return;
    // Where a folder counts as changed with what is in it, this comes with every entry.
    if (kind !== 'change' || this.hasOtherFolders()) this.restart();
  }

  /** Undefined while there is no such folder; whoever makes it is seen by those who watch above. */
  private watchItself(): FolderHandle | undefined {
    try {
      const handle = watchFolder(this.folder, (_kind, fileName) => this.hearItself(fileName));
      // A folder that is removed, where the platform says so in this way.
      handle.on('error', () => handle.close());
      return handle;
    } catch (error) {
      const isMissing = ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '');
      if (!isMissing) this.logger.warn(`Watching ${this.folder} failed.`, error);
      return undefined;
    }
  }

  private hearItself(fileName: string | null): void {
    if (this.isDisposed) return;
    // Some platforms do not always tell the name; then anything may have changed.
    if (fileName === null || fileName === '' || fileName === basename(this.folder)) {
      this._onDidChange.fire({ fileNames: undefined });
      return;
    }
    // The lock and temporary files change nothing that is shown.
    if (!fileName.startsWith('.')) this._onDidChange.fire({ fileNames: [fileName] });
  }
}

interface RawEvent {
  /** `rename` for what comes or goes, `change` for the rest. */
  readonly kind: string;
  readonly path: string | null | undefined;
  readonly watchedPath: string | undefined;
}

/** From the root of the folder, or what there is above it, down to the folder. */
function chainTo(folder: string): readonly string[] {
  const root = dirname(dirname(folder));
  const chain = [root, dirname(folder), folder];
  for (let top = root; statsOf(top) === undefined && dirname(top) !== top;) {
    top = dirname(top);
    chain.unshift(top);
  }
  return chain;
}

/** Tells one set of folders from another under the same paths. */
function identityOf(folders: readonly string[]): string {
  return folders
    .map((folder) => statsOf(folder))
    .map((stats) => stats && `${stats.ino}@${stats.birthtimeMs}`)
    .join();
}

function statsOf(folder: string): Stats | undefined {
  try {
    return statSync(folder, { throwIfNoEntry: false });
  } catch {
    // What may not be looked at cannot be watched either.
    return undefined;
  }
}

function watchedPathOf(details: unknown): string | undefined {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details)) {
    return undefined;
  }
  return typeof details.watchedPath === 'string' ? details.watchedPath : undefined;
}
