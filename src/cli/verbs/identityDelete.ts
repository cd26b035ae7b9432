import { deleteLossSentence } from '../../presentation/identities/identityWords.ts';
import { toPlainLine } from '../../presentation/plainText.ts';
import { isConfirmed, type ConfirmFlags } from '../confirm.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { findIdentity, openIdentities, reportingIdentityProblems } from '../identityAccess.ts';
import { expectFree, showResult } from '../identityActing.ts';
import { asOwner } from '../identityCall.ts';
import type { VerbContext } from '../verbContext.ts';

/** Removes what lasts of an agent. Its description, if there is one, stays. */
export function identityDelete(
  context: VerbContext,
  name: string,
  flags: ConfirmFlags,
): Promise<ExitCode> {
  return reportingIdentityProblems(context, async () => {
    const open = openIdentities(context);
    const listed = await findIdentity(context, open, name);
    expectFree(listed);
    if (!(await isConfirmed(context, flags, deleteLossSentence(listed)))) return exitCodes.failed;
    const { identity, specPath } = listed;
    await asOwner(context, open, { work: ({ owner }) => owner.delete(identity) });
    await showResult(context, open, {
      identity,
      lines: () => [
        `What lasted of ${identity} is deleted.`,
        ...(specPath === undefined ? [] : [`${toPlainLine(specPath, 4096)} still describes it.`]),
      ],
    });
    return exitCodes.done;
  });
}
