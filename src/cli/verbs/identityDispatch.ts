import type { DeliveryOrigin } from '../../core/identities/sessionBridge.ts';
import type { ExitCode } from '../exitCodes.ts';
import { sayToIdentity, type MessageFlags } from '../identityMessage.ts';
import type { VerbContext } from '../verbContext.ts';

export interface DispatchFlags extends MessageFlags {
  readonly origin: DeliveryOrigin;
}

/** Brings something to an agent from a program, also to one that is internal only. */
export function identityDispatch(
  context: VerbContext,
  name: string,
  flags: DispatchFlags,
): Promise<ExitCode> {
  const { origin } = flags;
  return sayToIdentity(context, name, { flags, kind: { mode: 'dispatch', origin } });
}
