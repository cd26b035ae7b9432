import type { AgentIdentity } from './agentIdentity.ts';
import type { FencingToken } from './continuityRecord.ts';
import { isExpired, type HeldLease } from './heldLease.ts';
import type { IdentityEntry } from './identityBook.ts';
import { holderOf } from './leaseDesk.ts';
import { IdentityError } from './identityError.ts';
import { mandateOf } from './mandate.ts';
import type { Mandate } from './sessionBridge.ts';
import { stopWork } from './stopWork.ts';
import type { RuntimeCore } from './runtimeCore.ts';

/** The right to act for one identity under one token, looked at anew whenever something was waited for. */
export interface Tenure {
  readonly identity: AgentIdentity;
  readonly lease: HeldLease;
  readonly token: FencingToken;
  /** The same right, for the bridge. */
  readonly mandate: Mandate;
  /** @throws IdentityError when the right is gone */
  check(): void;
}

/** The right of an entry that holds a lease, or of nobody's identity for as long as its lease lasts. */
export function tenureOf(
  core: RuntimeCore,
  lease: HeldLease,
  entry: IdentityEntry | undefined,
): Tenure {
  const { identity, token } = lease.grant;
  const check = (): void => {
    if (entry !== undefined) core.book.expectOwner(entry, token);
    else if (isExpired(lease, core.config.monotonicNow())) {
      throw new IdentityError({ code: 'lease-lost', identity });
    }
  };
  return { identity, lease, token, mandate: mandateOf(core, identity, token), check };
}

/**
 * Acquires anew, so that the former owner is fenced, be it this process. From then on the identity is
 * `suspended`. When somebody else has it, what this process may still run of it is ended.
 * @throws IdentityError `no-active-lease`, `lease`, `stale-fencing-token`
 */
export async function takeOver(core: RuntimeCore, identity: AgentIdentity): Promise<Tenure> {
  const entry = core.book.find(identity);
  let lease: HeldLease;
  try {
    lease = await core.leases.acquireOne(identity);
  } catch (error) {
    const holder = holderOf(error);
    if (entry !== undefined && holder !== undefined) {
      if (entry.lease !== undefined) core.book.loseLease(entry);
      entry.heldBy = holder;
      await stopWork(core, entry);
    }
    throw error;
  }
  if (entry === undefined) {
    core.book.expectGrant(identity, lease.grant);
    return tenureOf(core, lease, entry);
  }
  core.book.giveLease(entry, lease);
  core.book.changeState(entry, 'suspended');
  return tenureOf(core, lease, entry);
}
