import type { AgentIdentity } from './agentIdentity.ts';
import type { ContinuityRecord } from './continuityRecord.ts';
import type { DurableAgentSpec } from './durableAgentSpec.ts';
import { internalFailure } from './identityError.ts';
import type { IdentityState } from './identityState.ts';
import type { LeaseGrant } from './leaseProvider.ts';
import type { RuntimeCore } from './runtimeCore.ts';
import { stopWork } from './stopWork.ts';

/** What an identity is registered with. */
export interface Registration {
  readonly state: IdentityState;
  readonly record?: ContinuityRecord | undefined;
  readonly grant?: LeaseGrant | undefined;
}

/**
 * Enters an identity or replaces what was entered. To be called in its turn.
 * @throws IdentityError `stale-fencing-token`, `internal` for a record or a grant of another identity
 */
export async function register(
  core: RuntimeCore,
  spec: DurableAgentSpec,
  { state, record, grant }: Registration,
): Promise<void> {
  const { book, config } = core;
  const { identity } = spec;
  expectSame(identity, record);
  if (grant !== undefined) book.expectGrant(identity, grant);
  const sinceMs = config.monotonicNow();
  const entry = book.ensure(spec);
  if (grant !== undefined) book.giveLease(entry, { grant, sinceMs });
  else if (entry.lease !== undefined) book.loseLease(entry);
  await stopWork(core, entry);
  entry.adopt(record);
  book.changeState(entry, state);
}

function expectSame(identity: AgentIdentity, record: ContinuityRecord | undefined): void {
  if (record === undefined || record.identity === identity) return;
  throw internalFailure('foreign', `A record of ${record.identity} is none of ${identity}.`);
}
