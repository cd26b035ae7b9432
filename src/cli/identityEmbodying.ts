import type { AgentIdentity } from '../core/identities/agentIdentity.ts';
import type { IdentityOwner } from '../node/identities/identityOwner.ts';
import { startOutcomeOf, type StartOutcome } from '../node/identities/startOutcome.ts';

/** Takes an agent as it is, without bringing it what waits for it. @throws IdentityError */
export async function embodyQuietly(
  { runtime }: Pick<IdentityOwner, 'runtime'>,
  identity: AgentIdentity,
): Promise<StartOutcome> {
  return startOutcomeOf(identity, await runtime.materialize(identity));
}
