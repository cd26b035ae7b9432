import type { ActivityEvent } from '../activity/activityEvent.ts';
import type { LivenessVerdict } from '../agents/liveness.ts';
import type { LockConfig } from './lockConfig.ts';
import type { LockHolder, LockWait } from './lockHolder.ts';

/** What can be known of holders beyond what they wrote themselves. */
export interface Look {
  verdictOf(holder: LockHolder): LivenessVerdict;
  waitVerdictOf(wait: LockWait): LivenessVerdict;
  /** True when the first spawned the second, directly or through others. */
  isAncestor(ancestor: LockHolder, descendant: LockHolder): boolean;
}

/** The instant at which a rule is applied, and what is known then. */
export interface LockMoment {
  /** Wall-clock milliseconds. */
  readonly nowMs: number;
  readonly config: LockConfig;
  readonly look: Look;
  /** Told of everything that belongs in the activity log. */
  readonly record: (event: ActivityEvent) => void;
}

const unknown: LivenessVerdict = { liveness: 'unknown', reason: 'no-process' };

/** Nothing is known but what holders wrote: time alone decides, as in the seed. */
export const blindLook: Look = {
  verdictOf: () => unknown,
  waitVerdictOf: () => unknown,
  isAncestor: () => false,
};
