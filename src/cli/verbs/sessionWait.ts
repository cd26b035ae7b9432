import { isTerminal } from '../../core/sessions/executionState.ts';
import { sessionToJson } from '../../presentation/sessions/sessionJson.ts';
import { cancelSentence } from '../../presentation/sessions/sessionWords.ts';
import type { Transcript } from '../../presentation/sessions/transcript.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { exitCodeOfEnd, openSessions, readSession, reportingProblems } from '../sessionAccess.ts';
import { entryLines } from '../sessionEntryLines.ts';
import { SessionFollower } from '../sessionFollower.ts';
import { sessionStateSpan } from '../sessionLines.ts';
import type { TextLine } from '../textLine.ts';
import type { VerbContext } from '../verbContext.ts';

/** Waits until a session has ended, and says how. */
export async function sessionWait(context: VerbContext, sessionId: string): Promise<ExitCode> {
  const { output, host } = context;
  return reportingProblems(context, async () => {
    const open = openSessions(context);
    const follower = new SessionFollower(context, open, {
      begin: await readSession(open, sessionId),
      signal: AbortSignal.any([host.stopSignal(), output.closedSignal]),
    });
    const last = await follower.run();
    output.result(
      () => sessionToJson(last.record, last.digest),
      () => endLines(last),
    );
    return isTerminal(last.record.state)
      ? exitCodeOfEnd(last.record.state.state)
      : exitCodes.failed;
  });
}

function endLines({ record, digest, entries }: Transcript): readonly TextLine[] {
  const { header, state } = record;
  const end = entries.at(-1);
  return [
    [{ text: `${header.sessionId} is ` }, sessionStateSpan({ record, digest }), { text: '.' }],
    ...(state.state === 'cancelled' ? [cancelSentence(state.cancel.reason)] : []),
    ...(end?.kind === 'end' && state.state === 'failed' ? entryLines(end) : []),
  ];
}
