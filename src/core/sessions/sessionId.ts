import { isSessionId } from '../agents/sessionId.ts';
import type { RandomSource } from '../../base/randomSource.ts';
import { asName, MalformedField, type Reader } from './fieldReaders.ts';

/**
 * The only handle of a session across all verbs, processes and files. Fit for a file name: lower-case
 * letters, digits and hyphens.
 */
export type SessionId = string;

const idBytes = 10;

/** An id that no other session has, as sure as 80 random bits are. */
export function newSessionId(random: RandomSource): SessionId {
  const hex = [...random(idBytes)].map((byte) => byte.toString(16).padStart(2, '0'));
  return `session-${hex.join('')}`;
}

/** An id out of a file or a message. @throws MalformedField */
export const readSessionId: Reader<SessionId> = (value, field) => {
  const text = asName(value, field);
  if (isSessionId(text)) return text;
  throw new MalformedField(field, 'must be a session id: only a-z, 0-9 and "-".');
};
