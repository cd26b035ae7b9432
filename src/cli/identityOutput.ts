import type { ListedIdentity } from '../core/identities/listedIdentity.ts';
import { shownText } from '../presentation/sessions/boundedText.ts';
import { openSessions, readSession } from './sessionAccess.ts';
import type { VerbContext } from './verbContext.ts';

/**
 * What an agent said last: in the session that runs, else in the last one. Undefined when that is not
 * known.
 */
export async function lastOutputOf(
  context: VerbContext,
  { session, lastOutput }: ListedIdentity,
): Promise<string | undefined> {
  if (session?.isRunning !== true) return lastOutput;
  const { entries } = await readSession(openSessions(context), session.sessionId);
  const said = entries.findLast(
    (entry) => entry.kind === 'message' && entry.role === 'agent' && !entry.isReplayed,
  );
  return said?.kind === 'message' ? shownText(said.text) : undefined;
}
