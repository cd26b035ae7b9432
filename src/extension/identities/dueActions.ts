import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { ReconcileAction } from '../../core/identities/reconcileActions.ts';
import type { IdentityOwner } from '../../node/identities/identityOwner.ts';
import type { PlaceIdentities } from './placeIdentities.ts';

/**
 * What has to be done so that the agents of this window are what their files say. A file that cannot be
 * used for the moment says nothing: its agent goes on as it is. @throws RosterError
 */
export async function dueActions(
  owner: Pick<IdentityOwner, 'reconcileActions' | 'held'>,
  place: Pick<PlaceIdentities, 'get'>,
): Promise<readonly ReconcileAction[]> {
  const held = new Set(owner.held());
  const actions = await owner.reconcileActions();
  return actions.filter((action) => {
    if (action.action !== 'retire') return true;
    const { identity } = action;
    return held.has(identity) && place.get(identity)?.listed.specPath === undefined;
  });
}

export function identityOf(action: ReconcileAction): AgentIdentity {
  return action.action === 'activate' ? action.spec.identity : action.identity;
}

/** Whether it ends something that is ready or at work here. */
export function endsSomething(
  action: ReconcileAction,
  owner: Pick<IdentityOwner, 'held'>,
): boolean {
  const isHeld = owner.held().includes(identityOf(action));
  return isHeld && (action.action === 'retire' || action.action === 'respawn');
}
