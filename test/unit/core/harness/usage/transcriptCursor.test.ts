import assert from 'node:assert/strict';
import { decodeCursor, encodeCursor } from '../../../../../src/core/harness/usage/cursorCodec.ts';
import { asTable } from '../../../../../src/core/harness/usage/figures.ts';
import { noTokens } from '../../../../../src/core/harness/usage/tokenCounts.ts';
import {
  firstCursor,
  maxLineBytes,
  readChunk,
  type TranscriptCursor,
} from '../../../../../src/core/harness/usage/transcriptCursor.ts';
import type { TranscriptFormat } from '../../../../../src/core/harness/usage/transcriptFormat.ts';
import { countUsage } from '../../../../../src/core/harness/usage/usageTotals.ts';

interface Memory {
  readonly lines: number;
}

/** Counts the `n` of its lines; a negative one is no figure. */
const format: TranscriptFormat<Memory> = {
  id: 'test@1',
  needles: ['"n"'],
  firstMemory: { lines: 0 },
  readLine: ({ reading, memory }, { n, model }) => {
    if (typeof n !== 'number' || n < 0) return undefined;
    const totals = countUsage(reading.totals, {
      model: typeof model === 'string' ? model : '',
      rate: 'standard',
      promptsAbove: 0,
      tokens: { ...noTokens, input: n },
      webSearches: 0,
    });
    return { reading: { ...reading, totals, lastAtMs: n }, memory: { lines: memory.lines + 1 } };
  },
  parseMemory: (value) => {
    const lines = asTable(value)?.lines;
    return typeof lines === 'number' ? { lines } : undefined;
  },
};

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string, cursor = firstCursor(format)): TranscriptCursor<Memory> =>
  readChunk(cursor, bytesOf(text), format);
const sumOf = (cursor: TranscriptCursor): number => cursor.reading.totals.tokens.input;

describe('readChunk', () => {
  it('reads whole lines and lets a half-written one wait', () => {
    const first = read('{"n":1}\n{"n":2}\n{"n":4');
    assert.equal(sumOf(first), 3);
    assert.equal(first.offset, 16);
    const second = read('{"n":4}\n', first);
    assert.equal(sumOf(second), 7);
    assert.equal(second.offset, 24);
    assert.equal(second.memory.lines, 3);
  });

  it('skips and counts broken lines, and passes over empty ones and those without a needle', () => {
    const cursor = read(
      '{"n":1}\r\n\n  \ngarbage\n{"n":\n{"n":}\n{"n":-1}\n["n"]\n{"other":9}\n{"n":2}\n',
    );
    assert.equal(sumOf(cursor), 3);
    assert.equal(cursor.reading.skippedLines, 5);
  });

  it('passes over bytes that are no text', () => {
    const chunk = new Uint8Array([0xff, 0xfe, 0, 0x0a, ...bytesOf('{"n":1}\n')]);
    const cursor = readChunk(firstCursor(format), chunk, format);
    assert.equal(sumOf(cursor), 1);
    assert.equal(cursor.reading.skippedLines, 1);
  });

  it('reads a character that was cut in two by the border of a chunk', () => {
    const bytes = bytesOf('{"n":1,"model":"modèle-☃"}\n');
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const first = readChunk(firstCursor(format), bytes.subarray(0, cut), format);
      const second = readChunk(first, bytes.subarray(first.offset), format);
      assert.equal(second.reading.totals.models[0]?.model, 'modèle-☃');
    }
  });

  it('passes over a line that is too long, whichever way it comes', () => {
    const long = `{"n":5,"x":"${'x'.repeat(maxLineBytes)}"}`;
    const text = `{"n":1}\n${long}\n{"n":2}\n`;
    const whole = read(text);
    let cursor = firstCursor(format);
    const bytes = bytesOf(text);
    for (const end of [maxLineBytes + 9, maxLineBytes + 12, bytes.length - 3, bytes.length]) {
      cursor = readChunk(cursor, bytes.subarray(cursor.offset, end), format);
    }
    assert.deepEqual(cursor, whole);
    assert.equal(sumOf(whole), 3);
    assert.equal(whole.reading.skippedLines, 1);
    assert.equal(whole.isInLongLine, false);
  });

  it('still reads a line that is as long as it may be', () => {
    const end = '"}';
    const begin = '{"n":5,"x":"';
    const line = `${begin}${'x'.repeat(maxLineBytes - begin.length - end.length)}${end}`;
    assert.equal(sumOf(read(`${line}\n`)), 5);
  });
});

describe('a kept cursor', () => {
  const file = { device: 1, inode: 2, tail: 3 };
  const cursor = read('{"n":1,"model":"a"}\n{"n":2,"model":""}\nno\n{"n":4');
  const text = encodeCursor({ file, cursor }, format);

  it('comes back as it was', () => {
    assert.deepEqual(decodeCursor(text, format), { file, cursor });
  });

  it('is not used by another format or version', () => {
    assert.equal(decodeCursor(text, { ...format, id: 'test@2' }), undefined);
    assert.equal(decodeCursor(text.replace('"version":1', '"version":2'), format), undefined);
  });

  it('is not used when any part of it is wrong', () => {
    assert.equal(decodeCursor('', format), undefined);
    assert.equal(decodeCursor(text.slice(0, -10), format), undefined);
    assert.equal(decodeCursor('[]', format), undefined);
    const parsed = JSON.parse(text) as Record<string, unknown>;
    for (const name of ['file', 'offset', 'reading', 'memory']) {
      for (const wrong of [undefined, null, -1, 'x', {}, []]) {
        const broken = JSON.stringify({ ...parsed, [name]: wrong });
        assert.equal(decodeCursor(broken, format), undefined, `${name} ${JSON.stringify(wrong)}`);
      }
    }
    for (const [right, wrong] of [
      ['"input":1', '"input":-1'],
      ['"rate":"standard"', '"rate":"free"'],
      ['"promptsAbove":0', '"promptsAbove":7'],
      ['"skippedLines":1', '"skippedLines":"1"'],
    ] as const) {
      assert.ok(text.includes(right));
      assert.equal(decodeCursor(text.replace(right, wrong), format), undefined, wrong);
    }
  });
});
