import type { FencingToken } from './continuityRecord.ts';
import type { LeaseGrant } from './leaseProvider.ts';

/** A grant and since when it counts, on the monotonic clock: not later than the provider counts. */
export interface HeldLease {
  readonly grant: LeaseGrant;
  readonly sinceMs: number;
}

/** A lease as a status tells it. */
export interface LeaseInfo {
  readonly token: FencingToken;
  /** Never negative. */
  readonly ttlRemainingMs: number;
  /** More than a fifth of its time is left. */
  readonly isHealthy: boolean;
}

const healthyShare = 0.2;
const renewalShare = 2 / 3;

/** Its time has passed; at the last moment of it, it has not. */
export function isExpired({ grant, sinceMs }: HeldLease, nowMs: number): boolean {
  return nowMs - sinceMs > grant.ttlMs;
}

/** A third of its time is gone, or all of it. */
export function needsRenewal(lease: HeldLease, nowMs: number): boolean {
  return remainingMs(lease, nowMs) <= lease.grant.ttlMs * renewalShare;
}

/** A lease as a status tells it. */
export function leaseInfo(lease: HeldLease, nowMs: number): LeaseInfo {
  const ttlRemainingMs = remainingMs(lease, nowMs);
  const { token, ttlMs } = lease.grant;
  return { token, ttlRemainingMs, isHealthy: ttlRemainingMs > ttlMs * healthyShare };
}

function remainingMs({ grant, sinceMs }: HeldLease, nowMs: number): number {
  return Math.max(0, grant.ttlMs - (nowMs - sinceMs));
}
