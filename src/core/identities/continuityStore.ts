import type { AgentIdentity } from './agentIdentity.ts';
import type {
  CheckpointVersion,
  ContinuityGeneration,
  ContinuityRecord,
  ContinuityResolveState,
  FencingToken,
  SessionSnapshot,
} from './continuityRecord.ts';

/** A checkpoint as it is handed to the store. */
export interface SnapshotToSave {
  readonly identity: AgentIdentity;
  readonly sessionId: string;
  readonly generation: ContinuityGeneration;
  readonly version: CheckpointVersion;
  readonly token: FencingToken;
  readonly snapshot: SessionSnapshot;
}

/** Why a store did not do what was asked. Plain data. */
export type ContinuityStoreProblem =
  | {
      readonly code: 'stale-fencing-token';
      readonly identity: AgentIdentity;
      readonly presented: FencingToken;
      readonly current: FencingToken;
    }
  | {
      readonly code: 'stale-checkpoint-version';
      readonly identity: AgentIdentity;
      readonly presented: CheckpointVersion;
      readonly current: CheckpointVersion;
    }
  | {
      readonly code: 'stale-generation';
      readonly identity: AgentIdentity;
      readonly presented: ContinuityGeneration;
      readonly current: ContinuityGeneration;
    }
  /** The record names another session or generation, or there is none. */
  | { readonly code: 'not-found'; readonly identity: AgentIdentity }
  | { readonly code: 'io'; readonly detail: string }
  | { readonly code: 'corruption'; readonly detail: string };

/** The one error of a continuity store. Its message is a sentence for people. */
export class ContinuityStoreError extends Error {
  override readonly name = 'ContinuityStoreError';

  constructor(
    readonly problem: ContinuityStoreProblem,
    options?: { readonly cause?: unknown },
  ) {
    super(storeProblemText(problem), options);
  }
}

/** A problem as a sentence for people. */
export function storeProblemText(problem: ContinuityStoreProblem): string {
  switch (problem.code) {
    case 'stale-fencing-token':
      return `${problem.identity} has a new owner: token ${problem.presented} is older than ${problem.current}.`;
    case 'stale-checkpoint-version':
      return `${problem.identity} has checkpoint ${problem.current} already; ${problem.presented} is not newer.`;
    case 'stale-generation':
      return `${problem.identity} is at generation ${problem.current}; ${problem.presented} is older.`;
    case 'not-found':
      return `${problem.identity} has no such session.`;
    case 'io':
    case 'corruption':
      return problem.detail;
  }
}

/**
 * The port to what lasts of identities. For one identity each write is all or nothing and compares and
 * sets at once, also among processes. A write with a token lower than any seen for the identity is
 * refused, for ever: deleting an identity keeps the highest token seen. An equal token is accepted.
 */
export interface ContinuityStore {
  /**
   * Has an answer for each identity that was asked for; nothing is `uninitialized` because it could not
   * be read: that is `broken`. @throws ContinuityStoreError
   */
  resolveMany(
    identities: readonly AgentIdentity[],
  ): Promise<ReadonlyMap<AgentIdentity, ContinuityResolveState>>;
  /** The last checkpoint of a session; undefined where there is none. @throws ContinuityStoreError */
  loadSnapshot(identity: AgentIdentity, sessionId: string): Promise<SessionSnapshot | undefined>;
  /**
   * Checks in this order: the record is of this session and generation (`not-found`), the token
   * (`stale-fencing-token`), the version is greater (`stale-checkpoint-version`). Then the record carries
   * version and token. @throws ContinuityStoreError
   */
  saveSnapshot(toSave: SnapshotToSave): Promise<void>;
  /**
   * Checks the token, then that the generation does not fall (`stale-generation`). Under the same session
   * and generation the version never falls. Resolves with the record as it is kept.
   * @throws ContinuityStoreError
   */
  upsertRecord(record: ContinuityRecord, token: FencingToken): Promise<ContinuityRecord>;
  /** Removes record and snapshots, keeps the fence. Of an unknown identity: nothing. @throws ContinuityStoreError */
  deleteRecord(identity: AgentIdentity, token: FencingToken): Promise<void>;
  /** The highest token ever seen for any identity, also for deleted ones; 0 when none was. */
  highestToken(): Promise<FencingToken>;
}
