import type { AgentIdentity } from './agentIdentity.ts';
import type {
  CheckpointVersion,
  ContinuityFailure,
  ContinuityGeneration,
  ContinuityRecord,
  FencingToken,
} from './continuityRecord.ts';
import type { DurableAgentSpec } from './durableAgentSpec.ts';
import type { IdentityState } from './identityState.ts';
import type { LeaseHolder } from './leaseProvider.ts';

/** What is wrong with the description of an agent. */
export interface ListedProblem {
  /** The file, or the folder, absolute. */
  readonly path: string;
  /** Where in the file, such as `labels.team`. */
  readonly field?: string | undefined;
  /** From 1, where it is known. */
  readonly line?: number | undefined;
  /** Sentences for people: what is wrong and what to do. */
  readonly problem: string;
  /** A `warning` leaves the agent as it is described; an `error` leaves it without a spec. */
  readonly severity: 'error' | 'warning';
}

/** Who owns an identity now. There is none when its time has passed or its holder is gone. */
export interface ListedLease {
  readonly token: FencingToken;
  readonly holder: LeaseHolder;
  /** Whether the one who looks is the holder. */
  readonly isOurs: boolean;
  /** By the wall clock; never negative. */
  readonly remainingMs: number;
  /** More than a fifth of its time is left. */
  readonly isHealthy: boolean;
}

/** The session that runs for an identity, or that ran last. */
export interface ListedSession {
  readonly sessionId: string;
  readonly isRunning: boolean;
}

/** All that anybody, owner or not, can show of an identity at one moment. Plain data. */
export interface ListedIdentity {
  readonly identity: AgentIdentity;
  /** The file that describes it, absolute; absent when only its continuity is left. */
  readonly specPath?: string | undefined;
  /** Absent when there is no file, or none that can be used. */
  readonly spec?: DurableAgentSpec | undefined;
  /** Of the bytes of the file: SHA-256 in hex; set with `spec`. */
  readonly specDigest?: string | undefined;
  readonly problems: readonly ListedProblem[];
  /** As its owner says; without one `dormant`, `broken`, or `uninitialized` before its first start. */
  readonly state: IdentityState;
  readonly record?: ContinuityRecord | undefined;
  readonly generation?: ContinuityGeneration | undefined;
  /** Absent before the first checkpoint. */
  readonly checkpointVersion?: CheckpointVersion | undefined;
  readonly lease?: ListedLease | undefined;
  /** Set when it is broken. */
  readonly failure?: ContinuityFailure | undefined;
  /** How many messages wait for whoever owns it. */
  readonly waitingMessages: number;
  /** Whom it may message, in the order of their names; the edges go both ways. */
  readonly peers: readonly AgentIdentity[];
  readonly session?: ListedSession | undefined;
  /** The end of what it said last, shortened. */
  readonly lastOutput?: string | undefined;
}

/** The identities of a root, as one worktree describes them. */
export interface IdentityListing {
  /** In the order of their names. */
  readonly identities: readonly ListedIdentity[];
  /** What is wrong and belongs to none of them. */
  readonly problems: readonly ListedProblem[];
}
