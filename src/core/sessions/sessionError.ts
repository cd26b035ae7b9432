import { readCancelReason, type CancelReason } from './cancellation.ts';
import { executionStateTags, type ExecutionStateTag } from './executionState.ts';
import {
  asInstantMs,
  asListOf,
  asName,
  asOneOf,
  asText,
  fieldsOf,
  optional,
  present,
  type Reader,
} from './fieldReaders.ts';
import { asAnswerId, pauseKinds, type PauseKind } from './pause.ts';
import { readActor, type GivenAnswer } from './resumePayload.ts';

/** Why a verb could not be carried out. Plain data, so that it can cross a socket. */
export type SessionProblem =
  | { readonly code: 'invalid-spec'; readonly reason: string }
  /** The execution could not be started. */
  | { readonly code: 'engine'; readonly reason: string }
  | { readonly code: 'not-found'; readonly sessionId: string }
  | {
      readonly code: 'not-paused';
      readonly actual: ExecutionStateTag;
      /** Set when somebody else was first to answer what was to be answered. */
      readonly answered?: GivenAnswer | undefined;
    }
  /** The session asks something else by now. */
  | {
      readonly code: 'already-answered';
      readonly queryId: string;
      readonly actual: ExecutionStateTag;
      readonly answered: GivenAnswer;
    }
  | { readonly code: 'already-cancelled'; readonly reason?: CancelReason | undefined }
  | { readonly code: 'kind-mismatch'; readonly expected: PauseKind; readonly actual: PauseKind }
  | {
      readonly code: 'unknown-query';
      readonly queryId: string;
      readonly open: readonly string[];
    }
  | { readonly code: 'duplicate-answer'; readonly queryId: string }
  | { readonly code: 'incomplete-batch'; readonly missing: readonly string[] }
  /** An answer of a kind, or with an option, that the question does not take. */
  | {
      readonly code: 'invalid-answer';
      readonly queryId: string;
      readonly options: readonly string[];
    };

/** The codes of all problems. */
export type SessionProblemCode = SessionProblem['code'];

/** The one error of the verbs. Its message is a sentence for people. */
export class SessionError extends Error {
  override readonly name = 'SessionError';

  constructor(
    readonly problem: SessionProblem,
    options?: { readonly cause?: unknown },
  ) {
    super(sessionProblemText(problem), options);
  }

  get code(): SessionProblemCode {
    return this.problem.code;
  }
}

/** Tells errors of the verbs apart by class and, when given, by code; never by their message. */
export function isSessionError(error: unknown, code?: SessionProblemCode): error is SessionError {
  return error instanceof SessionError && (code === undefined || error.code === code);
}

/** A problem as a sentence for people. */
export function sessionProblemText(problem: SessionProblem): string {
  switch (problem.code) {
    case 'invalid-spec':
      return `This session cannot be started: ${problem.reason}.`;
    case 'engine':
      return `The session could not be started: ${problem.reason}`;
    case 'not-found':
      return `There is no session ${JSON.stringify(problem.sessionId)} here.`;
    case 'not-paused':
      return `${answeredText(problem.answered)}The session asks nothing now: it is ${problem.actual}.`;
    case 'already-answered':
      return `${answeredText(problem.answered)}The session is ${problem.actual}, with another question.`;
    case 'already-cancelled':
      return `The session is already cancelled${reasonText(problem.reason)}.`;
    case 'kind-mismatch':
      return `The session waits for a ${problem.expected} answer, not for a ${problem.actual} one.`;
    case 'unknown-query':
      return `The session asks no question ${JSON.stringify(problem.queryId)}. Open: ${listText(problem.open)}.`;
    case 'duplicate-answer':
      return `The question ${JSON.stringify(problem.queryId)} is answered twice.`;
    case 'incomplete-batch':
      return `All questions are answered at once. Without an answer: ${listText(problem.missing)}.`;
    case 'invalid-answer':
      return `The question ${JSON.stringify(problem.queryId)} ${takesText(problem.options)}.`;
  }
}

function answeredText(answered: GivenAnswer | undefined): string {
  if (answered === undefined) return '';
  return answered.by === undefined
    ? 'The question was already answered. '
    : `The question was already answered by ${answered.by}. `;
}

function reasonText(reason: CancelReason | undefined): string {
  if (reason === undefined) return '';
  return reason.detail === undefined ? ` (${reason.code})` : ` (${reason.code}: ${reason.detail})`;
}

function takesText(options: readonly string[]): string {
  return options.length > 0
    ? `takes one of these options: ${listText(options)}`
    : 'has no options to choose from';
}

function listText(ids: readonly string[]): string {
  return ids.length === 0 ? 'none' : ids.map((id) => JSON.stringify(id)).join(', ');
}

const maxIds = 1000;
const asIds = asListOf(asAnswerId, maxIds);

const readGivenAnswer: Reader<GivenAnswer> = (value, field) => {
  const at = fieldsOf(value, field);
  return present({ by: at('by', readActor), atMs: at('atMs', asInstantMs) });
};

/** A problem out of a message; codes of newer versions are `engine`. @throws MalformedField */
export function parseSessionProblem(value: unknown): SessionProblem {
  const at = fieldsOf(value, '');
  const code = at('code', asName);
  switch (code) {
    case 'invalid-spec':
    case 'engine':
      return { code, reason: at('reason', asText) };
    case 'not-found':
      return { code, sessionId: at('sessionId', asText) };
    case 'not-paused':
      return present({
        code,
        actual: at('actual', asOneOf(executionStateTags)),
        answered: at('answered', optional(readGivenAnswer)),
      });
    case 'already-answered':
      return {
        code,
        queryId: at('queryId', asAnswerId),
        actual: at('actual', asOneOf(executionStateTags)),
        answered: at('answered', readGivenAnswer),
      };
    case 'already-cancelled':
      return present({ code, reason: at('reason', optional(readCancelReason)) });
    case 'kind-mismatch':
      return {
        code,
        expected: at('expected', asOneOf(pauseKinds)),
        actual: at('actual', asOneOf(pauseKinds)),
      };
    case 'unknown-query':
      return { code, queryId: at('queryId', asAnswerId), open: at('open', asIds) };
    case 'duplicate-answer':
      return { code, queryId: at('queryId', asAnswerId) };
    case 'incomplete-batch':
      return { code, missing: at('missing', asIds) };
    case 'invalid-answer':
      return { code, queryId: at('queryId', asAnswerId), options: at('options', asIds) };
    default:
      return { code: 'engine', reason: `a newer version says ${JSON.stringify(code)}.` };
  }
}
