import type { UsageCost } from './usageCost.ts';

/** Limits of spending in US dollars; absent ones do not exist. */
export interface SpendingLimits {
  /** For one agent with its children. */
  readonly perAgentUsd?: number | undefined;
  /** For all agents of a repository together. */
  readonly perRepositoryUsd?: number | undefined;
}

export type SpendingVerdict =
  | { readonly kind: 'no-limit' }
  | {
      readonly kind: 'under' | 'near' | 'over';
      readonly spentMicrosUsd: number;
      readonly limitMicrosUsd: number;
      /** Some of it has no known price, so that more was spent than this. */
      readonly isLowerBound: boolean;
    };

/** The part of a limit at which it is called near. */
export const nearShare = 0.8;

/**
 * Compares what was spent with a limit in US dollars. From 80 % on it is `near`, from the limit on
 * `over`. A limit of 0 is over at the first millionth. What has no price counts as nothing, marked.
 */
export function spendingVerdict(cost: UsageCost, limitUsd: number | undefined): SpendingVerdict {
  if (limitUsd === undefined || !Number.isFinite(limitUsd) || limitUsd < 0) {
    return { kind: 'no-limit' };
  }
  const limitMicrosUsd = Math.round(limitUsd * 1e6);
  const spentMicrosUsd = cost.atLeastMicrosUsd;
  return {
    kind: kindOf(spentMicrosUsd, limitMicrosUsd),
    spentMicrosUsd,
    limitMicrosUsd,
    isLowerBound: cost.microsUsd === undefined,
  };
}

function kindOf(spent: number, limit: number): 'under' | 'near' | 'over' {
  if (spent > 0 && spent >= limit) return 'over';
  return spent > 0 && spent >= limit * nearShare ? 'near' : 'under';
}
