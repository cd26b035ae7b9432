import type { ToolCall } from './agentUpdate.ts';
import { readToolCall } from './agentUpdateCodec.ts';
import {
  asInstantMs,
  asJson,
  asListOf,
  asName,
  asOneOf,
  asText,
  asTextOfAtMost,
  fieldsOf,
  optional,
  present,
  type Reader,
} from './fieldReaders.ts';

/** `single` asks exactly one question, `batch` any other number. */
export const pauseKinds = ['single', 'batch'] as const;
/** `single` asks exactly one question, `batch` any other number. */
export type PauseKind = (typeof pauseKinds)[number];

/** What choosing an option of a permission request does. */
export const optionKinds = ['allow-once', 'allow-always', 'reject-once', 'reject-always'] as const;
/** What choosing an option of a permission request does. */
export type OptionKind = (typeof optionKinds)[number];

/** One of the answers that are offered. */
export interface PauseOption {
  readonly id: string;
  readonly label: string;
  /** Undefined for a choice that allows or rejects nothing, or of a newer kind. */
  readonly kind?: OptionKind | undefined;
}

/** What a question is about. */
export type PauseSubject =
  | { readonly kind: 'tool-call'; readonly call: ToolCall }
  /** A form to be filled in; `schema` is a JSON schema. */
  | { readonly kind: 'form'; readonly schema: unknown }
  | { readonly kind: 'other'; readonly name: string; readonly value: unknown };

/** What an agent wants to know. */
export interface Question {
  readonly text: string;
  /** With options, the answer is one of them or a refusal to answer. */
  readonly options?: readonly PauseOption[] | undefined;
  readonly subject?: PauseSubject | undefined;
}

/** A question with the id under which it is answered. Ids are never used twice in one session. */
export interface PausePrompt extends Question {
  readonly queryId: string;
}

/** A stop of the execution until all its prompts are answered. */
export interface PauseInfo {
  readonly kind: PauseKind;
  readonly prompts: readonly PausePrompt[];
  readonly pausedAtMs: number;
}

/** The kind of a pause with so many prompts. */
export function pauseKindOf(promptCount: number): PauseKind {
  return promptCount === 1 ? 'single' : 'batch';
}

const maxPrompts = 1000;
const maxOptions = 1000;
/** Longest id of a query or an option. */
export const maxAnswerIdLength = 4096;
/** The id of a query or an option; agents choose those of options. */
export const asAnswerId = asTextOfAtMost(maxAnswerIdLength);

const readOption: Reader<PauseOption> = (value, field) => {
  const at = fieldsOf(value, field);
  const word = at('kind', optional(asText));
  return present({
    id: at('id', asAnswerId),
    label: at('label', asText),
    kind: optionKinds.find((kind) => kind === word),
  });
};

const readSubject: Reader<PauseSubject> = (value, field) => {
  const at = fieldsOf(value, field);
  const name = at('kind', asName);
  if (name === 'tool-call') return { kind: name, call: at('call', readToolCall) };
  if (name === 'form') return { kind: name, schema: at('schema', asJson) };
  if (name !== 'other') return { kind: 'other', name, value };
  return { kind: name, name: at('name', asName), value: at('value', asJson) };
};

const readPrompt: Reader<PausePrompt> = (value, field) => {
  const at = fieldsOf(value, field);
  return present({
    queryId: at('queryId', asAnswerId),
    text: at('text', asText),
    options: at('options', optional(asListOf(readOption, maxOptions))),
    subject: at('subject', optional(readSubject)),
  });
};

/** A pause out of a file or a message. @throws MalformedField */
export const readPauseInfo: Reader<PauseInfo> = (value, field) => {
  const at = fieldsOf(value, field);
  return {
    kind: at('kind', asOneOf(pauseKinds)),
    prompts: at('prompts', asListOf(readPrompt, maxPrompts)),
    pausedAtMs: at('pausedAtMs', asInstantMs),
  };
};
