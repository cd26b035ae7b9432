import { IdentityError } from '../../core/identities/identityError.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { findIdentity, openIdentities, reportingIdentityProblems } from '../identityAccess.ts';
import {
  expectFree,
  isUsable,
  showResult,
  stateLine,
  stayWithAgent,
  type StayFlags,
} from '../identityActing.ts';
import { asOwner } from '../identityCall.ts';
import { untilNothingWaits } from '../identityLeftovers.ts';
import type { AllowFlags } from '../sessionHosting.ts';
import type { VerbContext } from '../verbContext.ts';

export type RespawnFlags = StayFlags & AllowFlags;

/** Has an agent go on with the same conversation, after whatever kept it from that. */
export function identityRespawn(
  context: VerbContext,
  name: string,
  flags: RespawnFlags,
): Promise<ExitCode> {
  return reportingIdentityProblems(context, async () => {
    const open = openIdentities(context);
    const listed = await findIdentity(context, open, name);
    if (!isUsable(context, listed)) return exitCodes.failed;
    expectFree(listed);
    const { identity, state } = listed;
    if (state === 'uninitialized') {
      throw new IdentityError({
        code: 'internal',
        reason: 'no-record',
        detail: `${identity} was never started, so there is nothing to go on with. Start it.`,
      });
    }
    const exitCode = await asOwner(context, open, {
      allow: flags.allow,
      work: async (call) => {
        await call.owner.respawn(identity);
        // So that whoever starts it next finds what it goes on with.
        await call.keep(identity);
        return stayWithAgent(context, call, { identity, flags });
      },
    });
    const lastExitCode = await untilNothingWaits(context, open, { identity, flags, exitCode });
    await showResult(context, open, {
      identity,
      lines: (now) => [stateLine(now, 'goes on with its conversation.')],
    });
    return lastExitCode;
  });
}
