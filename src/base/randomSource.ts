/** A source of random bytes, so that the core can be tested with known ones. */
export type RandomSource = (byteCount: number) => Uint8Array;
