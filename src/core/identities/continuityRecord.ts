import type { AgentIdentity, AgentRuntimeId } from './agentIdentity.ts';

/** From 0; only a reset raises it. */
export type ContinuityGeneration = number;

/** Grows by one with each checkpoint of one identity under one generation; 0 before the first. */
export type CheckpointVersion = number;

/** From 1, minted by the lease provider only. Who writes with a lower one than was seen before is refused. */
export type FencingToken = number;

/** Where the durable life of an identity stands. */
export interface ContinuityRecord {
  readonly identity: AgentIdentity;
  readonly runtimeId: AgentRuntimeId;
  /** The conversation that goes on across processes. */
  readonly sessionId: string;
  readonly generation: ContinuityGeneration;
  readonly checkpointVersion: CheckpointVersion;
}

/** What a checkpoint keeps; only the session bridge knows what is in it. In JSON `{"data": base64}`. */
export interface SessionSnapshot {
  readonly data: Uint8Array;
}

/** Why a durable life cannot be gone on with. */
export const continuityFailureKinds = [
  'snapshot_missing',
  'snapshot_corrupted',
  'generation_mismatch',
  'store_unavailable',
  'resume_rejected',
  'embodiment_failed',
] as const;

/** One of `continuityFailureKinds`. */
export type ContinuityFailureKind = (typeof continuityFailureKinds)[number];

/** A durable life that cannot be gone on with. */
export interface ContinuityFailure {
  readonly identity: AgentIdentity;
  readonly kind: ContinuityFailureKind;
  /** Set where at least the record could be read. */
  readonly record?: ContinuityRecord | undefined;
  /** A sentence for people. */
  readonly detail: string;
}

/** What a store knows of an identity. */
export type ContinuityResolveState =
  | { readonly state: 'uninitialized' }
  | { readonly state: 'ready'; readonly record: ContinuityRecord }
  | { readonly state: 'broken'; readonly failure: ContinuityFailure };
