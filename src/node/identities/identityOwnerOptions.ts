import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { RandomSource } from '../../base/randomSource.ts';
import type { DurabilityPolicy } from '../../core/identities/durabilityPolicy.ts';
import type { RosterProvider } from '../../core/identities/rosterProvider.ts';
import type { SessionBridge } from '../../core/identities/sessionBridge.ts';
import type { TopologyProvider } from '../../core/identities/topologyProvider.ts';
import type { ConversationBridge } from './conversationBridge.ts';
import type { OpenContinuity } from './openContinuity.ts';

/** The agents themselves, as an owner needs them. */
export type OwnerBridge = SessionBridge &
  Pick<
    ConversationBridge,
    | 'isBusy'
    | 'wasBegun'
    | 'updateSpec'
    | 'dispose'
    | 'onDidStartTurn'
    | 'onDidEndTurn'
    | 'onDidDropDelivery'
  >;

export interface IdentityOwnerOptions {
  readonly continuity: Pick<
    OpenContinuity,
    'folder' | 'store' | 'leases' | 'inbox' | 'history' | 'mirror'
  >;
  readonly bridge: OwnerBridge;
  readonly specs: RosterProvider & TopologyProvider;
  /** Names this process among all owners; never used twice. */
  readonly instance: string;
  /** Who owns, as people are told. */
  readonly label?: string | undefined;
  /** The time to live of the leases of `continuity`. */
  readonly leaseTtlMs?: number | undefined;
  readonly durability?: DurabilityPolicy | undefined;
  readonly clock: Clock;
  /** Milliseconds that never jump. */
  readonly monotonicNow: () => number;
  readonly random: RandomSource;
  readonly logger: Logger;
}
