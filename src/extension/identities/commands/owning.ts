import { initRegistry } from '../../../node/initRegistry.ts';
import type { AgentIdentity } from '../../../core/identities/agentIdentity.ts';
import type { IdentityOwner } from '../../../node/identities/identityOwner.ts';
import type { IdentityServices } from '../identityServices.ts';

type Services = Pick<IdentityServices, 'lists' | 'owners'>;

/** The owner of a checkout, with a registry for those who will work. @throws Error in a restricted window */
export async function ownerOf(
  { lists, owners }: Services,
  worktree: string,
): Promise<IdentityOwner> {
  const owner = owners.of(worktree);
  const root = lists.get(worktree)?.root;
  if (root?.snapshot.state.kind === 'absent') {
    await initRegistry(root.location);
    await root.refresh();
  }
  return owner;
}

/** The same, with an agent known to it as its file describes it now. @throws RosterError, IdentityError */
export async function ownerKnowing(
  services: Services,
  { worktree, identity }: { readonly worktree: string; readonly identity: AgentIdentity },
): Promise<IdentityOwner> {
  const owner = await ownerOf(services, worktree);
  if (owner.status(identity) === undefined) await owner.registerAll();
  return owner;
}
