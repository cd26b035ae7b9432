import { sessionToJson } from '../../presentation/sessions/sessionJson.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { answerCommands } from '../answerHint.ts';
import { openSessions, readSession, reportingProblems } from '../sessionAccess.ts';
import { sessionFigures, sessionHeading } from '../sessionLines.ts';
import { entryLines } from '../sessionEntryLines.ts';
import type { TextLine } from '../textLine.ts';
import type { Transcript } from '../../presentation/sessions/transcript.ts';
import { shownQuestion } from '../../presentation/sessions/shownQuestion.ts';
import type { VerbContext } from '../verbContext.ts';

/** Shows everything that happened in one session. */
export async function sessionShow(context: VerbContext, sessionId: string): Promise<ExitCode> {
  const { output, host } = context;
  return reportingProblems(context, async () => {
    const transcript = await readSession(openSessions(context), sessionId);
    const { record, digest, entries, droppedEntries } = transcript;
    output.result(
      () => sessionToJson(record, digest),
      () => [
        ...sessionHeading(transcript),
        ...sessionFigures(transcript, host.clock.now()),
        '',
        ...(droppedEntries > 0 ? [`… ${droppedEntries} earlier entries are not shown`] : []),
        ...entries.flatMap(entryLines),
        ...howToAnswer(transcript),
      ],
    );
    return exitCodes.done;
  });
}

function howToAnswer({ record, digest }: Transcript): readonly TextLine[] {
  const { state, header } = record;
  if (state.state !== 'paused') return [];
  const questions = state.pause.prompts.map((prompt) => shownQuestion(prompt, digest.cwd));
  const commands = answerCommands(header.sessionId, questions);
  return ['Answer with:', ...commands.map((command) => `  ${command}`)];
}
