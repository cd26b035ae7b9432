import type { QueryAnswer, QueryResponse } from '../../../core/sessions/resumePayload.ts';
import { fieldValue, type FormField } from '../../../presentation/sessions/questionForm.ts';
import type { ShownQuestion } from '../../../presentation/sessions/shownQuestion.ts';
import type { PageAnswer, PageField } from './sessionPageMessage.ts';

/** What somebody has put in, or which field does not take what is in it. */
export type GivenResponses =
  | { readonly kind: 'complete'; readonly responses: readonly QueryResponse[] }
  | { readonly kind: 'incomplete'; readonly label: string }
  /** The questions are others by now. */
  | { readonly kind: 'outdated' };

/** Turns the places of things on a page into answers to the questions that it shows. */
export function responsesOfPage(
  questions: readonly ShownQuestion[],
  answers: readonly PageAnswer[],
): GivenResponses {
  if (questions.length !== answers.length) return { kind: 'outdated' };
  const responses: QueryResponse[] = [];
  for (const [i, question] of questions.entries()) {
    const answer = answers[i];
    const response = answer && answerOf(question, answer);
    if (response === undefined) return { kind: 'outdated' };
    if (response.kind === 'incomplete') return response;
    responses.push({ queryId: question.queryId, response });
  }
  return { kind: 'complete', responses };
}

type Incomplete = Extract<GivenResponses, { kind: 'incomplete' }>;

function answerOf(
  { options, fields = [] }: ShownQuestion,
  answer: PageAnswer,
): QueryAnswer | Incomplete | undefined {
  switch (answer.kind) {
    case 'declined':
      return { kind: 'declined' };
    case 'option': {
      const option = options?.[answer.option];
      return option && { kind: 'option', optionId: option.id };
    }
    case 'text':
      return options || fields.length > 0 ? undefined : { kind: 'text', text: answer.text };
    case 'fields':
      return formOf(fields, answer.fields);
  }
}

function formOf(
  fields: readonly FormField[],
  given: readonly PageField[],
): QueryAnswer | Incomplete | undefined {
  if (fields.length === 0) return undefined;
  const values: [string, unknown][] = [];
  for (const [i, field] of fields.entries()) {
    const put = given.find((each) => each.field === i)?.value;
    const isEmpty = put === undefined || put === '' || (Array.isArray(put) && put.length === 0);
    if (isEmpty && !field.isRequired) continue;
    const value = isEmpty ? undefined : valueOf(field, put);
    if (value === undefined) return { kind: 'incomplete', label: field.label };
    values.push([field.name, value]);
  }
  return { kind: 'form', values: Object.fromEntries(values) };
}

function valueOf(field: FormField, put: PageField['value']): unknown {
  if (typeof put === 'boolean') return field.type === 'flag' ? put : undefined;
  if (typeof put === 'string') return fieldValue(field, put);
  const values = put.map((at) => field.choices[at]?.value);
  if (values.includes(undefined)) return undefined;
  if (field.type === 'choices') return values;
  return field.type === 'choice' ? values[0] : undefined;
}
