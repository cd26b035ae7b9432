import { asCount, MalformedField, type Reader } from '../../core/sessions/fieldReaders.ts';
import type { FencingToken } from '../../core/identities/continuityRecord.ts';

/** Far enough from 2^53 to count on from. */
export const maxToken = 2 ** 52;

/** A token from a file, or 0 where there was none yet. One that nothing could follow is refused. */
export const asToken: Reader<FencingToken> = (value, field) => {
  const token = asCount(value, field);
  if (token <= maxToken) return token;
  throw new MalformedField(field, `must be at most ${maxToken}.`);
};
