import {
  asListOf,
  asName,
  asOneOf,
  asTable,
  asText,
  fieldsOf,
  optional,
  present,
  type JsonTable,
  type Reader,
} from './fieldReaders.ts';
import { asAnswerId, pauseKinds } from './pause.ts';
import { readTokenUsage, type TokenUsage } from './tokenUsage.ts';

/** What is said to a question. */
export type QueryAnswer =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'option'; readonly optionId: string }
  /** The fields of a form. */
  | { readonly kind: 'form'; readonly values: JsonTable }
  /** Whoever was asked does not want to answer. */
  | { readonly kind: 'declined' };

/** The answer to one question of a pause. */
export interface QueryResponse {
  readonly queryId: string;
  readonly response: QueryAnswer;
  /** What the answer cost, when a model gave it. */
  readonly usage?: TokenUsage | undefined;
}

/** Answers to a pause of the same kind. A batch answers all prompts at once, in any order. */
export type ResumePayload =
  | ({ readonly kind: 'single' } & QueryResponse)
  | { readonly kind: 'batch'; readonly responses: readonly QueryResponse[] };

/** What a resume came to. The outcome of the execution is told to observers and waiters. */
export interface ResumeOutcome {
  readonly outcome: 'continued';
}

/** An answer that was given, and by whom where that is known. */
export interface GivenAnswer {
  readonly by?: string | undefined;
  readonly atMs: number;
}

const maxResponses = 1000;

const readAnswer: Reader<QueryAnswer> = (value, field) => {
  const at = fieldsOf(value, field);
  const kind = at('kind', asOneOf(['text', 'option', 'form', 'declined']));
  switch (kind) {
    case 'text':
      return { kind, text: at('text', asText) };
    case 'option':
      return { kind, optionId: at('optionId', asAnswerId) };
    case 'form':
      return { kind, values: at('values', asTable) };
    case 'declined':
      return { kind };
  }
};

/** The answer to one question out of a file or a message. @throws MalformedField */
export const readQueryResponse: Reader<QueryResponse> = (value, field) => {
  const at = fieldsOf(value, field);
  return present({
    queryId: at('queryId', asAnswerId),
    response: at('response', readAnswer),
    usage: at('usage', optional(readTokenUsage)),
  });
};

/** Answers out of a message. @throws MalformedField */
export function parseResumePayload(value: unknown): ResumePayload {
  const at = fieldsOf(value, '');
  const kind = at('kind', asOneOf(pauseKinds));
  if (kind === 'single') return { kind, ...readQueryResponse(value, '') };
  return { kind, responses: at('responses', asListOf(readQueryResponse, maxResponses)) };
}

/** Who gives an answer or cancels, out of a message. @throws MalformedField */
export const readActor = optional(asName);
