import { nothingRead, type TranscriptFormat, type TranscriptState } from './transcriptFormat.ts';

/** How far a transcript was read, and what it said until there. Plain JSON of bounded size. */
export interface TranscriptCursor<Memory = unknown> extends TranscriptState<Memory> {
  /** The byte at which reading goes on: the beginning of a line unless `isInLongLine`. */
  readonly offset: number;
  /** The rest of the line at `offset` is passed over because it is longer than a line may be. */
  readonly isInLongLine: boolean;
}

/**
 * The longest line that is read. An answer of a model is much shorter, even with everything that it
 * writes; what is longer is the result of a tool, which says nothing of usage.
 */
export const maxLineBytes = 8 * 1024 * 1024;

const lineFeed = 0x0a;

export function firstCursor<Memory>(format: TranscriptFormat<Memory>): TranscriptCursor<Memory> {
  return { offset: 0, isInLongLine: false, reading: nothingRead, memory: format.firstMemory };
}

/**
 * Takes in the bytes of a transcript from the cursor on. A last line without its end waits: the new
 * cursor stands at its beginning, so that it is read again when more of it is there. The result depends
 * on nothing but the bytes before the new offset, however they were cut into chunks.
 */
export function readChunk<Memory>(
  cursor: TranscriptCursor<Memory>,
  chunk: Uint8Array,
  format: TranscriptFormat<Memory>,
): TranscriptCursor<Memory> {
  const decoder = new TextDecoder();
  let state: TranscriptState<Memory> = cursor;
  let start = 0;
  if (cursor.isInLongLine) {
    const end = chunk.indexOf(lineFeed);
    if (end === -1) return { ...cursor, offset: cursor.offset + chunk.length };
    start = end + 1;
  }
  for (;;) {
    const end = chunk.indexOf(lineFeed, start);
    if (end === -1) break;
    state =
      end - start > maxLineBytes
        ? withSkipped(state)
        : readText(state, decoder.decode(chunk.subarray(start, end)), format);
    start = end + 1;
  }
  const isInLongLine = chunk.length - start > maxLineBytes;
  if (isInLongLine) state = withSkipped(state);
  const { reading, memory } = state;
  const offset = cursor.offset + (isInLongLine ? chunk.length : start);
  return { offset, isInLongLine, reading, memory };
}

function readText<Memory>(
  state: TranscriptState<Memory>,
  text: string,
  format: TranscriptFormat<Memory>,
): TranscriptState<Memory> {
  const line = text.trim();
  if (line === '') return state;
  if (!line.startsWith('{') || !line.endsWith('}')) return withSkipped(state);
  if (!format.needles.some((needle) => line.includes(needle))) return state;
  const table = parseTable(line);
  return (table && format.readLine(state, table)) ?? withSkipped(state);
}

function withSkipped<Memory>(state: TranscriptState<Memory>): TranscriptState<Memory> {
  const { reading, memory } = state;
  return { reading: { ...reading, skippedLines: reading.skippedLines + 1 }, memory };
}

/** The text begins with a brace, so that what it is in JSON is an object. */
function parseTable(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
