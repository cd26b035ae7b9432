import { isDeepStrictEqual } from 'node:util';
import { SerialQueue } from '../../src/base/serialQueue.ts';
import { decodeEntry, encodeEntry } from '../../src/core/agents/agentEntryCodec.ts';
import type { AgentEntry } from '../../src/core/agents/agentEntry.ts';
import { AgentIndex, type AgentView } from '../../src/core/agents/agentIndex.ts';
import {
  isBroken,
  type AgentRecord,
  type StoredRecord,
} from '../../src/core/agents/agentRecord.ts';
import type {
  AgentStore,
  AgentTransaction,
  RefreshScope,
} from '../../src/core/agents/agentStore.ts';
import { RegistryError } from '../../src/core/agents/registryError.ts';
import { assertSessionId } from '../../src/core/agents/sessionId.ts';
import { parseTimestamp } from '../../src/core/agents/timestamp.ts';

/** The port of entries without a disk. Tests can break it and look at what was asked of it. */
export class MemoryAgentStore implements AgentStore {
  isReadOnly = false;
  isPresent = true;
  /** What every refresh fails with, if anything. */
  failure: Error | undefined;
  readonly refreshes: (RefreshScope | undefined)[] = [];
  readonly index = new AgentIndex();
  private readonly transactions = new SerialQueue();

  exists(): Promise<boolean> {
    return Promise.resolve(this.isPresent);
  }

  refresh(scope?: RefreshScope): Promise<AgentView> {
    this.refreshes.push(scope);
    return this.failure ? Promise.reject(this.failure) : Promise.resolve(this.index);
  }

  read(sessionId: string): Promise<StoredRecord | undefined> {
    assertSessionId(sessionId);
    return Promise.resolve(this.index.get(sessionId));
  }

  transact<T>(work: (transaction: AgentTransaction) => Promise<T>): Promise<T> {
    if (this.isReadOnly) return Promise.reject(new RegistryError('read-only', 'Read only.'));
    return this.transactions.run(() =>
      work({
        view: this.index,
        reread: (sessionId) => {
          assertSessionId(sessionId);
          return this.index.get(sessionId);
        },
        write: (entry) => Promise.resolve().then(() => this.write(entry)),
        remove: (sessionId) => {
          this.index.delete(`${sessionId}.toml`);
          return Promise.resolve();
        },
      }),
    );
  }

  delete(sessionId: string): Promise<boolean> {
    assertSessionId(sessionId);
    const isThere = this.index.get(sessionId) !== undefined;
    this.index.delete(`${sessionId}.toml`);
    return Promise.resolve(isThere);
  }

  /** Stores an entry as another process would, without a transaction. */
  write(entry: AgentEntry): AgentRecord {
    assertSessionId(entry.sessionId);
    const decoded = decodeEntry(encodeEntry(entry));
    if ('problems' in decoded)
      throw new RegistryError('invalid-entry', 'The entry was not written.');
    const startedAt = parseTimestamp(entry.startedAt);
    if (startedAt === undefined) throw new RegistryError('invalid-entry', 'It has no start.');

    const next: AgentRecord = {
      fileName: `${entry.sessionId}.toml`,
      entry: decoded.entry,
      startedAt,
    };
    const previous = this.index.getFile(next.fileName);
    const record =
      previous !== undefined && !isBroken(previous) && isDeepStrictEqual(previous, next)
        ? previous
        : next;
    this.index.put(record);
    return record;
  }

  /** Makes a file unreadable; what it held before stays known as its last good version. */
  breakEntry(sessionId: string, problem = 'The file is not valid TOML.'): void {
    const fileName = `${sessionId}.toml`;
    const previous = this.index.getFile(fileName);
    const lastGood = previous !== undefined && isBroken(previous) ? previous.lastGood : previous;
    this.index.put({ fileName, problem, line: 1, lastGood });
  }
}
