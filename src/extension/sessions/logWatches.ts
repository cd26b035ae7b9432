import { watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import type { Disposable } from '../../base/lifecycle.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';

/** Tells when something is written into the folders of some sessions. */
export class LogWatches implements Disposable {
  private readonly watches = new Map<SessionId, FSWatcher>();

  constructor(
    private readonly folder: string,
    private readonly onDidChange: () => void,
  ) {}

  /** From now on watches these, and no others. True when some were not watched before. */
  follow(sessionIds: readonly SessionId[]): boolean {
    const wanted = new Set(sessionIds);
    for (const id of [...this.watches.keys()]) if (!wanted.has(id)) this.stop(id);
    const fresh = [...wanted].filter((id) => !this.watches.has(id));
    return fresh.filter((id) => this.start(id)).length > 0;
  }

  dispose(): void {
    for (const id of [...this.watches.keys()]) this.stop(id);
  }

  private start(id: SessionId): boolean {
    try {
      const handle = watch(join(this.folder, id), { persistent: false }, () => this.onDidChange());
      handle.on('error', () => this.stop(id));
      this.watches.set(id, handle);
      return true;
    } catch {
      // It is gone meanwhile, or there are too many watches: it is still looked at now and then.
      return false;
    }
  }

  private stop(id: SessionId): void {
    this.watches.get(id)?.close();
    this.watches.delete(id);
  }
}
