import type { AgentIdentity } from '../core/identities/agentIdentity.ts';
import { exitCodes, type ExitCode } from './exitCodes.ts';
import type { OpenIdentities } from './identityAccess.ts';
import { isBegun, lookAgain, stayWithAgent, type StayFlags } from './identityActing.ts';
import { asOwner } from './identityCall.ts';
import type { AllowFlags } from './sessionHosting.ts';
import type { VerbContext } from './verbContext.ts';

/**
 * Brings what was left for an agent at the moment at which this call, or another one, gave it up: whoever
 * left it relies on the owner of before. What goes on without this call is left to whoever owns it next.
 */
export async function untilNothingWaits(
  context: VerbContext,
  open: OpenIdentities,
  {
    identity,
    flags,
    exitCode = exitCodes.done,
  }: {
    readonly identity: AgentIdentity;
    readonly flags: StayFlags & AllowFlags;
    /** How it went so far; only what went well is gone on with. */
    readonly exitCode?: ExitCode;
  },
): Promise<ExitCode> {
  if (flags.detach === true) return exitCode;
  let last = exitCode;
  while (last === exitCodes.done) {
    const { lease, waitingMessages } = await lookAgain(context, open, identity);
    if (lease !== undefined || waitingMessages === 0) break;
    last = await asOwner(context, open, {
      allow: flags.allow,
      work: async (call) => {
        const [outcome] = await call.owner.start([identity]);
        // Somebody else has it, and brings it.
        if (outcome?.kind === 'held_elsewhere') return exitCodes.done;
        if (outcome === undefined || !isBegun(context, outcome)) return exitCodes.failed;
        return stayWithAgent(context, call, { identity, flags });
      },
    });
  }
  return last;
}
