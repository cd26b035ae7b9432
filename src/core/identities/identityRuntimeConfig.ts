import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { RandomSource } from '../../base/randomSource.ts';
import type { ContinuityMirror } from './continuityMirror.ts';
import type { ContinuityStore } from './continuityStore.ts';
import type { DurabilityPolicy } from './durabilityPolicy.ts';
import type { LeaseProvider } from './leaseProvider.ts';
import type { SessionBridge } from './sessionBridge.ts';

/** What an identity runtime is made of. */
export interface IdentityRuntimeConfig {
  readonly store: ContinuityStore;
  readonly leases: LeaseProvider;
  /** Names this process among all that may own an identity; never used twice. */
  readonly instance: string;
  /** Whether what is dispatched survives this process; told with each dispatch. */
  readonly hasRuntimeStore: boolean;
  readonly durability: DurabilityPolicy;
  /** Without it all checks are made and nothing is delivered. */
  readonly bridge?: SessionBridge | undefined;
  /** What mirrors the store; needed by `async_replicated`, and used by nothing else. */
  readonly mirror?: ContinuityMirror | undefined;
  /** How long waits take where nothing else is said; `fallbackTimeoutMs` by default. */
  readonly defaultTimeoutMs?: number | undefined;
  readonly clock: Clock;
  /** Milliseconds that never jump. Leases are counted in them. */
  readonly monotonicNow: () => number;
  readonly random: RandomSource;
  readonly logger: Logger;
}

/** How long waits take where nothing else is said. */
export const fallbackTimeoutMs = 90_000;
