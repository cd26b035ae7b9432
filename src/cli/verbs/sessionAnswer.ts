import { isTerminal } from '../../core/sessions/executionState.ts';
import { present } from '../../core/sessions/fieldReaders.ts';
import type { PauseInfo, PausePrompt } from '../../core/sessions/pause.ts';
import type { RecordedSession } from '../../core/sessions/recoverSession.ts';
import type { QueryAnswer } from '../../core/sessions/resumePayload.ts';
import { SessionError } from '../../core/sessions/sessionError.ts';
import type { AttachedSession } from '../../node/sessions/attachedSession.ts';
import { sessionToJson } from '../../presentation/sessions/sessionJson.ts';
import { questionLine, shownQuestion } from '../../presentation/sessions/shownQuestion.ts';
import { toPlainLine } from '../../presentation/plainText.ts';
import type { Transcript } from '../../presentation/sessions/transcript.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { attach, openSessions, readSession, reportingProblems } from '../sessionAccess.ts';
import { formAnswer, optionMeant, payloadOf } from '../sessionAnswers.ts';
import type { FormFieldFlag } from '../sessionFlags.ts';
import { UsageError } from '../usageError.ts';
import type { VerbContext } from '../verbContext.ts';

export interface AnswerFlags {
  readonly query?: string;
  readonly option?: string;
  readonly text?: string;
  readonly field?: readonly FormFieldFlag[];
  readonly decline?: boolean;
}

/** Answers what a session asks. */
export async function sessionAnswer(
  context: VerbContext,
  sessionId: string,
  flags: AnswerFlags,
): Promise<ExitCode> {
  expectOneAnswer(flags);
  return reportingProblems(context, async () => {
    const open = openSessions(context);
    const before = await readSession(open, sessionId);
    // What has ended needs no host to say so.
    if (isTerminal(before.record.state)) throw notPaused(before.record);
    const attached = await attach(open, sessionId);
    try {
      return await answerAttached(context, attached, { flags, before });
    } finally {
      attached.dispose();
    }
  });
}

async function answerAttached(
  { output }: VerbContext,
  attached: AttachedSession,
  { flags, before }: { readonly flags: AnswerFlags; readonly before: Transcript },
): Promise<ExitCode> {
  // The host knows more than its file.
  const { state } = await attached.state();
  const { record, digest } = before;
  // Of what was asked just now the host knows who answered it.
  const asking = [state, record.state].find((each) => each.state === 'paused');
  if (asking === undefined) throw notPaused({ ...record, state });
  const { pause } = asking;
  const prompt = promptMeant(pause, flags);
  const queryId = flags.query ?? prompt.queryId;
  const response = answerOf(prompt, flags);
  await attached.resume(payloadOf(pause, [{ queryId, response }]));
  const after = await attached.state();
  output.result(
    () => sessionToJson({ ...record, state: after.state }, digest),
    () => [`Answered: ${toPlainLine(questionLine(shownQuestion(prompt, digest.cwd)))}`],
  );
  return exitCodes.done;
}

function expectOneAnswer({ option, text, field, decline }: AnswerFlags): void {
  const given = [option, text, field, decline].filter((flag) => flag !== undefined);
  if (given.length === 1) return;
  throw new UsageError(
    given.length === 0
      ? 'Say what to answer: --option, --text, --field or --decline.'
      : 'Of --option, --text, --field and --decline only one can be meant.',
  );
}

/** One that is not open is left to the host, which knows who answered it. @throws UsageError for several */
function promptMeant({ prompts }: PauseInfo, { query }: AnswerFlags): PausePrompt {
  const [first, ...others] = prompts;
  if (first === undefined) throw new UsageError('The session does not say what it asks.');
  if (query !== undefined) return prompts.find(({ queryId }) => queryId === query) ?? first;
  if (others.length === 0) return first;
  const ids = prompts.map(({ queryId }) => toPlainLine(queryId, 60)).join(', ');
  throw new UsageError(`The session asks several questions: ${ids}. Say which with --query.`);
}

function answerOf(prompt: PausePrompt, { option, text, field }: AnswerFlags): QueryAnswer {
  if (option !== undefined) {
    return { kind: 'option', optionId: optionMeant(prompt, option) ?? option };
  }
  if (text !== undefined) return { kind: 'text', text };
  return field ? formAnswer(prompt, field) : { kind: 'declined' };
}

function notPaused({ state, lastAnswer }: RecordedSession): SessionError {
  const answered = state.state === 'running' ? lastAnswer : undefined;
  return new SessionError(present({ code: 'not-paused', actual: state.state, answered }));
}
