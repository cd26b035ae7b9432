import { errorText } from '../../base/errorText.ts';
import type {
  ContinuityFailure,
  ContinuityFailureKind,
  ContinuityRecord,
} from './continuityRecord.ts';
import type { IdentityEntry } from './identityBook.ts';
import { isIdentityError } from './identityError.ts';
import type { RuntimeCore } from './runtimeCore.ts';
import { BridgeError } from './sessionBridge.ts';
import { endMember } from './stopWork.ts';
import type { Tenure } from './tenure.ts';

/** What could not be gone on with, and why. */
export interface ParkReason {
  readonly error: unknown;
  /** For what is not a failure of the store. */
  readonly kind: ContinuityFailureKind;
  readonly record?: ContinuityRecord | undefined;
}

/** A failure of the runtime as what is kept of it. */
export function failureOf(
  { identity }: Pick<Tenure, 'identity'>,
  { error, kind, record }: ParkReason,
): ContinuityFailure {
  return {
    identity,
    kind: isOfSnapshot(error)
      ? 'snapshot_corrupted'
      : isIdentityError(error, 'store')
        ? 'store_unavailable'
        : kind,
    ...(record === undefined ? {} : { record }),
    detail: errorText(error),
  };
}

/** Whether it is the checkpoint that is spoiled. */
function isOfSnapshot(error: unknown): boolean {
  if (isIdentityError(error) && error.problem.code === 'store') {
    return error.problem.problem.code === 'corruption';
  }
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof BridgeError && cause.code === 'snapshot';
}

/**
 * An identity that could not be embodied is broken, and free for others to try. Where the right to it has
 * gone already, it is merely not embodied here. Nothing of it goes on running.
 */
export async function park(
  core: RuntimeCore,
  entry: IdentityEntry | undefined,
  tenure: Tenure,
  failure: ContinuityFailure,
): Promise<void> {
  const { book } = core;
  if (entry !== undefined && book.isCurrent(entry)) {
    const isOwned = entry.lease?.grant.token === tenure.token && book.isOwned(entry);
    if (failure.record !== undefined) entry.adopt(failure.record);
    if (entry.record !== undefined) await endMember(core, entry.record, failure.detail);
    if (entry.lease?.grant.token === tenure.token) book.loseLease(entry);
    if (isOwned) book.changeState(entry, 'broken', { failure });
    else book.changeState(entry, 'dormant', { detail: failure.detail });
  }
  await core.leases.release([tenure.lease.grant]);
}

/** Gives a lease up that is not needed any more. */
export async function giveUp(
  core: RuntimeCore,
  entry: IdentityEntry | undefined,
  tenure: Tenure,
): Promise<void> {
  if (entry?.lease?.grant.token === tenure.token) core.book.loseLease(entry);
  await core.leases.release([tenure.lease.grant]);
}
