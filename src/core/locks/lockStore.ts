import type { RefreshScope } from '../agents/agentStore.ts';
import type { LockHolder } from './lockHolder.ts';
import type { LockBook, LockView } from './lockTable.ts';

/** A file of a holder that cannot be understood. Shown, skipped, never deleted. */
export interface BrokenHolder {
  readonly fileName: string;
  /** One sentence for people. */
  readonly problem: string;
  /** What the file held before it became unreadable. Its locks still count. */
  readonly lastGood: LockHolder | undefined;
}

/** What a store holds at one moment. */
export interface StoredLocks {
  readonly view: LockView;
  /** The same list while no broken file comes, goes or changes. */
  readonly broken: readonly BrokenHolder[];
}

/**
 * The port to the folder of holders that other processes write too. Readers take no lock; what is
 * decided between holders is decided in a transaction.
 */
export interface LockStore {
  /** True when writing was ruled out from the start, as in an untrusted workspace. */
  readonly isReadOnly: boolean;

  /** False when there is nothing at the folder's path. */
  exists(): Promise<boolean>;

  /** Brings the view up to date; cost follows what changed. @throws RegistryError `io` */
  refresh(scope?: RefreshScope): Promise<StoredLocks>;

  /**
   * Runs `work` while this process alone may write, on a draft. When it resolves, the draft is written,
   * whoever lost something before whoever gained it; when it throws, nothing is. Transactions of one
   * store run one after another.
   * @throws RegistryError `read-only`, `lock-timeout`, `lock-unavailable`, `io`
   */
  transact<T>(work: (book: LockBook) => Promise<T>, options?: TransactOptions): Promise<T>;
}

export interface TransactOptions {
  /** False for signs of life and other things that a power cut may take back. */
  readonly isDurable?: boolean;
}
