import { errorText } from '../../base/errorText.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import type { CheckpointVersion, FencingToken } from './continuityRecord.ts';
import {
  ContinuityStoreError,
  storeProblemText,
  type ContinuityStoreProblem,
} from './continuityStore.ts';
import type { AgentAddressability } from './durableAgentSpec.ts';
import type { IdentityState } from './identityState.ts';
import { LeaseError, type LeaseHolder } from './leaseProvider.ts';

/** What could not be done in a state. */
export type IdentityOperation = 'send' | 'dispatch' | 'materialize' | 'reset';

/** What went wrong where none of the other problems says it. */
export type InternalReason =
  | 'bridge'
  | 'no-bridge'
  | 'topology'
  | 'customizer'
  /** There is no session to speak of yet. */
  | 'no-record'
  | 'broken'
  | 'timed-out'
  /** A record or a grant of another identity. */
  | 'foreign'
  | 'no-mirror'
  | 'stopped';

/** Why an operation on an identity could not be carried out. Plain data. */
export type IdentityProblem =
  | { readonly code: 'unknown-identity'; readonly identity: AgentIdentity }
  | {
      readonly code: 'not-addressable';
      readonly identity: AgentIdentity;
      readonly addressability: AgentAddressability;
    }
  /** Nobody holds it here; `holder` is set when somebody else does. */
  | {
      readonly code: 'no-active-lease';
      readonly identity: AgentIdentity;
      readonly holder?: LeaseHolder | undefined;
    }
  /** It was held here, and its time is over. */
  | { readonly code: 'lease-lost'; readonly identity: AgentIdentity }
  | {
      readonly code: 'invalid-state';
      readonly identity: AgentIdentity;
      readonly state: IdentityState;
      readonly operation: IdentityOperation;
      readonly detail?: string | undefined;
    }
  | { readonly code: 'store'; readonly problem: ContinuityStoreProblem }
  | { readonly code: 'lease'; readonly reason: LeaseError['code']; readonly detail: string }
  | { readonly code: 'duplicate-identity'; readonly identity: AgentIdentity }
  | {
      readonly code: 'stale-fencing-token';
      readonly identity: AgentIdentity;
      readonly presented: FencingToken;
      readonly current: FencingToken;
    }
  | {
      readonly code: 'stale-checkpoint-version';
      readonly identity: AgentIdentity;
      readonly presented: CheckpointVersion;
      readonly current: CheckpointVersion;
    }
  | { readonly code: 'internal'; readonly reason: InternalReason; readonly detail: string };

/** The codes of all problems. */
export type IdentityProblemCode = IdentityProblem['code'];

/** The one error of the identity runtime. Its message is a sentence for people. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError';

  constructor(
    readonly problem: IdentityProblem,
    options?: { readonly cause?: unknown },
  ) {
    super(identityProblemText(problem), options);
  }

  get code(): IdentityProblemCode {
    return this.problem.code;
  }
}

/** Tells errors of the runtime apart by class and, when given, by code; never by their message. */
export function isIdentityError(
  error: unknown,
  code?: IdentityProblemCode,
): error is IdentityError {
  return error instanceof IdentityError && (code === undefined || error.code === code);
}

/** A problem as a sentence for people. */
export function identityProblemText(problem: IdentityProblem): string {
  switch (problem.code) {
    case 'unknown-identity':
      return `There is no agent named ${problem.identity} here.`;
    case 'not-addressable':
      return `${problem.identity} takes no messages: it is ${problem.addressability}.`;
    case 'no-active-lease':
      return problem.holder === undefined
        ? `${problem.identity} is not owned here, so nothing can be done with it.`
        : `${problem.identity} is owned by ${holderText(problem.holder)}.`;
    case 'lease-lost':
      return `${problem.identity} is not owned here any more: the time of its lease has passed.`;
    case 'invalid-state':
      return `${problem.identity} is ${problem.state}: ${operationTexts[problem.operation]}${detailText(problem.detail)}.`;
    case 'store':
      return storeProblemText(problem.problem);
    case 'lease':
      return `Who owns which agent cannot be told: ${problem.detail}`;
    case 'duplicate-identity':
      return `${problem.identity} is in the roster twice.`;
    case 'stale-fencing-token':
    case 'stale-checkpoint-version':
      return storeProblemText(problem);
    case 'internal':
      return problem.detail;
  }
}

const operationTexts: Readonly<Record<IdentityOperation, string>> = {
  send: 'only an active agent takes messages',
  dispatch: 'only an active agent takes messages',
  materialize: 'it cannot be started; respawn or reset it',
  reset: 'its last record cannot be read, so it cannot be reset; delete it or repair its record',
};

function detailText(detail: string | undefined): string {
  return detail === undefined ? '' : ` (${detail.replace(/\.$/, '')})`;
}

/** Whoever holds a lease, in words. */
export function holderText({ instance, label, pid }: LeaseHolder): string {
  const name = label ?? instance;
  return pid === undefined ? name : `${name} (process ${pid})`;
}

/** What a store threw, as an error of the runtime: stale writes by their own codes, all else as `store`. */
export function storeFailure(error: unknown): IdentityError {
  if (error instanceof IdentityError) return error;
  const problem: ContinuityStoreProblem =
    error instanceof ContinuityStoreError
      ? error.problem
      : { code: 'io', detail: errorText(error) };
  const isStale =
    problem.code === 'stale-fencing-token' || problem.code === 'stale-checkpoint-version';
  return new IdentityError(isStale ? problem : { code: 'store', problem }, { cause: error });
}

/** What a lease provider threw, as an error of the runtime. */
export function leaseFailure(error: unknown): IdentityError {
  if (error instanceof IdentityError) return error;
  const reason = error instanceof LeaseError ? error.code : 'io';
  const problem = { code: 'lease', reason, detail: errorText(error) } as const;
  return new IdentityError(problem, { cause: error });
}

/** Anything else that was thrown, as an error of the runtime. */
export function internalFailure(
  reason: InternalReason,
  detail: string,
  options?: { readonly cause?: unknown },
): IdentityError {
  return new IdentityError({ code: 'internal', reason, detail }, options);
}
