import type { SnapshotToSave } from './continuityStore.ts';

/** The port to a second place for checkpoints, under the policy `async_replicated`. */
export interface ContinuityMirror {
  /**
   * Copies a checkpoint that the store has already. Older ones may be left out; the same may come again.
   * Resolves when the copy is safe, and rejects with any error when it is not.
   */
  replicate(checkpoint: SnapshotToSave): Promise<void>;
}
