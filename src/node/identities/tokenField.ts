import { asCount, MalformedField, type Reader } from '../../core/sessions/fieldReaders.ts';
import type { FencingToken } from '../../core/identities/continuityRecord.ts';

/** Far enough from 2^53 to count on from. */
export const maxToken = 2 ** 52;

/** A number that is counted on from, from 0. One that nothing could follow is refused. */
export const asCounter: Reader<number> = (value, field) => {
  const count = asCount(value, field);
  if (count <= maxToken) return count;
  throw new MalformedField(field, `must be at most ${maxToken}.`);
};

/** A token from a file, or 0 where there was none yet. */
export const asToken: Reader<FencingToken> = asCounter;
