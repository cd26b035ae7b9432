import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../base/errorText.ts';
import { SerialQueue } from '../base/serialQueue.ts';
import type { RefreshScope } from '../core/agents/agentStore.ts';
import { RegistryError } from '../core/agents/registryError.ts';
import { LockDraft } from '../core/locks/lockDraft.ts';
import type { LockHolder } from '../core/locks/lockHolder.ts';
import type { PathRules } from '../core/locks/lockPath.ts';
import { losesOnly } from '../core/locks/losesOnly.ts';
import type { LockStore, StoredLocks, TransactOptions } from '../core/locks/lockStore.ts';
import type { LockBook } from '../core/locks/lockTable.ts';
import { atomicWrite, syncFolder, type WriteObserver } from './atomicWrite.ts';
import { ChangeJournal } from './changeJournal.ts';
import { FolderScan } from './folderScan.ts';
import { holderFileName, type HolderRecord } from './holderFile.ts';
import { LockFiles } from './lockFiles.ts';
import { readCounters, writeCounters } from './lockCounters.ts';
import { makeStateFolder } from './makeStateFolder.ts';
import { removeOrphanedTemporaries } from './orphanedTemporaries.ts';
import { ioError, readOnlyError } from './storeErrors.ts';
import { StoreLocker, type StoreLock, type StoreLockOptions } from './storeLock.ts';

export interface JsonLockStoreOptions {
  /** Refuse every write, as an untrusted workspace demands. */
  readonly isReadOnly?: boolean | undefined;
  readonly lock?: StoreLockOptions | undefined;
  /** For tests that kill the process at a step of a write. */
  readonly observeWrite?: WriteObserver | undefined;
}

const namesIntervalMs = 250;

/** `.heddle/file-locks`: one JSON file for each holder, replaced as a whole under the folder's lock. */
export class JsonLockStore implements LockStore {
  readonly isReadOnly: boolean;
  private readonly locker: StoreLocker;
  private readonly transactions = new SerialQueue();
  private opened:
    { readonly files: LockFiles; readonly scan: FolderScan<HolderRecord> } | undefined;
  private readonly journal: ChangeJournal;
  private namesReadAtMs = Number.NEGATIVE_INFINITY;
  private hasSweptTemporaries = false;

  /**
   * @param folder the absolute path of `.heddle/file-locks`; it need not exist
   * @param rules how paths are compared in this repository; asked for when the store is first used
   */
  constructor(
    readonly folder: string,
    private readonly rules: () => PathRules,
    private readonly options: JsonLockStoreOptions = {},
  ) {
    this.isReadOnly = options.isReadOnly ?? false;
    this.locker = new StoreLocker(join(folder, '.lock'), options.lock);
    this.journal = new ChangeJournal(join(folder, '.changes'));
  }

  exists(): Promise<boolean> {
    return Promise.resolve(this.open().scan.exists());
  }

  async refresh(scope?: RefreshScope): Promise<StoredLocks> {
    const { files, scan } = this.open();
    try {
      if (scope === undefined) await this.refreshChanged();
      else await scan.refresh(scope);
    } catch (error) {
      throw ioError(`${this.folder} cannot be read`, this.folder, error);
    }
    return { view: files.table, broken: files.broken };
  }

  async transact<T>(
    work: (book: LockBook) => Promise<T>,
    { isDurable = true }: TransactOptions = {},
  ): Promise<T> {
    this.assertWritable();
    return this.transactions.run(async () => {
      await this.makeFolder();
      const lock = await this.locker.acquire();
      try {
        this.options.observeWrite?.('lock-acquired');
        this.removeOrphanedTemporaries();
        await this.refresh();
        const { table } = this.open().files;
        table.raise(await this.asIo(this.folder, () => readCounters(this.folder)));
        const draft = new LockDraft(table);
        const result = await work(draft);
        await this.write(draft, { lock, isDurable });
        return result;
      } finally {
        await lock.release();
      }
    });
  }

  /** Looks at what the journal names, and at everything where it does not account for the folder. */
  private async refreshChanged(): Promise<void> {
    const { scan } = this.open();
    const mtimeMs = scan.folderMtimeMs();
    const changed = this.journal.changed();
    if (changed === undefined) await scan.refresh({ isForced: true });
    else if (changed.size === 0) await scan.refresh();
    else {
      await scan.refresh({ fileNames: changed });
      // Whoever puts files here by hand, or takes them away, writes no journal. In a rush of changes
      // the names are not read each time; until they are, a quiet moment looks at everything.
      const isDue = performance.now() - this.namesReadAtMs >= namesIntervalMs;
      if (mtimeMs === undefined) scan.trust(mtimeMs);
      else if (isDue) await this.trustIfNamesAreKnown(mtimeMs);
    }
  }

  private async trustIfNamesAreKnown(mtimeMs: number): Promise<void> {
    const { scan } = this.open();
    this.namesReadAtMs = performance.now();
    if (scan.hasKnownNames()) scan.trust(mtimeMs);
    else await scan.refresh({ isForced: true });
  }

  private async write(
    draft: LockDraft,
    how: { readonly lock: StoreLock; readonly isDurable: boolean },
  ): Promise<void> {
    const { written, removed, hasRaised } = draft.changes();
    const { files } = this.open();
    // Everything is checked before anything is written.
    const writable = written.filter((holder) => this.isWritable(holder));
    const prepared = writable.map((holder) => files.prepare(holder));
    for (const holder of removed) this.assertReadable(holder);
    if (removed.length > 0 || hasRaised) {
      await this.asIo(this.folder, () =>
        writeCounters(this.folder, draft, {
          observe: this.options.observeWrite,
          beforeRename: () => how.lock.assertStillHeld(),
        }),
      );
      for (const holder of removed) await this.remove(holder, how.lock);
    }
    for (const each of prepared) await this.writeHolder(each, how);
    const stored = new Set(writable);
    for (const holder of written) if (!stored.has(holder)) files.keepLastGood(holder);
    await this.asIo(this.folder, () => this.journal.shorten());
  }

  /**
   * A file that cannot be read is left as it is: what its holder had can be dropped in memory, but
   * nothing can be added. @throws RegistryError `broken-entry`
   */
  private isWritable(holder: LockHolder): boolean {
    const record = this.open().files.get(holderFileName(holder));
    if (record?.kind !== 'broken') return true;
    const before = record.broken.lastGood;
    if (before && losesOnly(before, holder)) return false;
    this.assertReadable(holder);
    return true;
  }

  private assertReadable(holder: LockHolder): void {
    const fileName = holderFileName(holder);
    const record = this.open().files.get(fileName);
    if (record?.kind !== 'broken') return;
    const path = join(this.folder, fileName);
    const message = `${path} cannot be read: ${record.broken.problem} Repair it or move it away, then try again.`;
    throw new RegistryError('broken-entry', message, { file: path });
  }

  private async writeHolder(
    { fileName, text }: { readonly fileName: string; readonly text: string },
    { lock, isDurable }: { readonly lock: StoreLock; readonly isDurable: boolean },
  ): Promise<void> {
    await this.asIo(fileName, () =>
      this.journaled(fileName, () =>
        atomicWrite(join(this.folder, fileName), text, {
          observe: this.options.observeWrite,
          beforeRename: () => lock.assertStillHeld(),
          isDurable,
        }),
      ),
    );
    const record = this.open().scan.reread(fileName);
    if (record?.kind === 'holder') return;
    const problem =
      record === undefined ? 'it was removed while it was written' : record.broken.problem;
    throw new RegistryError('io', `${fileName} could not be stored: ${problem}.`, {
      file: fileName,
    });
  }

  private async remove(holder: LockHolder, lock: StoreLock): Promise<void> {
    const fileName = holderFileName(holder);
    lock.assertStillHeld();
    await this.asIo(fileName, () =>
      this.journaled(fileName, async () => {
        await unlink(join(this.folder, fileName)).catch((error: unknown) => {
          if (errorCode(error) !== 'ENOENT') throw error;
        });
        await syncFolder(this.folder);
      }),
    );
    this.open().scan.reread(fileName);
  }

  /** A change that failed is noted as ended as well: the file is looked at once more. */
  private async journaled(fileName: string, change: () => Promise<void>): Promise<void> {
    this.journal.begin(fileName);
    try {
      await change();
    } finally {
      this.journal.end(fileName);
    }
  }

  private async asIo<T>(what: string, work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof RegistryError) throw error;
      throw ioError(`${what} could not be written`, what, error);
    }
  }

  private async makeFolder(): Promise<void> {
    try {
      await makeStateFolder(this.folder);
    } catch (error) {
      throw ioError(`${this.folder} cannot be created`, this.folder, error);
    }
  }

  private removeOrphanedTemporaries(): void {
    if (this.hasSweptTemporaries) return;
    this.hasSweptTemporaries = true;
    removeOrphanedTemporaries(this.folder);
  }

  private open(): { readonly files: LockFiles; readonly scan: FolderScan<HolderRecord> } {
    if (this.opened === undefined) {
      const files = new LockFiles(this.folder, this.rules());
      this.opened = { files, scan: new FolderScan(this.folder, files) };
    }
    return this.opened;
  }

  private assertWritable(): void {
    if (this.isReadOnly) throw readOnlyError();
  }
}
