import { isTerminal } from '../../core/sessions/executionState.ts';
import { present } from '../../core/sessions/fieldReaders.ts';
import { sessionToJson } from '../../presentation/sessions/sessionJson.ts';
import { cancelSentence, sessionWordText } from '../../presentation/sessions/sessionWords.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { attach, openSessions, readSession, reportingProblems } from '../sessionAccess.ts';
import type { VerbContext } from '../verbContext.ts';

export interface CancelFlags {
  readonly reason?: string;
}

/** Asks a session to stop. The first who does so counts, and one that has ended stays as it is. */
export async function sessionCancel(
  context: VerbContext,
  sessionId: string,
  { reason }: CancelFlags,
): Promise<ExitCode> {
  const { output } = context;
  return reportingProblems(context, async () => {
    const open = openSessions(context);
    const { record, digest } = await readSession(open, sessionId);
    if (isTerminal(record.state)) {
      const word = sessionWordText(record.state.state);
      output.result(
        () => sessionToJson(record, digest),
        () => [`${sessionId} has ended already: ${word}.`],
      );
      return exitCodes.done;
    }
    const attached = await attach(open, sessionId);
    try {
      await attached.cancel(present({ code: 'user' as const, detail: reason }));
      const { state, cancelReason } = await attached.state();
      output.result(
        () => sessionToJson({ ...record, state }, digest),
        () => [
          `${sessionId} is asked to stop.`,
          ...(cancelReason ? [cancelSentence(cancelReason)] : []),
        ],
      );
      return exitCodes.done;
    } finally {
      attached.dispose();
    }
  });
}
