import { watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import type { Disposable } from '../../base/lifecycle.ts';

/** More are looked at now and then only. */
const maxWatches = 2000;

/** Tells when something changes right in the folders of some agents. */
export class IdentityFolderWatches implements Disposable {
  private readonly watches = new Map<string, FSWatcher>();

  constructor(
    private readonly folder: string,
    private readonly onDidChange: () => void,
  ) {}

  /** From now on watches these, and no others. True when some were not watched before. */
  follow(names: readonly string[]): boolean {
    const wanted = new Set(names.slice(0, maxWatches));
    for (const name of [...this.watches.keys()]) if (!wanted.has(name)) this.stop(name);
    const fresh = [...wanted].filter((name) => !this.watches.has(name));
    return fresh.filter((name) => this.start(name)).length > 0;
  }

  dispose(): void {
    for (const name of [...this.watches.keys()]) this.stop(name);
  }

  private start(name: string): boolean {
    try {
      const path = join(this.folder, name);
      const handle = watch(path, { persistent: false }, (_kind, fileName) => {
        // Locks and temporary files change nothing that is shown.
        if (fileName?.startsWith('.') !== true) this.onDidChange();
      });
      handle.on('error', () => this.stop(name));
      this.watches.set(name, handle);
      return true;
    } catch {
      // It is not there yet, or there are too many watches: it is still looked at now and then.
      return false;
    }
  }

  private stop(name: string): void {
    this.watches.get(name)?.close();
    this.watches.delete(name);
  }
}
