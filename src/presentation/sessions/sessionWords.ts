import type { CancelReason } from '../../core/sessions/cancellation.ts';
import { isTerminal, type ExecutionState } from '../../core/sessions/executionState.ts';
import type { FailureInfo, FailureKind } from '../../core/sessions/failure.ts';
import type { GivenAnswer } from '../../core/sessions/resumePayload.ts';
import { sessionProblemText, type SessionProblem } from '../../core/sessions/sessionError.ts';
import { inEnglish, type Translate } from '../agentWording.ts';
import { toPlainBlock, toPlainLine } from '../plainText.ts';
import { isLogInNeeded } from './logInNeeded.ts';

const maxNameLength = 60;
const maxDetailLength = 300;
const maxMessageLength = 1000;

/** Where a session stands, in one word for each look that it has. */
export type SessionWord = 'running' | 'paused' | 'cancelling' | 'done' | 'cancelled' | 'failed';

/** The word of a session; one that is being wound up is not simply running. */
export function sessionWord(
  { state }: ExecutionState,
  cancelReason: CancelReason | undefined,
): SessionWord {
  return state === 'running' && cancelReason !== undefined ? 'cancelling' : state;
}

/** The word as people read it. */
export function sessionWordText(word: SessionWord, t: Translate = inEnglish): string {
  switch (word) {
    case 'running':
      return t('running');
    case 'paused':
      return t('waiting for you');
    case 'cancelling':
      return t('being cancelled');
    case 'done':
      return t('done');
    case 'cancelled':
      return t('cancelled');
    case 'failed':
      return t('failed');
  }
}

/** Why a session was cancelled, a whole sentence. */
export function cancelSentence(reason: CancelReason, t: Translate = inEnglish): string {
  const detail = toPlainLine(reason.detail ?? '', maxDetailLength);
  const sentence = whoCancelled(reason, t);
  return detail === '' ? `${sentence}.` : t('{0}: {1}', sentence, withStop(detail));
}

function whoCancelled({ code, by }: CancelReason, t: Translate): string {
  const name = toPlainLine(by ?? '', maxNameLength);
  switch (code) {
    case 'user':
      return name === '' ? t('Cancelled by a person') : t('Cancelled by {0}', name);
    case 'timeout':
      return t('Cancelled because it took too long');
    case 'parent-dropped':
      return t('Cancelled because whoever it worked for has ended');
    case 'system-shutdown':
      return t('Cancelled because the process that runs it was told to end');
    case 'internal':
      return t('Cancelled because something went wrong here');
  }
}

/** A failure, made harmless and ready to be shown. */
export interface ShownFailure {
  /** What kind of thing went wrong, without a stop. */
  readonly title: string;
  /** What is known of it, a sentence. */
  readonly message: string;
  /** How the program ended; undefined when it did not, or when that is not known. */
  readonly ending: string | undefined;
  /** The last that the program wrote to its error output, in lines; empty for nothing. */
  readonly stderr: string;
}

export function shownFailure(
  { kind, message, process }: FailureInfo,
  t: Translate = inEnglish,
): ShownFailure {
  return {
    title: isLogInNeeded({ kind, message }) ? t('A log-in is needed') : failureTitle(kind, t),
    message: toPlainLine(message, maxMessageLength),
    ending: process && endingText(process, t),
    stderr: toPlainBlock(process?.stderrTail ?? '').trimEnd(),
  };
}

function failureTitle(kind: FailureKind, t: Translate): string {
  switch (kind) {
    case 'agent-error':
      return t('The agent could not go on');
    case 'engine-error':
      return t('Running the agent went wrong');
    case 'host-died':
      return t('The process that ran the session is gone');
    case 'timeout':
      return t('The agent took too long');
    case 'protocol-error':
      return t('The agent said something that makes no sense');
    case 'spawn-failed':
      return t('The agent could not be started');
    case 'other':
      return t('The session failed');
  }
}

function endingText(
  { exitCode, signal }: NonNullable<FailureInfo['process']>,
  t: Translate,
): string | undefined {
  if (signal !== undefined) return t('ended by {0}', toPlainLine(signal, maxNameLength));
  return exitCode === undefined ? undefined : t('exit code {0}', exitCode);
}

/** Why an agent stopped, a sentence; undefined when it simply was at the end. */
export function stopSentence(
  stopReason: string | undefined,
  t: Translate = inEnglish,
): string | undefined {
  switch (stopReason) {
    case undefined:
    case 'end_turn':
      return undefined;
    case 'max_tokens':
      return t('It stopped because it has no tokens left.');
    case 'max_turn_requests':
      return t('It stopped because it has asked its model too often.');
    case 'refusal':
      return t('The agent refuses to do this.');
    case 'cancelled':
      return t('It stopped because it was cancelled.');
    default:
      return t('It stopped: {0}.', toPlainLine(stopReason, maxNameLength));
  }
}

/** How a session ended, a sentence; undefined while it goes on. */
export function endSentence(state: ExecutionState, t: Translate = inEnglish): string | undefined {
  if (!isTerminal(state)) return undefined;
  switch (state.state) {
    case 'done':
      return stopSentence(state.result.stopReason, t) ?? t('It is done.');
    case 'cancelled':
      return cancelSentence(state.cancel.reason, t);
    case 'failed': {
      const { title, message } = shownFailure(state.failure, t);
      return t('{0}: {1}', title, withStop(message));
    }
  }
}

/** Why a verb could not be carried out, a sentence or two. */
export function problemSentence(problem: SessionProblem, t: Translate = inEnglish): string {
  switch (problem.code) {
    case 'not-found':
      return t('There is no session {0} here.', toPlainLine(problem.sessionId, maxNameLength));
    case 'not-paused': {
      const now = t('The session asks nothing now: it is {0}.', sessionWordText(problem.actual, t));
      return problem.answered ? `${answeredSentence(problem.answered, t)} ${now}` : now;
    }
    case 'already-answered':
      return answeredSentence(problem.answered, t);
    case 'already-cancelled':
      return problem.reason
        ? t('Nobody can answer any more. {0}', cancelSentence(problem.reason, t))
        : t('Nobody can answer any more, because the session is cancelled.');
    default:
      return toPlainLine(sessionProblemText(problem), maxMessageLength);
  }
}

/** That somebody else was first. */
export function answeredSentence({ by }: GivenAnswer, t: Translate = inEnglish): string {
  const name = toPlainLine(by ?? '', maxNameLength);
  return name === ''
    ? t('Somebody else has answered the question.')
    : t('{0} has answered the question.', name);
}

/** What was answered, and by whom: `Answered by Ana: Allow once`. */
export function givenAnswersText(
  {
    by,
    answers,
  }: { readonly by: string | undefined; readonly answers: readonly (string | undefined)[] },
  t: Translate = inEnglish,
): string {
  const given = answers.map((answer) => answer ?? t('declined')).join(', ');
  const name = toPlainLine(by ?? '', maxNameLength);
  return name === '' ? t('Answered: {0}', given) : t('Answered by {0}: {1}', name, given);
}

function withStop(text: string): string {
  return /[.!?…)]$/.test(text) ? text : `${text}.`;
}
