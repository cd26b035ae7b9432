import { maxPromptLength } from '../core/sessions/sessionSpec.ts';
import { word, type ParserOf } from './options.ts';
import { UsageError } from './usageError.ts';

/** What an agent may be allowed without a person being asked. */
export const allowedKinds = ['edits', 'commands'] as const;
/** What an agent may be allowed without a person being asked. */
export type AllowedKind = (typeof allowedKinds)[number];

/** One field of a form, as it was typed. */
export interface FormFieldFlag {
  readonly name: string;
  readonly value: string;
}

/** The id of an agent. */
export const agentId: ParserOf<string> = word;

/** What an agent is told: anything but nothing. */
export const promptText: ParserOf<string> = (flag) => (text) => {
  if (text.trim() === '') throw new UsageError(`${flag} needs a text that is not empty.`);
  if (text.length <= maxPromptLength) return text;
  throw new UsageError(`The text of ${flag} is longer than ${maxPromptLength} characters.`);
};

/** `name=value`. */
export const fieldOf: ParserOf<FormFieldFlag> = (flag) => (text) => {
  const at = text.indexOf('=');
  if (at > 0) return { name: text.slice(0, at), value: text.slice(at + 1) };
  throw new UsageError(`${flag} needs the name of a field and its value, such as size=10.`);
};
