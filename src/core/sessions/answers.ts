import type { ExecutionStateTag } from './executionState.ts';
import type { PauseInfo, PausePrompt } from './pause.ts';
import type { GivenAnswer, QueryResponse, ResumePayload } from './resumePayload.ts';
import { SessionError } from './sessionError.ts';

/** Answers that were given earlier, by query id. */
export type AnsweredQueries = ReadonlyMap<string, GivenAnswer>;

/** The answers of a payload, in its order. */
export function responsesOf(payload: ResumePayload): readonly QueryResponse[] {
  if (payload.kind === 'batch') return payload.responses;
  const { queryId, response, usage } = payload;
  return [{ queryId, response, ...(usage && { usage }) }];
}

/**
 * Checks answers against the open questions and puts them in the order of these. Nothing is changed.
 * @throws SessionError `already-answered`, `kind-mismatch`, `unknown-query`, `duplicate-answer`,
 * `invalid-answer`, `incomplete-batch`
 */
export function matchAnswers(
  pause: PauseInfo,
  payload: ResumePayload,
  answered: AnsweredQueries,
): readonly QueryResponse[] {
  const responses = responsesOf(payload);
  expectNotAnswered(responses, { answered, actual: 'paused' });
  if (payload.kind !== pause.kind) {
    throw new SessionError({ code: 'kind-mismatch', expected: pause.kind, actual: payload.kind });
  }
  const given = new Map<string, QueryResponse>();
  for (const response of responses) {
    const { queryId } = response;
    expectSuitable(expectOpen(pause, queryId), response);
    if (given.has(queryId)) throw new SessionError({ code: 'duplicate-answer', queryId });
    given.set(queryId, response);
  }
  const missing = pause.prompts.map(({ queryId }) => queryId).filter((id) => !given.has(id));
  if (missing.length > 0) throw new SessionError({ code: 'incomplete-batch', missing });
  return pause.prompts.flatMap(({ queryId }) => given.get(queryId) ?? []);
}

/** The first earlier answer to what is answered now, if there is one. */
export function earlierAnswer(
  payload: ResumePayload,
  answered: AnsweredQueries,
): GivenAnswer | undefined {
  return responsesOf(payload)
    .map(({ queryId }) => answered.get(queryId))
    .find((answer) => answer !== undefined);
}

function expectNotAnswered(
  responses: readonly QueryResponse[],
  { answered, actual }: { readonly answered: AnsweredQueries; readonly actual: ExecutionStateTag },
): void {
  for (const { queryId } of responses) {
    const answer = answered.get(queryId);
    if (answer) {
      throw new SessionError({ code: 'already-answered', queryId, actual, answered: answer });
    }
  }
}

function expectOpen({ prompts }: PauseInfo, queryId: string): PausePrompt {
  const prompt = prompts.find((each) => each.queryId === queryId);
  if (prompt) return prompt;
  const open = prompts.map((each) => each.queryId);
  throw new SessionError({ code: 'unknown-query', queryId, open });
}

/** Anything may be declined; else options are answered with one of them, and nothing else is. */
function expectSuitable({ options }: PausePrompt, { queryId, response }: QueryResponse): void {
  if (response.kind === 'declined') return;
  const ids = (options ?? []).map(({ id }) => id);
  const isSuitable =
    response.kind === 'option' ? ids.includes(response.optionId) : options === undefined;
  if (!isSuitable) throw new SessionError({ code: 'invalid-answer', queryId, options: ids });
}
