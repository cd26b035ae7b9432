import { errorText } from '../../base/errorText.ts';
import type { Logger } from '../../base/logger.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import type { HeldLease } from './heldLease.ts';
import { IdentityError, leaseFailure } from './identityError.ts';
import type { LeaseGrant, LeaseHolder, LeaseProvider, LeaseRenewResult } from './leaseProvider.ts';

/** What the desk needs. */
export interface LeaseDeskPorts {
  readonly leases: LeaseProvider;
  readonly instance: string;
  readonly monotonicNow: () => number;
  readonly logger: Logger;
}

/** What became of asking for a lease. */
export type LeaseAnswer =
  | { readonly result: 'acquired'; readonly lease: HeldLease }
  | { readonly result: 'already_held'; readonly holder: LeaseHolder };

/** The lease provider as the runtime asks it: all that fails is an `IdentityError`. */
export class LeaseDesk {
  constructor(private readonly ports: LeaseDeskPorts) {}

  /** @throws IdentityError `lease`, when nothing changed */
  async acquire(
    identities: readonly AgentIdentity[],
  ): Promise<ReadonlyMap<AgentIdentity, LeaseAnswer>> {
    const { leases, instance, monotonicNow } = this.ports;
    // Before the provider counts, so that a lease never lasts longer here than there.
    const sinceMs = monotonicNow();
    const results = await this.ask(() => leases.acquire(identities, instance));
    const answers = [...results].map(([identity, result]): [AgentIdentity, LeaseAnswer] => [
      identity,
      result.result === 'acquired'
        ? { result: 'acquired', lease: { grant: result.grant, sinceMs } }
        : { result: 'already_held', holder: result.holder },
    ]);
    return new Map(answers);
  }

  /** @throws IdentityError `no-active-lease` when somebody else has it, `lease` */
  async acquireOne(identity: AgentIdentity): Promise<HeldLease> {
    const answer = (await this.acquire([identity])).get(identity);
    if (answer?.result === 'acquired') return answer.lease;
    const holder = answer === undefined ? {} : { holder: answer.holder };
    throw new IdentityError({ code: 'no-active-lease', identity, ...holder });
  }

  /** @throws IdentityError `lease`, when nothing changed */
  renew(grants: readonly LeaseGrant[]): Promise<ReadonlyMap<AgentIdentity, LeaseRenewResult>> {
    return this.ask(() => this.ports.leases.renew(grants));
  }

  /** As well as it can: what is not released ends by its time. */
  async release(grants: readonly LeaseGrant[]): Promise<void> {
    if (grants.length === 0) return;
    try {
      await this.ports.leases.release(grants);
    } catch (error) {
      this.ports.logger.warn(`Leases could not be released: ${errorText(error)}`);
    }
  }

  private async ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw leaseFailure(error);
    }
  }
}

/** The holder of a refused lease, as an error tells it. */
export function holderOf(error: unknown): LeaseHolder | undefined {
  if (!(error instanceof IdentityError) || error.problem.code !== 'no-active-lease') {
    return undefined;
  }
  return error.problem.holder;
}
