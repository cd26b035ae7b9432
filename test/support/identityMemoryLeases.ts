import type { AgentIdentity } from '../../src/core/identities/agentIdentity.ts';
import type { FencingToken } from '../../src/core/identities/continuityRecord.ts';
import type {
  LeaseAcquireResult,
  LeaseGrant,
  LeaseProvider,
  LeaseRenewResult,
} from '../../src/core/identities/leaseProvider.ts';

interface Lease {
  readonly instance: string;
  readonly token: FencingToken;
  readonly sinceMs: number;
}

/** The calls of a provider that a test can hold up or let fail. */
export type LeaseCall = 'acquire' | 'renew' | 'release';

/** Ownership without a disk: one counter for all identities, and leases that end by their time. */
export class MemoryLeaseProvider implements LeaseProvider {
  readonly calls: string[] = [];
  ttlMs = 30_000;
  /** No token is below; may be set back, as after a restart that forgot. */
  lastToken: FencingToken = 0;
  /** Left out of the answers. */
  readonly silentOn = new Set<AgentIdentity>();
  before: (call: LeaseCall, instance?: string) => Promise<void> | void = () => undefined;
  private readonly leases = new Map<AgentIdentity, Lease>();

  constructor(private readonly monotonicNow: () => number) {}

  async acquire(
    identities: readonly AgentIdentity[],
    instance: string,
  ): Promise<ReadonlyMap<AgentIdentity, LeaseAcquireResult>> {
    this.calls.push(`acquire ${identities.length}`);
    await this.before('acquire', instance);
    const asked = identities.filter((identity) => !this.silentOn.has(identity));
    return new Map(asked.map((identity) => [identity, this.acquireOne(identity, instance)]));
  }

  async renew(
    grants: readonly LeaseGrant[],
  ): Promise<ReadonlyMap<AgentIdentity, LeaseRenewResult>> {
    this.calls.push(`renew ${grants.length}`);
    await this.before('renew');
    const asked = grants.filter(({ identity }) => !this.silentOn.has(identity));
    return new Map(asked.map((grant) => [grant.identity, this.renewOne(grant)]));
  }

  async release(grants: readonly LeaseGrant[]): Promise<void> {
    this.calls.push(`release ${grants.length}`);
    await this.before('release');
    for (const { identity, token } of grants) {
      if (this.leases.get(identity)?.token === token) this.leases.delete(identity);
    }
  }

  /** Who may do work under which token now. */
  ownerOf(identity: AgentIdentity): Lease | undefined {
    const lease = this.leases.get(identity);
    return lease !== undefined && !this.isOver(lease) ? lease : undefined;
  }

  /** As if it were certain that a process is gone: all that it held is free. */
  forgetInstance(instance: string): void {
    for (const [identity, lease] of this.leases) {
      if (lease.instance === instance) this.leases.delete(identity);
    }
  }

  private acquireOne(identity: AgentIdentity, instance: string): LeaseAcquireResult {
    const owner = this.ownerOf(identity);
    if (owner !== undefined && owner.instance !== instance) {
      const holder = { instance: owner.instance, label: `a window of ${owner.instance}` };
      return { result: 'already_held', identity, holder };
    }
    this.lastToken += 1;
    const token = this.lastToken;
    this.leases.set(identity, { instance, token, sinceMs: this.monotonicNow() });
    return { result: 'acquired', grant: { identity, token, ttlMs: this.ttlMs } };
  }

  private renewOne(grant: LeaseGrant): LeaseRenewResult {
    const { identity, token } = grant;
    const lease = this.leases.get(identity);
    if (lease?.token !== token) return { result: 'lost', identity };
    this.leases.set(identity, { ...lease, sinceMs: this.monotonicNow() });
    return { result: 'renewed', grant: { identity, token, ttlMs: this.ttlMs } };
  }

  private isOver({ sinceMs }: Lease): boolean {
    return this.monotonicNow() - sinceMs > this.ttlMs;
  }
}
