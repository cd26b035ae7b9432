/** How soon a checkpoint is safe. */
export type DurabilityPolicy =
  /** Flushed to the disk before a checkpoint returns. */
  | { readonly kind: 'sync_write_through' }
  /** Written at once and mirrored to a second place; how far that is behind is in the status. */
  | { readonly kind: 'async_replicated' }
  /** Kept in memory for at most so long, and written when the runtime stops. */
  | { readonly kind: 'buffered_export'; readonly maxLossWindowMs: number };
