import { errorText } from '../../base/errorText.ts';
import { isRegistryError } from '../../core/agents/registryError.ts';
import { toPlainLine } from '../plainText.ts';
import type { JsonObject } from './toolCall.ts';

const maxMessageLength = 1000;

/** What is said of a call that could not be done: one sentence, and a word for programs. */
export function toolFailure(error: unknown): { readonly text: string; readonly data: JsonObject } {
  const isExpected = isRegistryError(error);
  const text = isExpected ? error.message : `Something went wrong: ${errorText(error)}`;
  const message = toPlainLine(text, maxMessageLength);
  return { text: message, data: { error: { code: isExpected ? error.code : 'failed', message } } };
}
