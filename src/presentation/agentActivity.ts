import type { AgentSnapshot } from '../core/agents/registrySnapshot.ts';
import type { AgentNow } from '../core/harness/agentNow.ts';
import type { Crossing } from './usageLimits.ts';
import type { ShownUsage } from './usageShown.ts';

/**
 * What is known of an agent beyond its entry. Each part is the same object while it looks the same, so
 * that rows are compared without a look into them.
 */
export interface AgentActivity {
  /** What it does, as its hooks tell. */
  readonly now?: AgentNow | undefined;
  /** What it used itself. */
  readonly usage?: ShownUsage | undefined;
  /** The same with all agents below it; undefined when there are none. */
  readonly withChildren?: ShownUsage | undefined;
  /** The limit of spending that it is near or over. */
  readonly crossing?: Crossing | undefined;
}

export const noActivity: AgentActivity = {};

/** Finds what is known of an agent of a root. */
export type FindActivity = (root: string, agent: AgentSnapshot) => AgentActivity;

export function isSameActivity(a: AgentActivity, b: AgentActivity): boolean {
  return (
    a.now === b.now &&
    a.usage === b.usage &&
    a.withChildren === b.withChildren &&
    isSameCrossing(a.crossing, b.crossing)
  );
}

function isSameCrossing(a: Crossing | undefined, b: Crossing | undefined): boolean {
  return (
    a === b ||
    (a?.kind === b?.kind &&
      a?.spentMicrosUsd === b?.spentMicrosUsd &&
      a?.limitMicrosUsd === b?.limitMicrosUsd &&
      a?.isLowerBound === b?.isLowerBound)
  );
}
