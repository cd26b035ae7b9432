import type { LeaseFile } from './leaseFile.ts';
import type { Renewal } from './ownerFile.ts';

/** Whether a lease still counts. */
export type LeaseVerdict =
  | { readonly kind: 'held' }
  | { readonly kind: 'expired' }
  /** Its time lies ahead, by a clock that was set back or by malice: to be marked as of now. */
  | { readonly kind: 'ahead'; readonly timeMs: number };

/** When a lease was last renewed, or acquired. */
export function leaseTimeMs(lease: LeaseFile, renewal: Renewal | undefined): number {
  return renewal?.token === lease.token ? renewal.atMs : lease.acquiredAtMs;
}

/** By the wall clock alone; a holder who is gone is somebody else's finding. */
export function leaseVerdict(
  lease: LeaseFile,
  { renewal, nowMs }: { readonly renewal: Renewal | undefined; readonly nowMs: number },
): LeaseVerdict {
  const timeMs = leaseTimeMs(lease, renewal);
  if (timeMs <= nowMs) return { kind: nowMs - timeMs > lease.ttlMs ? 'expired' : 'held' };
  const { ahead } = lease;
  if (ahead?.timeMs !== timeMs || ahead.foundAtMs > nowMs) return { kind: 'ahead', timeMs };
  return { kind: nowMs - ahead.foundAtMs > lease.ttlMs ? 'expired' : 'held' };
}
