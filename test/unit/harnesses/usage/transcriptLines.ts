import {
  firstCursor,
  readChunk,
  type TranscriptCursor,
} from '../../../../src/core/harness/usage/transcriptCursor.ts';
import type { TranscriptFormat } from '../../../../src/core/harness/usage/transcriptFormat.ts';

export type Line = Readonly<Record<string, unknown>> | string;

/** The text of a transcript; a text stands as it is. */
export function textOf(lines: readonly Line[]): string {
  return lines
    .map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`)
    .join('');
}

export function readText<Memory>(
  format: TranscriptFormat<Memory>,
  text: string,
): TranscriptCursor<Memory> {
  return readChunk(firstCursor(format), new TextEncoder().encode(text), format);
}

export function readLines<Memory>(
  format: TranscriptFormat<Memory>,
  lines: readonly Line[],
): TranscriptCursor<Memory> {
  return readText(format, textOf(lines));
}

/** A source of numbers from 0 to below 1 that is the same in each run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
