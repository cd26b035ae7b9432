import { historyLine, type HistoryEntry } from '../../node/identities/historyEntry.ts';
import type { JsonValue } from '../../presentation/agentJson.ts';
import { identityToJson } from '../../presentation/identities/identityJson.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { findIdentity, openIdentities, reportingIdentityProblems } from '../identityAccess.ts';
import { historyLines, identitySheet } from '../identityLines.ts';
import type { VerbContext } from '../verbContext.ts';

export interface ShowFlags {
  readonly history: number;
}

/** Shows everything that is known of a named agent, from files alone. */
export function identityShow(
  context: VerbContext,
  name: string,
  { history: count }: ShowFlags,
): Promise<ExitCode> {
  const { output } = context;
  return reportingIdentityProblems(context, async () => {
    const open = openIdentities(context);
    const listed = await findIdentity(context, open, name);
    const history = count === 0 ? [] : open.continuity.history.read(listed.identity).slice(-count);
    output.result(
      () => ({ ...identityToJson(listed), history: history.map(entryToJson) }),
      () => [
        ...identitySheet(listed),
        ...(history.length === 0 ? [] : ['', 'History:', ...historyLines(history)]),
      ],
    );
    return exitCodes.done;
  });
}

/** As it is kept. */
function entryToJson(entry: HistoryEntry): JsonValue {
  return JSON.parse(historyLine(entry)) as JsonValue;
}
