import { resetLossSentence } from '../../presentation/identities/identityWords.ts';
import { isConfirmed, type ConfirmFlags } from '../confirm.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { findIdentity, openIdentities, reportingIdentityProblems } from '../identityAccess.ts';
import {
  expectFree,
  isUsable,
  showResult,
  stayWithAgent,
  type StayFlags,
} from '../identityActing.ts';
import { asOwner } from '../identityCall.ts';
import { untilNothingWaits } from '../identityLeftovers.ts';
import type { AllowFlags } from '../sessionHosting.ts';
import type { VerbContext } from '../verbContext.ts';

export interface ResetFlags extends StayFlags, AllowFlags, ConfirmFlags {}

/** Has an agent begin a new conversation under the next generation. */
export function identityReset(
  context: VerbContext,
  name: string,
  flags: ResetFlags,
): Promise<ExitCode> {
  return reportingIdentityProblems(context, async () => {
    const open = openIdentities(context);
    const listed = await findIdentity(context, open, name);
    if (!isUsable(context, listed)) return exitCodes.failed;
    expectFree(listed);
    if (!(await isConfirmed(context, flags, resetLossSentence(listed)))) return exitCodes.failed;
    const { identity } = listed;
    const exitCode = await asOwner(context, open, {
      allow: flags.allow,
      work: async (call) => {
        await call.owner.reset(identity);
        return stayWithAgent(context, call, { identity, flags });
      },
    });
    const lastExitCode = await untilNothingWaits(context, open, { identity, flags, exitCode });
    await showResult(context, open, {
      identity,
      lines: ({ generation = 0 }) => [
        [
          { text: identity, tone: 'strong' },
          { text: ` begins a new conversation; it is at generation ${generation}.` },
        ],
      ],
    });
    return lastExitCode;
  });
}
