import assert from 'node:assert/strict';
import { firstCursor, readChunk } from '../../../../src/core/harness/usage/transcriptCursor.ts';
import type {
  TranscriptFormat,
  TranscriptReading,
} from '../../../../src/core/harness/usage/transcriptFormat.ts';
import { isSameTotals } from '../../../../src/core/harness/usage/usageTotals.ts';
import { claudeTranscript } from '../../../../src/harnesses/usage/claudeTranscript.ts';
import { codexTranscript } from '../../../../src/harnesses/usage/codexTranscript.ts';
import { geminiTranscript } from '../../../../src/harnesses/usage/geminiTranscript.ts';
import { seededRandom, textOf, type Line } from './transcriptLines.ts';

type Random = () => number;
type Table = Readonly<Record<string, unknown>>;
/** Input, output, read from a cache, written to one. */
type Sums = readonly [number, number, number, number];

interface Made {
  readonly lines: readonly Line[];
  /** Computed from all lines at once, in the simplest way. */
  readonly expected: Sums;
  readonly toolCalls: number;
}

const upTo = (random: Random, limit: number): number => Math.floor(random() * limit);
const noise: readonly Line[] = [
  '',
  'half a line {"usage"',
  '{"usage":',
  '[1,2,3]',
  '{"type":"user","message":{"content":"ü☃𐍈 \\"usage\\" \\"tokens\\" \\"token_count\\""}}',
  { type: 'summary', summary: 'x'.repeat(300) },
];

/** Answers of up to ten agents that write to one file at once, each told on several lines. */
function makeClaude(random: Random): Made {
  const lines: Line[] = [];
  const last = new Map<string, readonly [Sums, Set<string>]>();
  const open: (string | undefined)[] = Array.from({ length: 1 + upTo(random, 10) });
  for (let i = 0; i < 150; i += 1) {
    if (random() < 0.2) lines.push(noise[upTo(random, noise.length)] ?? '');
    // A child is begun by an answer of its parent.
    const slot = i === 0 ? 0 : upTo(random, open.length);
    const id = random() < 0.6 ? (open[slot] ??= `m${i}`) : `m${i}`;
    open[slot] = id;
    const calls = last.get(id)?.[1] ?? new Set<string>();
    if (random() < 0.4) calls.add(`t${i}`);
    const sums: Sums = [
      upTo(random, 200_000),
      upTo(random, 999),
      upTo(random, 300_000),
      upTo(random, 9999),
    ];
    last.set(id, [sums, calls]);
    lines.push({
      type: 'assistant',
      isSidechain: slot > 0,
      message: {
        id,
        model: `model-${upTo(random, 3)}`,
        content: [...calls].map((call) => ({ type: 'tool_use', id: call })),
        usage: {
          input_tokens: sums[0],
          output_tokens: sums[1],
          cache_read_input_tokens: sums[2],
          cache_creation_input_tokens: sums[3],
          speed: random() < 0.1 ? 'fast' : 'standard',
        },
      },
    });
  }
  const all = [...last.values()];
  return {
    lines,
    expected: addUp(all.map(([sums]) => sums)),
    toolCalls: all.reduce((count, [, calls]) => count + calls.size, 0),
  };
}

/** Records and sums of answers; half of the sessions are of a version without records. */
function makeCodex(random: Random): Made {
  const hasRecords = random() < 0.5;
  const lines: Line[] = [{ type: 'session_meta', payload: { id: 'thread' } }];
  const each: Sums[] = [];
  let total = { input: 0, cached: 0, output: 0 };
  let toolCalls = 0;
  for (let i = 0; i < 100; i += 1) {
    if (random() < 0.2) lines.push(noise[upTo(random, noise.length)] ?? '');
    if (random() < 0.1) {
      lines.push({ type: 'turn_context', payload: { model: `gpt-${upTo(random, 3)}` } });
    }
    const cached = upTo(random, 300_000);
    const used = { input: cached + upTo(random, 9999), cached, output: upTo(random, 999) };
    each.push([used.input - cached, used.output, cached, 0]);
    total = {
      input: total.input + used.input,
      cached: total.cached + cached,
      output: total.output + used.output,
    };
    if (hasRecords) {
      const record = { thread_id: 'thread', response_id: `r${i}`, usage: toldBy(used) };
      lines.push({ type: 'token_usage_record', payload: record });
    }
    if (random() < 0.5) {
      toolCalls += 1;
      lines.push({ type: 'response_item', payload: { type: 'function_call' } });
    }
    const info = { total_token_usage: toldBy(total), last_token_usage: toldBy(used) };
    const sum = { type: 'event_msg', payload: { type: 'token_count', info } };
    lines.push(sum, ...(random() < 0.2 ? [sum] : []));
  }
  return { lines, expected: addUp(each), toolCalls };
}

const toldBy = ({
  input,
  cached,
  output,
}: Record<'input' | 'cached' | 'output', number>): Table => ({
  input_tokens: input,
  cached_input_tokens: cached,
  output_tokens: output,
  total_tokens: input + output,
});

/** Messages that are written again when their tokens and calls of tools are known. */
function makeGemini(random: Random): Made {
  const lines: Line[] = [];
  const each: Sums[] = [];
  let toolCalls = 0;
  for (let i = 0; i < 100; i += 1) {
    if (random() < 0.2) lines.push(noise[upTo(random, noise.length)] ?? '');
    const cached = upTo(random, 100_000);
    const tokens = { input: cached + upTo(random, 150_000), output: upTo(random, 999), cached };
    const message = { id: `g${i}`, type: 'gemini', model: `gemini-${upTo(random, 3)}` };
    each.push([tokens.input - cached, tokens.output, cached, 0]);
    lines.push({ ...message, tokens: null }, { $set: { lastUpdated: 'now' } });
    lines.push({ ...message, tokens });
    if (random() < 0.5) {
      toolCalls += 1;
      lines.push({ ...message, tokens, toolCalls: [{ id: `c${i}` }] });
    }
  }
  return { lines, expected: addUp(each), toolCalls };
}

function addUp(all: readonly Sums[]): Sums {
  const sum = (index: 0 | 1 | 2 | 3): number => all.reduce((total, each) => total + each[index], 0);
  return [sum(0), sum(1), sum(2), sum(3)];
}

/** Reads with random borders; the cursor goes through JSON at each, as between two processes. */
function readInPieces<Memory>(
  bytes: Uint8Array,
  format: TranscriptFormat<Memory>,
  random: Random,
): TranscriptReading {
  let cursor = firstCursor(format);
  for (let end = 0; end < bytes.length;) {
    end = Math.min(bytes.length, end + 1 + upTo(random, random() < 0.5 ? 40 : 5000));
    cursor = readChunk(cursor, bytes.subarray(cursor.offset, end), format);
    const kept = JSON.parse(JSON.stringify(cursor)) as typeof cursor;
    const memory = format.parseMemory(kept.memory);
    assert.ok(memory !== undefined);
    cursor = { ...kept, memory };
  }
  assert.equal(cursor.offset, bytes.length);
  return cursor.reading;
}

function checkSums<Memory>(format: TranscriptFormat<Memory>, make: (random: Random) => Made): void {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = seededRandom(seed);
    const { lines, expected, toolCalls } = make(random);
    const bytes = new TextEncoder().encode(textOf(lines));
    const whole = readChunk(firstCursor(format), bytes, format).reading;
    const pieces = readInPieces(bytes, format, random);
    const { input, output, cacheRead, cacheWrite } = whole.totals.tokens;
    assert.deepEqual([input, output, cacheRead, cacheWrite], expected, `seed ${seed}`);
    assert.equal(whole.totals.toolCalls, toolCalls, `seed ${seed}`);
    assert.ok(isSameTotals(pieces.totals, whole.totals), `seed ${seed}`);
    assert.equal(pieces.skippedLines, whole.skippedLines, `seed ${seed}`);
    assert.ok(whole.skippedLines > 0, `seed ${seed}`);
    const split = addUp(
      whole.totals.models.map(({ tokens }): Sums => [
        tokens.input,
        tokens.output,
        tokens.cacheRead,
        tokens.cacheWrite,
      ]),
    );
    assert.deepEqual(split, expected, `seed ${seed}`);
  }
}

describe('totals equal the sum of the transcript, wherever reading stops and goes on', () => {
  it('of Claude Code', () => checkSums(claudeTranscript, makeClaude));
  it('of Codex', () => checkSums(codexTranscript, makeCodex));
  it('of Gemini CLI', () => checkSums(geminiTranscript, makeGemini));
});
