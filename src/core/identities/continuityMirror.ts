/** How far the second place is behind the first, over all identities. */
export interface ReplicationLag {
  /** Identities of which something newer is in the first place only. */
  readonly waiting: number;
  /** For how long the oldest of them has waited; 0 when none does. */
  readonly lagMs: number;
  /** What went wrong the last time, as a sentence; undefined while all is well. */
  readonly problem?: string | undefined;
}

/** The port to what copies a continuity store to a second place, under the policy `async_replicated`. */
export interface ContinuityMirror {
  status(): ReplicationLag;
}
