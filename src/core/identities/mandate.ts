import type { AgentIdentity } from './agentIdentity.ts';
import type { FencingToken } from './continuityRecord.ts';
import { IdentityError } from './identityError.ts';
import type { RuntimeCore } from './runtimeCore.ts';
import type { Mandate } from './sessionBridge.ts';

/** The right to an identity under a token, which a bridge can ask for anew at any moment. */
export function mandateOf(
  { config }: Pick<RuntimeCore, 'config'>,
  identity: AgentIdentity,
  token: FencingToken,
): Mandate {
  const { leases } = config;
  if (leases.isFollowed === undefined) return { token };
  const isOurs = async (): Promise<boolean> => {
    try {
      return (await leases.isFollowed?.(identity, token)) === false;
    } catch {
      return false;
    }
  };
  return { token, isOurs };
}

/**
 * The right to an identity, looked at once more: what this process knows may be older than what happened.
 * @throws IdentityError `no-active-lease` when somebody else owns it by now, or nobody can tell
 */
export async function currentMandate(
  core: Pick<RuntimeCore, 'config'>,
  identity: AgentIdentity,
  token: FencingToken,
): Promise<Mandate> {
  const mandate = mandateOf(core, identity, token);
  if ((await mandate.isOurs?.()) !== false) return mandate;
  throw new IdentityError({ code: 'no-active-lease', identity });
}
