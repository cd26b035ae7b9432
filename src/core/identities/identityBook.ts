import type { AgentIdentity } from './agentIdentity.ts';
import { AnswerMemory } from './answerMemory.ts';
import type {
  CheckpointVersion,
  ContinuityFailure,
  ContinuityRecord,
  FencingToken,
} from './continuityRecord.ts';
import type { DurableAgentSpec } from './durableAgentSpec.ts';
import { isExpired, type HeldLease } from './heldLease.ts';
import { IdentityError, internalFailure } from './identityError.ts';
import type { IdentityFeeds } from './identityFeeds.ts';
import type { IdentityState } from './identityState.ts';
import type { LeaseGrant, LeaseHolder } from './leaseProvider.ts';

/** What the runtime knows of one identity. State and lease change through the book only. */
export class IdentityEntry {
  readonly answers = new AnswerMemory();
  record: ContinuityRecord | undefined;
  /** The last that was accepted here; ahead of the store under a policy that buffers. */
  checkpointVersion: CheckpointVersion = 0;
  /** Why it is broken. */
  failure: ContinuityFailure | undefined;
  /** Who had it when it was last asked for. */
  heldBy: LeaseHolder | undefined;
  /** Its lease went, and no other came since. */
  hasLostLease = false;
  lease: HeldLease | undefined;
  state: IdentityState = 'uninitialized';

  constructor(
    readonly identity: AgentIdentity,
    public spec: DurableAgentSpec,
  ) {}

  /** Takes a record over, with the version that it carries. */
  adopt(record: ContinuityRecord | undefined): void {
    this.record = record;
    this.checkpointVersion = record?.checkpointVersion ?? 0;
  }
}

/** More about a change of state. */
export interface StateChange {
  readonly detail?: string | undefined;
  /** Why it is broken. */
  readonly failure?: ContinuityFailure | undefined;
}

/** The identities of a runtime. Each change that others see is told in the same synchronous step. */
export class IdentityBook {
  private readonly entries = new Map<AgentIdentity, IdentityEntry>();
  private readonly fences = new Map<AgentIdentity, FencingToken>();

  constructor(
    readonly feeds: IdentityFeeds,
    private readonly monotonicNow: () => number,
  ) {}

  find(identity: AgentIdentity): IdentityEntry | undefined {
    return this.entries.get(identity);
  }

  /** @throws IdentityError `unknown-identity` */
  get(identity: AgentIdentity): IdentityEntry {
    const entry = this.entries.get(identity);
    if (entry) return entry;
    throw new IdentityError({ code: 'unknown-identity', identity });
  }

  /** In the order of their names. */
  all(): readonly IdentityEntry[] {
    return [...this.entries.values()].sort((a, b) => (a.identity < b.identity ? -1 : 1));
  }

  /** The entry of a spec, which becomes its spec. Tells nothing. */
  ensure(spec: DurableAgentSpec): IdentityEntry {
    const present = this.entries.get(spec.identity);
    if (present) {
      present.spec = spec;
      return present;
    }
    const entry = new IdentityEntry(spec.identity, spec);
    this.entries.set(spec.identity, entry);
    return entry;
  }

  /** Takes back an `ensure` that came to nothing. Tells nothing. */
  drop(entry: IdentityEntry): void {
    if (this.isCurrent(entry)) this.entries.delete(entry.identity);
  }

  /** Removes it for good, except its fence, and ends what observes it. */
  delete(identity: AgentIdentity): void {
    this.entries.delete(identity);
    this.feeds.tell({ kind: 'deleted', identity });
    this.feeds.close(identity);
  }

  isCurrent(entry: IdentityEntry): boolean {
    return this.entries.get(entry.identity) === entry;
  }

  /** Tells the state, also when it is the same. */
  changeState(entry: IdentityEntry, state: IdentityState, change: StateChange = {}): void {
    const { identity } = entry;
    const { failure, detail = failure?.detail } = change;
    entry.state = state;
    entry.failure = state === 'broken' ? failure : undefined;
    const more = detail === undefined ? {} : { detail };
    this.feeds.tell({ kind: 'state_changed', identity, state, ...more });
  }

  /**
   * Nobody has been seen with a higher token.
   * @throws IdentityError `stale-fencing-token`, `internal` when the grant is of another identity
   */
  expectGrant(identity: AgentIdentity, grant: LeaseGrant): void {
    if (grant.identity !== identity) {
      throw internalFailure('foreign', `A lease on ${grant.identity} is none on ${identity}.`);
    }
    const current = this.lastToken(identity);
    if (grant.token < current) {
      const presented = grant.token;
      throw new IdentityError({ code: 'stale-fencing-token', identity, presented, current });
    }
    this.fences.set(identity, grant.token);
  }

  /** The highest token that was granted here, or 0; what runs here was started under it or before. */
  lastToken(identity: AgentIdentity): FencingToken {
    return this.fences.get(identity) ?? 0;
  }

  /** @throws IdentityError as `expectGrant` */
  giveLease(entry: IdentityEntry, lease: HeldLease): void {
    this.expectGrant(entry.identity, lease.grant);
    entry.lease = lease;
    entry.heldBy = undefined;
    entry.hasLostLease = false;
    const { identity, token } = lease.grant;
    this.feeds.tell({ kind: 'lease_updated', identity, token });
  }

  /** Tells it also when there was none. */
  loseLease(entry: IdentityEntry): void {
    entry.lease = undefined;
    entry.hasLostLease = true;
    this.feeds.tell({ kind: 'lease_lost', identity: entry.identity });
  }

  /** The token under which work may be done now. @throws IdentityError `no-active-lease`, `lease-lost` */
  heldToken(entry: IdentityEntry): FencingToken {
    const { identity, lease, heldBy } = entry;
    if (lease === undefined) {
      const holder = heldBy === undefined ? {} : { holder: heldBy };
      throw new IdentityError({ code: 'no-active-lease', identity, ...holder });
    }
    if (isExpired(lease, this.monotonicNow())) {
      throw new IdentityError({ code: 'lease-lost', identity });
    }
    return lease.grant.token;
  }

  /** Whether work may be done now. */
  isOwned(entry: IdentityEntry): boolean {
    return entry.lease !== undefined && !isExpired(entry.lease, this.monotonicNow());
  }

  /**
   * What was begun under a token may be written down: nothing came between, though time may have passed.
   * @throws IdentityError `unknown-identity`, `no-active-lease`, `stale-fencing-token`
   */
  expectHolder(entry: IdentityEntry, token: FencingToken): void {
    const { identity, lease } = entry;
    if (!this.isCurrent(entry)) throw new IdentityError({ code: 'unknown-identity', identity });
    if (lease === undefined) throw new IdentityError({ code: 'no-active-lease', identity });
    const current = lease.grant.token;
    if (current === token) return;
    throw new IdentityError({ code: 'stale-fencing-token', identity, presented: token, current });
  }

  /** As `expectHolder`, and there is time left. @throws IdentityError also `lease-lost` */
  expectOwner(entry: IdentityEntry, token: FencingToken): void {
    this.expectHolder(entry, token);
    this.heldToken(entry);
  }
}
