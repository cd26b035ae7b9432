import type { AgentIdentity } from '../core/identities/agentIdentity.ts';
import type { DurableAgentSpec } from '../core/identities/durableAgentSpec.ts';
import type { ListedIdentity } from '../core/identities/listedIdentity.ts';
import {
  computeReconcileActions,
  type ReconcileAction,
} from '../core/identities/reconcileActions.ts';
import { decodeConversation } from '../node/identities/conversation.ts';
import type { OpenIdentities } from './identityAccess.ts';

/** What is to be done with an agent, and what is known of it. */
export interface PlannedAction {
  readonly action: ReconcileAction;
  readonly listed: ListedIdentity;
}

/**
 * What has to be done so that what lasts of agents is what their descriptions say. A description that
 * cannot be used is left alone: it is mended, not carried out.
 */
export async function plannedActions(
  { continuity }: OpenIdentities,
  identities: readonly ListedIdentity[],
): Promise<readonly PlannedAction[]> {
  const whole = identities.filter(
    ({ spec, specPath }) => spec !== undefined || specPath === undefined,
  );
  const desired = whole.flatMap(({ spec }) => spec ?? []);
  const current: DurableAgentSpec[] = [];
  for (const listed of whole) {
    if (listed.record === undefined) continue;
    const { identity, sessionId } = listed.record;
    const snapshot = await continuity.store
      .loadSnapshot(identity, sessionId)
      // What is broken is said where it is started.
      .catch(() => undefined);
    const agent = snapshot && agentIn(snapshot);
    current.push(formerSpec(listed, agent));
  }
  return computeReconcileActions(desired, current).flatMap((action) => {
    const listed = whole.find(({ identity }) => identity === identityOf(action));
    if (listed === undefined || isDone(action, listed)) return [];
    return [{ action, listed }];
  });
}

/** What is described is known by its file, and of what is not described any more only work has to end. */
function isDone({ action }: ReconcileAction, { session }: ListedIdentity): boolean {
  return action === 'activate' || (action === 'retire' && session?.isRunning !== true);
}

/** Whom an action is about. */
function identityOf(action: ReconcileAction): AgentIdentity {
  return action.action === 'activate' ? action.spec.identity : action.identity;
}

/** Whether carrying it out ends what an agent is doing. */
export function endsWork({ action, listed }: PlannedAction): boolean {
  const isEnding = action.action === 'retire' || action.action === 'respawn';
  return isEnding && listed.session?.isRunning === true;
}

function agentIn(snapshot: Parameters<typeof decodeConversation>[0]): string | undefined {
  try {
    return decodeConversation(snapshot).agent;
  } catch {
    return undefined;
  }
}

/** Of the description of before only the agent lasts. */
function formerSpec(
  { identity, spec }: ListedIdentity,
  agent: string | undefined,
): DurableAgentSpec {
  const nothing = { addressability: 'addressable', labels: {} } as const;
  const empty = { additionalInstructions: [], peers: [] };
  const base = spec ?? { identity, profile: agent ?? '', ...nothing, ...empty };
  return agent === undefined ? base : { ...base, profile: agent };
}
