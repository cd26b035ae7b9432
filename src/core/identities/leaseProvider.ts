import type { AgentIdentity } from './agentIdentity.ts';
import type { FencingToken } from './continuityRecord.ts';

/** The right to be the one owner of an identity for some time. */
export interface LeaseGrant {
  readonly identity: AgentIdentity;
  readonly token: FencingToken;
  readonly ttlMs: number;
}

/** Who holds a lease, as people are told. */
export interface LeaseHolder {
  /** The instance that acquired it. */
  readonly instance: string;
  /** Such as "a window of Ada on /repo"; untrusted text. */
  readonly label?: string | undefined;
  readonly pid?: number | undefined;
}

/** What became of an attempt to own an identity. */
export type LeaseAcquireResult =
  | { readonly result: 'acquired'; readonly grant: LeaseGrant }
  | {
      readonly result: 'already_held';
      readonly identity: AgentIdentity;
      readonly holder: LeaseHolder;
    };

/** What became of a renewal. */
export type LeaseRenewResult =
  | { readonly result: 'renewed'; readonly grant: LeaseGrant }
  | { readonly result: 'lost'; readonly identity: AgentIdentity };

/** Why a lease provider did not answer. */
export class LeaseError extends Error {
  override readonly name = 'LeaseError';

  constructor(
    readonly code: 'provider-unavailable' | 'io',
    detail: string,
    options?: { readonly cause?: unknown },
  ) {
    super(detail, options);
  }
}

/** The sole source of ownership and of fencing tokens. Tokens of one identity only grow, for ever. */
export interface LeaseProvider {
  /**
   * Each acquisition mints a higher token, also for the instance that holds the lease already: the former
   * grant is fenced. Answers for each identity. @throws LeaseError when nothing changed
   */
  acquire(
    identities: readonly AgentIdentity[],
    instance: string,
  ): Promise<ReadonlyMap<AgentIdentity, LeaseAcquireResult>>;
  /** The same token with a fresh time; `lost` when the token is not the current one. @throws LeaseError when nothing changed */
  renew(grants: readonly LeaseGrant[]): Promise<ReadonlyMap<AgentIdentity, LeaseRenewResult>>;
  /** Gives up what is held under exactly these tokens; ignores the rest. @throws LeaseError */
  release(grants: readonly LeaseGrant[]): Promise<void>;
  /**
   * Whether anybody was granted an identity under a higher token than this, at this very moment. Where it is
   * missing nobody can tell. @throws LeaseError
   */
  isFollowed?(identity: AgentIdentity, token: FencingToken): Promise<boolean>;
}
