import { IdentityError } from '../../core/identities/identityError.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { findIdentity, openIdentities, reportingIdentityProblems } from '../identityAccess.ts';
import { expectFree, isBegun, isUsable, showResult } from '../identityActing.ts';
import { asOwner } from '../identityCall.ts';
import { embodyQuietly } from '../identityEmbodying.ts';
import type { VerbContext } from '../verbContext.ts';

/** Keeps where the conversation of an agent stands now. */
export function identityCheckpoint(context: VerbContext, name: string): Promise<ExitCode> {
  return reportingIdentityProblems(context, async () => {
    const open = openIdentities(context);
    const listed = await findIdentity(context, open, name);
    if (!isUsable(context, listed)) return exitCodes.failed;
    expectFree(listed);
    const { identity, record } = listed;
    if (record === undefined && listed.failure === undefined) {
      const detail = `${identity} was never started, so there is nothing to keep. Start it.`;
      throw new IdentityError({ code: 'internal', reason: 'no-record', detail });
    }
    const exitCode = await asOwner(context, open, {
      work: async ({ owner }) => {
        if (!isBegun(context, await embodyQuietly(owner, identity))) return exitCodes.failed;
        await owner.checkpoint(identity);
        return exitCodes.done;
      },
    });
    if (exitCode !== exitCodes.done) return exitCode;
    await showResult(context, open, {
      identity,
      lines: ({ checkpointVersion = 0 }) => [`${identity} has checkpoint ${checkpointVersion}.`],
    });
    return exitCode;
  });
}
