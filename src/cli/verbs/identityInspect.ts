import { identityToJson } from '../../presentation/identities/identityJson.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { findIdentity, openIdentities, reportingIdentityProblems } from '../identityAccess.ts';
import { identityHeading } from '../identityLines.ts';
import { lastOutputOf } from '../identityOutput.ts';
import type { VerbContext } from '../verbContext.ts';

/** Shows what an agent is doing now and what it said last, from files alone. */
export function identityInspect(context: VerbContext, name: string): Promise<ExitCode> {
  const { output } = context;
  return reportingIdentityProblems(context, async () => {
    const listed = await findIdentity(context, openIdentities(context), name);
    const lastOutput = await lastOutputOf(context, listed);
    const { session, peers } = listed;
    output.result(
      () => identityToJson({ ...listed, lastOutput }),
      () => [
        identityHeading(listed),
        ...(session?.isRunning === true ? [`  It is at work in ${session.sessionId}.`] : []),
        ...(peers.length === 0 ? [] : [`  It can write to ${peers.join(', ')}.`]),
        ...(lastOutput === undefined ? ['  It has said nothing yet.'] : lastOutput.split('\n')),
      ],
    );
    return exitCodes.done;
  });
}
