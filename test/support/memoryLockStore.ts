import assert from 'node:assert/strict';
import { SerialQueue } from '../../src/base/serialQueue.ts';
import { decodeHolder, encodeHolder } from '../../src/core/locks/holderCodec.ts';
import { LockDraft } from '../../src/core/locks/lockDraft.ts';
import type { LockHolder } from '../../src/core/locks/lockHolder.ts';
import type { PathRules } from '../../src/core/locks/lockPath.ts';
import type { LockStore, StoredLocks } from '../../src/core/locks/lockStore.ts';
import { LockTable, type LockBook } from '../../src/core/locks/lockTable.ts';

export const exactPaths: PathRules = { isCaseInsensitive: false, isWindows: false };

const nothingBroken: StoredLocks['broken'] = [];

/** What several stores share in place of a folder: the text of each holder's file. */
export class MemoryLockFolder {
  readonly transactions = new SerialQueue();
  readonly table: LockTable;
  /** What the next transactions and refreshes fail with, if anything. */
  failure: Error | undefined;

  constructor(readonly rules: PathRules = exactPaths) {
    this.table = new LockTable(rules);
  }

  /** Keeps a holder as it would come back from its file. */
  keep(holder: LockHolder): void {
    const text = JSON.stringify(encodeHolder(holder));
    const decoded = decodeHolder(JSON.parse(text), this.rules);
    assert.ok('holder' in decoded, `what is written can be read: ${JSON.stringify(decoded)}`);
    this.table.put(decoded.holder);
  }
}

/** The port of locks without a disk. Everything that is stored goes through the form of the files. */
export class MemoryLockStore implements LockStore {
  isReadOnly = false;

  constructor(readonly folder = new MemoryLockFolder()) {}

  exists(): Promise<boolean> {
    return Promise.resolve(true);
  }

  refresh(): Promise<StoredLocks> {
    if (this.folder.failure) return Promise.reject(this.folder.failure);
    return Promise.resolve({ view: this.folder.table, broken: nothingBroken });
  }

  transact<T>(work: (book: LockBook) => Promise<T>): Promise<T> {
    return this.folder.transactions.run(async () => {
      if (this.folder.failure) throw this.folder.failure;
      const draft = new LockDraft(this.folder.table);
      const result = await work(draft);
      const { written, removed } = draft.changes();
      this.folder.table.raise(draft);
      for (const { id } of removed) this.folder.table.remove(id);
      for (const holder of written) this.folder.keep(holder);
      return result;
    });
  }
}
