import { watch, type FSWatcher } from 'chokidar';
import { basename, dirname, join, resolve } from 'node:path';
import { Emitter, type Event } from '../base/event.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import type { FolderChange, FolderWatcher } from '../core/agents/registryMonitor.ts';

/**
 * Watches one folder two levels below its root, also while it does not exist yet and after it was
 * removed and made again.
 *
 * It watches the folders only: the files in them are ignored, which keeps ten thousand entries at one
 * watch, and the raw events of the folder name the file that changed.
 */
export class DirectoryWatcher implements FolderWatcher, Disposable {
  private readonly _onDidChange = new Emitter<FolderChange>();
  readonly onDidChange: Event<FolderChange> = this._onDidChange.event;
  private readonly watcher: FSWatcher;
  /** Resolves when changes are seen from now on. */
  readonly ready: Promise<void>;

  /** @param folder `<root>/.heddle/agents` or the like, absolute */
  constructor(folder: string, logger: Logger) {
    const chain = [dirname(dirname(folder)), dirname(folder), folder].map((path) => resolve(path));
    const watched = new Set(chain);
    const target = resolve(folder);
    this.watcher = watch(resolve(dirname(dirname(folder))), {
      depth: 2,
      ignoreInitial: true,
      followSymlinks: false,
      ignored: (path) => !watched.has(resolve(path)),
    });
    this.watcher.on('raw', (_event, path, details: unknown) => {
      const change = toChange(target, path, watchedPathOf(details));
      if (change) this._onDidChange.fire(change);
    });
    // The folder itself came or went: whatever was heard of it before means nothing.
    for (const event of ['addDir', 'unlinkDir'] as const) {
      this.watcher.on(event, () => this._onDidChange.fire({ fileNames: undefined }));
    }
    this.watcher.on('error', (error) => logger.warn(`Watching ${folder} failed.`, error));
    this.ready = new Promise((resolveReady) => this.watcher.once('ready', () => resolveReady()));
  }

  dispose(): void {
    this._onDidChange.dispose();
    void this.watcher.close();
  }
}

function toChange(
  target: string,
  path: string | null | undefined,
  watchedPath: string | undefined,
): FolderChange | undefined {
  if (watchedPath === undefined || resolve(watchedPath) !== target) return undefined;
  // Some platforms do not always tell the name; then anything may have changed.
  if (path === null || path === undefined || path === '') return { fileNames: undefined };
  const fileName = basename(path);
  // The lock and temporary files change nothing that is shown.
  if (fileName.startsWith('.')) return undefined;
  const isTarget = resolve(join(target, fileName)) === target;
  return { fileNames: isTarget ? undefined : [fileName] };
}

function watchedPathOf(details: unknown): string | undefined {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details)) {
    return undefined;
  }
  return typeof details.watchedPath === 'string' ? details.watchedPath : undefined;
}
