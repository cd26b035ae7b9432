import type { LockPath } from './lockPath.ts';

export type LockMode = 'exclusive' | 'shared';

/**
 * What was agreed about the end of a lock. A default term is extended by signs of life; a promised one
 * is neither extended nor cut short by silence; the third lasts while its window does.
 */
export type LockTerm =
  | { readonly kind: 'default'; readonly ttlMs: number }
  | { readonly kind: 'promised'; readonly ttlMs: number }
  | { readonly kind: 'until-released' };

/** Somebody else changed what a lock protects. Its holder has not seen that yet. */
export interface SavedOver {
  readonly path: LockPath;
  readonly by: string;
  readonly atMs: number;
}

/** A path that somebody holds. The object never changes; taking the lock again makes another. */
export interface FileLock {
  /** As it was named; it covers itself and everything below it. */
  readonly path: LockPath;
  /** Rises with every grant in the repository; stays the same while the lock is only refreshed. */
  readonly token: number;
  readonly mode: LockMode;
  /** A soft lock stands for unsaved changes: it needs no reason to be broken and leaves no record. */
  readonly isSoft: boolean;
  readonly grantedAtMs: number;
  readonly refreshedAtMs: number;
  readonly term: LockTerm;
  readonly reason: string | undefined;
  /** True when it ends with the turn of its holder, because a hook took it for an edit. */
  readonly isTurnBound?: boolean | undefined;
  /** Told with the next grant of the path, and forgotten then. */
  readonly savedOver?: SavedOver | undefined;
}

/** How a lock ended. */
export type LockEnding = 'released' | 'expired' | 'reaped' | 'broken';

/** A lock that its holder did not give back itself, kept for a while so that it can be told. */
export interface EndedLock {
  readonly path: LockPath;
  readonly token: number;
  readonly ending: LockEnding;
  readonly endedAtMs: number;
  /** Who ended it, where that was somebody else. */
  readonly by: string | undefined;
  readonly reason: string | undefined;
}
