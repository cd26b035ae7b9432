import type { AgentEntry } from './agentEntry.ts';
import type { AgentView } from './agentIndex.ts';
import type { AgentRecord, StoredRecord } from './agentRecord.ts';

/** Which files to look at again. Without names, everything that may have changed. */
export interface RefreshScope {
  /** File names that something was heard of: only these are looked at, whether they came, went or changed. */
  readonly fileNames?: ReadonlySet<string>;
  /**
   * Looks at each file even when the folder looks unchanged: a save in place does not touch the folder.
   */
  readonly isForced?: boolean;
}

/**
 * The port to a folder of agent entries that other processes write too. Readers take no lock; what
 * is decided between writers is decided in a transaction.
 */
export interface AgentStore {
  /** True when writing was ruled out from the start, as in an untrusted workspace. */
  readonly isReadOnly: boolean;

  /** False when there is nothing at the folder's path. */
  exists(): Promise<boolean>;

  /** Brings the view up to date; cost follows what changed. @throws RegistryError `io` */
  refresh(scope?: RefreshScope): Promise<AgentView>;

  /** Reads one file anew. @throws RegistryError `invalid-session-id`, `io` */
  read(sessionId: string): Promise<StoredRecord | undefined>;

  /**
   * Runs `work` while this process alone may write. The view in the transaction is as fresh as the
   * lock. Transactions of one store run one after another.
   * @throws RegistryError `read-only`, `lock-timeout`, `lock-unavailable`, `io`
   */
  transact<T>(work: (transaction: AgentTransaction) => Promise<T>): Promise<T>;

  /**
   * Removes a file without the lock, as Heddle's own delete does. False when there was none.
   * @throws RegistryError `read-only`, `invalid-session-id`, `io`
   */
  delete(sessionId: string): Promise<boolean>;
}

/** What can be done while the write lock is held. */
export interface AgentTransaction {
  readonly view: AgentView;
  /** Reads one entry anew; undefined when the file is gone. */
  reread(sessionId: string): StoredRecord | undefined;
  /** Replaces or creates an entry; durable when it resolves. @throws RegistryError `invalid-entry` */
  write(entry: AgentEntry): Promise<AgentRecord>;
  remove(sessionId: string): Promise<void>;
}
