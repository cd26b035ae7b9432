import type { ExitCode } from '../exitCodes.ts';
import { sayToIdentity, type MessageFlags } from '../identityMessage.ts';
import type { VerbContext } from '../verbContext.ts';

/** Says something to an agent that takes messages. */
export function identitySend(
  context: VerbContext,
  name: string,
  flags: MessageFlags,
): Promise<ExitCode> {
  return sayToIdentity(context, name, { flags, kind: { mode: 'send', origin: 'person' } });
}
