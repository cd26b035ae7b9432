import type { RegistrySet } from '../registrySet.ts';
import type { SessionAgents } from '../sessions/sessionAgents.ts';
import type { WindowIdentity } from '../windowIdentity.ts';
import type { IdentityListSet } from './identityListSet.ts';
import type { IdentityOwners } from './identityOwners.ts';
import type { IdentityPanels } from './identityPanels.ts';

/** What the commands of named agents work with. */
export interface IdentityServices {
  readonly registries: RegistrySet;
  readonly lists: IdentityListSet;
  readonly owners: IdentityOwners;
  readonly panels: Pick<IdentityPanels, 'show'>;
  readonly agents: SessionAgents;
  readonly person: Pick<WindowIdentity, 'nameIn'>;
}
