import type { Question } from '../sessions/pause.ts';
import type { QueryAnswer } from '../sessions/resumePayload.ts';
import { boundedJson, listOf, pathOf, tableOf, textOf } from './wireFields.ts';

/** What an agent wants to be told. */
export type Elicitation =
  | { readonly mode: 'form'; readonly message: string; readonly schema: unknown }
  | { readonly mode: 'url'; readonly message: string; readonly url: string };

/** The answer to it, in the words of the protocol. */
export type ElicitationAnswer =
  | { readonly action: 'accept'; readonly content?: Readonly<Record<string, FormValue>> }
  | { readonly action: 'decline' }
  | { readonly action: 'cancel' };

/** What a field of a form may hold. */
export type FormValue = string | number | boolean | string[];

const maxMessageLength = 10_000;
const doneOption = 'done';

/** Out of a message; undefined for modes that are not known. */
export function toElicitation(value: unknown): Elicitation | undefined {
  const fields = tableOf(value);
  const message = textOf(fields.message, maxMessageLength) ?? '';
  if (fields.mode === 'url') {
    const url = pathOf(fields.url);
    const isWeb = url !== undefined && /^https?:\/\//i.test(url);
    return isWeb ? { mode: 'url', message, url } : undefined;
  }
  const schema = boundedJson(fields.requestedSchema);
  const isForm = fields.mode === 'form' && typeof schema === 'object' && schema !== null;
  return isForm ? { mode: 'form', message, schema } : undefined;
}

/** What a person is asked. */
export function elicitationQuestion(asked: Elicitation): Question {
  const { message } = asked;
  if (asked.mode === 'form')
    return { text: message, subject: { kind: 'form', schema: asked.schema } };
  return {
    text: `${message}\n${asked.url}`,
    options: [{ id: doneOption, label: 'Done' }],
    subject: { kind: 'other', name: 'url', value: { url: asked.url } },
  };
}

/** What a person said, as the agent is told it: only fields of the form, only values that fields may hold. */
export function elicitationAnswer(asked: Elicitation, answer: QueryAnswer): ElicitationAnswer {
  if (asked.mode === 'url') {
    return { action: answer.kind === 'option' ? 'accept' : 'decline' };
  }
  if (answer.kind === 'form') {
    const names = Object.keys(tableOf(tableOf(asked.schema).properties));
    const entries = names.flatMap((name): [string, FormValue][] => {
      const value = Object.hasOwn(answer.values, name)
        ? toFormValue(answer.values[name])
        : undefined;
      return value === undefined ? [] : [[name, value]];
    });
    return { action: 'accept', content: Object.fromEntries(entries) };
  }
  const only = answer.kind === 'text' ? onlyTextField(asked.schema) : undefined;
  if (answer.kind !== 'text' || only === undefined) return { action: 'decline' };
  return { action: 'accept', content: { [only]: answer.text } };
}

/** A form of one text can be answered with a text. */
function onlyTextField(schema: unknown): string | undefined {
  const fields = Object.entries(tableOf(tableOf(schema).properties));
  const [name, field] = fields[0] ?? [];
  return fields.length === 1 && tableOf(field).type === 'string' ? name : undefined;
}

function toFormValue(value: unknown): FormValue | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (!Array.isArray(value)) return undefined;
  return listOf(value, 1000).filter((each): each is string => typeof each === 'string');
}
