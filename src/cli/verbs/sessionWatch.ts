import { encodeProgressEvent } from '../../core/sessions/progressEventCodec.ts';
import type { Observation } from '../../core/sessions/sessionObserver.ts';
import type { JsonValue } from '../../presentation/agentJson.ts';
import { sessionToJson } from '../../presentation/sessions/sessionJson.ts';
import { beginTranscript, type Transcript } from '../../presentation/sessions/transcript.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { openSessions, readSession, reportingProblems } from '../sessionAccess.ts';
import { SessionFollower } from '../sessionFollower.ts';
import { sessionHeading } from '../sessionLines.ts';
import { TranscriptPrinter } from '../transcriptPrinter.ts';
import type { VerbContext } from '../verbContext.ts';

/** Shows what happened in a session and what happens, until its end or until it is asked to stop. */
export async function sessionWatch(context: VerbContext, sessionId: string): Promise<ExitCode> {
  const { output, host } = context;
  return reportingProblems(context, async () => {
    const open = openSessions(context);
    const before = await readSession(open, sessionId);
    showSession(context, before);
    const printer = new TranscriptPrinter(output);
    if (!output.isJson) printer.show(before);
    const follower = new SessionFollower(context, open, {
      // Whoever reads documents is told of each event, also of those that were.
      begin: output.isJson ? beginTranscript(before.record.header) : before,
      signal: AbortSignal.any([host.stopSignal(), output.closedSignal]),
      // Whoever only watches is not asked.
      isSilent: true,
      onDidObserve: (transcript, observation) => {
        if (output.isJson) output.document(observationToJson(observation));
        else printer.show(transcript);
      },
    });
    const last = await follower.run();
    if (output.isJson) showSession(context, last);
    return exitCodes.done;
  });
}

function showSession({ output }: VerbContext, transcript: Transcript): void {
  const { record, digest } = transcript;
  output.result(
    () => ({ type: 'session', session: sessionToJson(record, digest) }),
    () => sessionHeading(transcript),
  );
}

/** An event is told as it is recorded. */
function observationToJson(observation: Observation): JsonValue {
  if (observation.kind === 'lagged') return { type: 'missing', count: observation.count };
  return { type: 'event', event: encodeProgressEvent(observation.event) as JsonValue };
}
