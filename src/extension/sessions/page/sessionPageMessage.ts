import { isSessionId } from '../../../core/agents/sessionId.ts';
import type { SessionRef } from '../../../presentation/sessions/rows/sessionElement.ts';

/** What somebody has put in for one question, by the places of things on the page. */
export type PageAnswer =
  | { readonly kind: 'option'; readonly option: number }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'fields'; readonly fields: readonly PageField[] }
  | { readonly kind: 'declined' };

export interface PageField {
  readonly field: number;
  /** A text, a flag, or the places of what was chosen. */
  readonly value: string | boolean | readonly number[];
}

const plainActions = [
  'ready',
  'cancel',
  'rerun',
  'logIn',
  'showAgent',
  'showEarlier',
  'copyId',
] as const;

type PlainAction = (typeof plainActions)[number];

export type SessionPageMessage =
  | { readonly [K in PlainAction]: { readonly kind: K } }[PlainAction]
  | { readonly kind: 'followUp'; readonly prompt: string }
  | {
      readonly kind: 'openFile' | 'showDiff';
      /** The id of an entry, with a question of it after a slash, or `context`. */
      readonly place: string;
      readonly index: number;
    }
  | {
      readonly kind: 'answer';
      readonly entry: number;
      /** In the order of the questions. */
      readonly answers: readonly PageAnswer[];
    };

const maxAnswers = 1000;
const maxText = 1_000_000;

/** Reads what a page posted; undefined for anything that no page of ours posts. */
export function parseSessionPageMessage(message: unknown): SessionPageMessage | undefined {
  const { action, place, index, entry, answers, prompt } = tableOf(message);
  const plain = plainActions.find((known) => known === action);
  if (plain) return { kind: plain };
  switch (action) {
    case 'followUp':
      return isText(prompt) ? { kind: action, prompt } : undefined;
    case 'openFile':
    case 'showDiff': {
      const isPlace =
        typeof place === 'string' && /^(?:context|\d{1,15}(?:\/\d{1,4})?)$/.test(place);
      return isPlace && isCount(index) ? { kind: action, place, index } : undefined;
    }
    case 'answer': {
      if (!isCount(entry) || !Array.isArray(answers) || answers.length > maxAnswers)
        return undefined;
      const parsed = answers.map(parseAnswer).filter((answer) => answer !== undefined);
      return parsed.length === answers.length
        ? { kind: action, entry, answers: parsed }
        : undefined;
    }
    default:
      return undefined;
  }
}

function parseAnswer(value: unknown): PageAnswer | undefined {
  const { kind, option, text, fields } = tableOf(value);
  switch (kind) {
    case 'declined':
      return { kind };
    case 'option':
      return isCount(option) ? { kind, option } : undefined;
    case 'text':
      return isText(text) ? { kind, text } : undefined;
    case 'fields': {
      if (!Array.isArray(fields) || fields.length > maxAnswers) return undefined;
      const parsed = fields.map(parseField).filter((field) => field !== undefined);
      return parsed.length === fields.length ? { kind, fields: parsed } : undefined;
    }
    default:
      return undefined;
  }
}

function parseField(given: unknown): PageField | undefined {
  const { field, value } = tableOf(given);
  if (!isCount(field)) return undefined;
  if (typeof value === 'boolean' || isText(value)) return { field, value };
  const isChosen = Array.isArray(value) && value.length <= maxAnswers && value.every(isCount);
  return isChosen ? { field, value } : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxText;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function tableOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Reads what a page stored; undefined when it is not the state of a page of ours. */
export function parseSessionPageState(state: unknown): SessionRef | undefined {
  const { root, sessionId } = tableOf(state);
  if (typeof root !== 'string' || typeof sessionId !== 'string') return undefined;
  return isSessionId(sessionId) ? { root, sessionId } : undefined;
}
