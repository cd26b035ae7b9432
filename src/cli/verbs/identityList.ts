import { identityToJson } from '../../presentation/identities/identityJson.ts';
import { listedProblemText } from '../../presentation/identities/identityWords.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { listOf, openIdentities, reportingIdentityProblems } from '../identityAccess.ts';
import { identityTable } from '../identityLines.ts';
import type { VerbContext } from '../verbContext.ts';

/** Shows the named agents, and says which descriptions cannot be used. Starts nobody. */
export function identityList(context: VerbContext): Promise<ExitCode> {
  const { output } = context;
  return reportingIdentityProblems(context, async () => {
    const { identities, problems } = await listOf(context, openIdentities(context));
    output.result(
      () => ({ identities: identities.map(identityToJson) }),
      () => identityTable(identities),
    );
    const all = [...identities.flatMap((each) => each.problems), ...problems];
    output.notes(all.map((problem) => listedProblemText(problem)));
    if (!output.isJson && identities.length + all.length === 0) {
      output.notes(['No agents are named yet. "heddle-agents identity new NAME" names one.']);
    }
    return exitCodes.done;
  });
}
