import type { AgentIdentity, AgentRuntimeId } from './agentIdentity.ts';
import type { CheckpointLag } from './checkpointWriter.ts';
import type {
  CheckpointVersion,
  ContinuityFailure,
  ContinuityGeneration,
} from './continuityRecord.ts';
import type { DurabilityPolicy } from './durabilityPolicy.ts';
import type { AgentAddressability, DurableAgentSpec } from './durableAgentSpec.ts';
import { leaseInfo, type LeaseInfo } from './heldLease.ts';
import type { IdentityEntry } from './identityBook.ts';
import type { IdentityState } from './identityState.ts';
import type { LeaseHolder } from './leaseProvider.ts';
import type { RuntimeCore } from './runtimeCore.ts';

/** How safe the continuity of an identity is. */
export interface ContinuityHealth extends CheckpointLag {
  /** Whether the store did its work the last time that it was asked. */
  readonly isStoreReachable: boolean;
  readonly durability: DurabilityPolicy;
  /** Absent before the first checkpoint. */
  readonly lastCheckpointVersion?: CheckpointVersion | undefined;
}

/** All that a runtime knows of an identity, at one moment. Plain data. */
export interface IdentityStatus {
  readonly identity: AgentIdentity;
  readonly state: IdentityState;
  readonly runtimeId?: AgentRuntimeId | undefined;
  readonly sessionId?: string | undefined;
  readonly profile: string;
  readonly addressability: AgentAddressability;
  readonly displayName?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly generation?: ContinuityGeneration | undefined;
  /** Absent before the first checkpoint. */
  readonly checkpointVersion?: CheckpointVersion | undefined;
  /** Present while it is held here, also when its time has passed. */
  readonly lease?: LeaseInfo | undefined;
  readonly continuityHealth: ContinuityHealth;
  /** Why it is broken. */
  readonly failure?: ContinuityFailure | undefined;
  /** Who had it when it was last asked for, if not this process. */
  readonly heldBy?: LeaseHolder | undefined;
}

/** An identity with what it should be and how it is. */
export interface RosterEntry {
  readonly spec: DurableAgentSpec;
  readonly status: IdentityStatus;
}

/** The status of an entry. */
export function statusOf(core: RuntimeCore, entry: IdentityEntry): IdentityStatus {
  const { identity, state, record, lease, failure, heldBy, spec } = entry;
  const { profile, addressability, displayName, labels } = spec;
  const version = entry.checkpointVersion;
  return {
    identity,
    state,
    ...(record && { runtimeId: record.runtimeId, sessionId: record.sessionId }),
    profile,
    addressability,
    ...(displayName === undefined ? {} : { displayName }),
    labels,
    ...(record && { generation: record.generation }),
    ...(version > 0 && { checkpointVersion: version }),
    ...(lease && { lease: leaseInfo(lease, core.config.monotonicNow()) }),
    continuityHealth: {
      isStoreReachable: core.store.isReachable,
      durability: core.config.durability,
      ...(version > 0 && { lastCheckpointVersion: version }),
      ...core.checkpoints.lag(identity),
    },
    ...(failure && { failure }),
    ...(heldBy && { heldBy }),
  };
}
