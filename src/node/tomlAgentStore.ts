import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { SerialQueue } from '../base/serialQueue.ts';
import { errorCode } from '../base/errorText.ts';
import { encodeEntry } from '../core/agents/agentEntryCodec.ts';
import type { AgentEntry } from '../core/agents/agentEntry.ts';
import type { AgentView } from '../core/agents/agentIndex.ts';
import { isBroken, type AgentRecord, type StoredRecord } from '../core/agents/agentRecord.ts';
import type { AgentStore, AgentTransaction, RefreshScope } from '../core/agents/agentStore.ts';
import { RegistryError } from '../core/agents/registryError.ts';
import { assertSessionId } from '../core/agents/sessionId.ts';
import { AgentFolderScan } from './agentFolderScan.ts';
import { atomicWrite, syncFolder, type WriteObserver } from './atomicWrite.ts';
import { stringifyToml } from './exactToml.ts';
import { makeStateFolder } from './makeStateFolder.ts';
import { removeOrphanedTemporaries } from './orphanedTemporaries.ts';
import { decodeEntryFile, entryFileName, maxEntryBytes } from './readEntryFile.ts';
import { ioError, readOnlyError } from './storeErrors.ts';
import { StoreLocker, type StoreLock, type StoreLockOptions } from './storeLock.ts';

export interface TomlAgentStoreOptions {
  /** Refuse every write, as an untrusted workspace demands. */
  readonly isReadOnly?: boolean | undefined;
  readonly lock?: StoreLockOptions | undefined;
  /** For tests that kill the process at a step of a write. */
  readonly observeWrite?: WriteObserver | undefined;
}

/** `.heddle/agents`, shared with the Heddle CLI: its files, its lock, its way of replacing a file. */
export class TomlAgentStore implements AgentStore {
  readonly isReadOnly: boolean;
  private readonly scan: AgentFolderScan;
  private readonly locker: StoreLocker;
  private readonly transactions = new SerialQueue();
  private hasSweptTemporaries = false;

  /** @param folder the absolute path of `.heddle/agents`; it need not exist */
  constructor(
    readonly folder: string,
    private readonly options: TomlAgentStoreOptions = {},
  ) {
    this.isReadOnly = options.isReadOnly ?? false;
    this.scan = new AgentFolderScan(folder);
    this.locker = new StoreLocker(join(folder, '.lock'), options.lock);
  }

  exists(): Promise<boolean> {
    return Promise.resolve(this.scan.exists());
  }

  async refresh(scope?: RefreshScope): Promise<AgentView> {
    try {
      await this.scan.refresh(scope);
    } catch (error) {
      throw ioError(`${this.folder} cannot be read`, this.folder, error);
    }
    return this.scan.index;
  }

  async read(sessionId: string): Promise<StoredRecord | undefined> {
    assertSessionId(sessionId);
    try {
      return await Promise.resolve(this.scan.reread(entryFileName(sessionId)));
    } catch (error) {
      throw ioError(`${entryFileName(sessionId)} cannot be read`, sessionId, error);
    }
  }

  async transact<T>(work: (transaction: AgentTransaction) => Promise<T>): Promise<T> {
    this.assertWritable();
    return this.transactions.run(async () => {
      await this.makeFolder();
      const lock = await this.locker.acquire();
      try {
        this.options.observeWrite?.('lock-acquired');
        this.removeOrphanedTemporaries();
        await this.refresh();
        return await work(this.transaction(lock));
      } finally {
        await lock.release();
      }
    });
  }

  async delete(sessionId: string): Promise<boolean> {
    this.assertWritable();
    assertSessionId(sessionId);
    const isRemoved = await this.unlinkIfPresent(sessionId);
    this.scan.reread(entryFileName(sessionId));
    return isRemoved;
  }

  private transaction(lock: StoreLock): AgentTransaction {
    return {
      view: this.scan.index,
      reread: (sessionId) => {
        assertSessionId(sessionId);
        return this.scan.reread(entryFileName(sessionId));
      },
      write: (entry) => this.write(lock, entry),
      remove: async (sessionId) => {
        assertSessionId(sessionId);
        lock.assertStillHeld();
        await this.unlinkIfPresent(sessionId);
        this.scan.reread(entryFileName(sessionId));
      },
    };
  }

  private async write(lock: StoreLock, entry: AgentEntry): Promise<AgentRecord> {
    assertSessionId(entry.sessionId);
    const fileName = entryFileName(entry.sessionId);
    const content = stringifyToml(encodeEntry(entry));
    assertReadsBack(fileName, content);
    try {
      await atomicWrite(join(this.folder, fileName), content, {
        observe: this.options.observeWrite,
        beforeRename: () => lock.assertStillHeld(),
      });
    } catch (error) {
      if (error instanceof RegistryError) throw error;
      throw ioError(`${fileName} could not be written`, fileName, error);
    }
    const record = this.scan.reread(fileName);
    if (record === undefined || isBroken(record)) {
      throw new RegistryError('io', `${fileName} was changed or removed while it was written.`, {
        file: fileName,
      });
    }
    return record;
  }

  private async unlinkIfPresent(sessionId: string): Promise<boolean> {
    const path = join(this.folder, entryFileName(sessionId));
    try {
      await unlink(path);
      await syncFolder(this.folder);
      return true;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false;
      throw ioError(`${path} could not be removed`, path, error);
    }
  }

  /** Makes the folder where it is missing, ignored by git; a folder of Heddle's is left as it is. */
  private async makeFolder(): Promise<void> {
    try {
      await makeStateFolder(this.folder);
    } catch (error) {
      throw ioError(`${this.folder} cannot be created`, this.folder, error);
    }
  }

  /** Looked for once per store, not at each write. */
  private removeOrphanedTemporaries(): void {
    if (this.hasSweptTemporaries) return;
    this.hasSweptTemporaries = true;
    removeOrphanedTemporaries(this.folder);
  }

  private assertWritable(): void {
    if (this.isReadOnly) throw readOnlyError();
  }
}

/** What we write must be what we read: a value that TOML cannot hold is refused before it is stored. */
function assertReadsBack(fileName: string, content: string): void {
  const bytes = Buffer.from(content, 'utf8');
  const refuse = (problem: string): RegistryError =>
    new RegistryError('invalid-entry', `The entry was not written: ${problem}`, { file: fileName });
  if (bytes.length > maxEntryBytes) {
    throw refuse(`it would have ${bytes.length} bytes, but ${maxEntryBytes} is the most.`);
  }
  const record = decodeEntryFile(fileName, bytes);
  if (isBroken(record)) throw refuse(record.problem);
}
