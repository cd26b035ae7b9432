import { isSameValue } from '../../base/sameValue.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import type { DurableAgentSpec } from './durableAgentSpec.ts';

/** What has to be done so that the agents are what their specs say. */
export type ReconcileAction =
  | { readonly action: 'activate'; readonly spec: DurableAgentSpec }
  | { readonly action: 'retire'; readonly identity: AgentIdentity }
  /** Takes effect without ending anything. */
  | {
      readonly action: 'hot_reload';
      readonly identity: AgentIdentity;
      readonly spec: DurableAgentSpec;
    }
  /** Ends what runs, and goes on with it. */
  | {
      readonly action: 'respawn';
      readonly identity: AgentIdentity;
      readonly spec: DurableAgentSpec;
    };

/**
 * First all that are new, then all that are gone, then all that changed; each in the order of their names.
 * Only another profile is a reason to respawn (REQ-33).
 */
export function computeReconcileActions(
  desired: readonly DurableAgentSpec[],
  current: readonly DurableAgentSpec[],
): readonly ReconcileAction[] {
  const before = new Map(current.map((spec) => [spec.identity, spec]));
  const wanted = new Set(desired.map(({ identity }) => identity));
  const activate: ReconcileAction[] = [];
  const changed: ReconcileAction[] = [];
  for (const spec of byName(desired)) {
    const known = before.get(spec.identity);
    if (known === undefined) activate.push({ action: 'activate', spec });
    else changed.push(...changeOf(known, spec));
  }
  const retire = byName(current)
    .filter(({ identity }) => !wanted.has(identity))
    .map(({ identity }): ReconcileAction => ({ action: 'retire', identity }));
  return [...activate, ...retire, ...changed];
}

function changeOf(known: DurableAgentSpec, spec: DurableAgentSpec): readonly ReconcileAction[] {
  if (isSameValue(known, spec)) return [];
  const action = known.profile === spec.profile ? 'hot_reload' : 'respawn';
  return [{ action, identity: spec.identity, spec }];
}

function byName(specs: readonly DurableAgentSpec[]): readonly DurableAgentSpec[] {
  return [...specs].sort((a, b) => (a.identity < b.identity ? -1 : 1));
}
