import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { findIdentity, openIdentities, reportingIdentityProblems } from '../identityAccess.ts';
import { expectFree, isBegun, isUsable, showResult } from '../identityActing.ts';
import { asOwner } from '../identityCall.ts';
import { embodyQuietly } from '../identityEmbodying.ts';
import type { VerbContext } from '../verbContext.ts';

/** Ends what an agent is doing. It can be started again and goes on then. */
export function identityRetire(context: VerbContext, name: string): Promise<ExitCode> {
  return reportingIdentityProblems(context, async () => {
    const open = openIdentities(context);
    const listed = await findIdentity(context, open, name);
    expectFree(listed);
    const { identity, session } = listed;
    if (session?.isRunning !== true) {
      const lines = () => [`${identity} is not running; nothing was changed.`];
      await showResult(context, open, { identity, lines });
      return exitCodes.done;
    }
    if (!isUsable(context, listed)) return exitCodes.failed;
    const exitCode = await asOwner(context, open, {
      work: async ({ owner }) => {
        const outcome = await embodyQuietly(owner, identity);
        if (!isBegun(context, outcome)) return exitCodes.failed;
        await owner.retire(identity);
        return exitCodes.done;
      },
    });
    if (exitCode !== exitCodes.done) return exitCode;
    await showResult(context, open, {
      identity,
      lines: () => [`${identity} is retired. Start it to have it go on.`],
    });
    return exitCode;
  });
}
