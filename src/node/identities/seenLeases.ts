import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { FencingToken } from '../../core/identities/continuityRecord.ts';
import type { LeaseHolder } from '../../core/identities/leaseProvider.ts';
import { leaseHolder } from './acquireLeases.ts';
import type { ContinuityFolder } from './continuityFolder.ts';
import { readLeaseFile, type LeaseFile } from './leaseFile.ts';
import { leaseTimeMs, leaseVerdict } from './leaseVerdict.ts';
import { readRenewals, type Renewals } from './ownerFile.ts';

/** A lease as anybody can see it, without a lock and without a promise. */
export interface SeenLease {
  readonly holder: LeaseHolder;
  readonly token: FencingToken;
  readonly ttlMs: number;
  readonly renewedAtMs: number;
  readonly isExpired: boolean;
}

/** Who holds what now; an identity that nobody holds is not in it. @throws system errors */
export function seenLeases(
  folder: ContinuityFolder,
  identities: readonly AgentIdentity[],
  nowMs: number,
): ReadonlyMap<AgentIdentity, SeenLease> {
  const owners = new Map<string, Renewals>();
  const leases = identities.flatMap((identity): [AgentIdentity, SeenLease][] => {
    const found = readLeaseFile(folder.of(identity), identity);
    if (!found || !('value' in found)) return [];
    const lease = found.value;
    const renewals = owners.get(lease.instance) ?? readRenewals(folder.path, lease.instance);
    owners.set(lease.instance, renewals);
    return [[identity, seenLease(lease, renewals, nowMs)]];
  });
  return new Map(leases);
}

function seenLease(lease: LeaseFile, renewals: Renewals, nowMs: number): SeenLease {
  const renewal = renewals.get(lease.identity);
  return {
    holder: leaseHolder(lease),
    ...{ token: lease.token, ttlMs: lease.ttlMs, renewedAtMs: leaseTimeMs(lease, renewal) },
    isExpired: leaseVerdict(lease, { renewal, nowMs }).kind === 'expired',
  };
}
