import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codexTranscript } from '../../../../src/harnesses/usage/codexTranscript.ts';
import { readLines, readText, type Line } from './transcriptLines.ts';

type Table = Readonly<Record<string, unknown>>;

const tokens = (input: number, output: number, more: Table = {}): Table => ({
  input_tokens: input,
  cached_input_tokens: 0,
  output_tokens: output,
  reasoning_output_tokens: 0,
  total_tokens: input + output,
  ...more,
});
const at = (seconds: number): string =>
  new Date(Date.UTC(2026, 10, 21) + seconds * 1000).toISOString();
const line = (type: string, payload: Table, seconds = 10): Table => ({
  timestamp: at(seconds),
  type,
  payload,
});
const meta = (payload: Table = {}): Table =>
  line('session_meta', { id: 'thread', timestamp: at(0), ...payload }, 0);
const turn = (model: string, more: Table = {}): Table => line('turn_context', { model, ...more });
const sumOf = (total: Table, last: Table, seconds?: number): Table =>
  line(
    'event_msg',
    {
      type: 'token_count',
      info: { total_token_usage: total, last_token_usage: last, model_context_window: 258_400 },
    },
    seconds,
  );
const record = (id: string, usage: Table, more: Table = {}): Table =>
  line('token_usage_record', { thread_id: 'thread', response_id: id, usage, ...more });
const item = (type: string, seconds?: number): Table => line('response_item', { type }, seconds);

const read = (lines: readonly Line[]) => readLines(codexTranscript, lines).reading;

describe('codexTranscript', () => {
  it('counts what was used between the sums that older versions tell', () => {
    const { totals } = read([
      meta(),
      turn('gpt-5.5'),
      line('event_msg', { type: 'token_count', info: null }),
      sumOf(
        tokens(1001, 51, { cached_input_tokens: 400, reasoning_output_tokens: 7 }),
        tokens(1001, 51),
      ),
      sumOf(
        tokens(2003, 103, { cached_input_tokens: 800, reasoning_output_tokens: 14 }),
        tokens(1002, 52),
      ),
      sumOf(
        tokens(2003, 103, { cached_input_tokens: 800, reasoning_output_tokens: 14 }),
        tokens(1002, 52),
      ),
    ]);
    assert.deepEqual(totals.tokens, {
      input: 1203,
      output: 103,
      reasoning: 14,
      cacheRead: 800,
      cacheWrite: 0,
      cacheWriteHour: 0,
    });
    assert.equal(totals.model, 'gpt-5.5');
    assert.equal(totals.contextTokens, 1054);
    assert.equal(totals.contextLimit, 258_400);
  });

  it('splits by the model of the turn and by the length of the prompt', () => {
    const { totals } = read([
      meta(),
      turn('gpt-5.5'),
      sumOf(tokens(300_000, 1), tokens(300_000, 1)),
      turn('gpt-6-sol', { service_tier: 'priority' }),
      sumOf(tokens(300_010, 3), tokens(10, 2)),
    ]);
    assert.deepEqual(
      totals.models.map(({ model, rate, promptsAbove, tokens: { input } }) => [
        model,
        rate,
        promptsAbove,
        input,
      ]),
      [
        ['gpt-5.5', 'standard', 272_000, 300_000],
        ['gpt-6-sol', 'fast', 0, 10],
      ],
    );
  });

  it('goes on when the sums begin anew', () => {
    const { totals } = read([
      meta(),
      turn('gpt-5.5'),
      sumOf(tokens(100, 10), tokens(100, 10)),
      sumOf(tokens(30, 3), tokens(30, 3)),
      sumOf(tokens(50, 5), tokens(20, 2)),
    ]);
    assert.deepEqual([totals.tokens.input, totals.tokens.output], [150, 15]);
  });

  it('counts the record of an answer once, and not the sum that follows it', () => {
    const first = tokens(1001, 51, { cached_input_tokens: 400, cache_write_input_tokens: 100 });
    const { totals } = read([
      meta(),
      turn('gpt-5.5'),
      record('resp_1', first),
      sumOf(first, first),
      record('resp_1', first),
      record('resp_2', tokens(10, 1)),
      sumOf(tokens(1011, 52, { cached_input_tokens: 400 }), tokens(10, 1)),
    ]);
    assert.deepEqual(totals.tokens, {
      input: 511,
      output: 52,
      reasoning: 0,
      cacheRead: 400,
      cacheWrite: 100,
      cacheWriteHour: 0,
    });
    assert.equal(totals.contextTokens, 11);
  });

  it('goes over from sums to records in a session that a newer version took up', () => {
    const { totals } = read([
      meta(),
      turn('gpt-5.5'),
      sumOf(tokens(100, 10), tokens(100, 10)),
      record('resp_1', tokens(7, 1)),
      sumOf(tokens(107, 11), tokens(7, 1)),
    ]);
    assert.equal(totals.tokens.input, 107);
  });

  it('does not count records of the thread that it was forked from', () => {
    const { totals } = read([
      meta({ forked_from_id: 'parent' }),
      meta({ id: 'parent' }),
      turn('gpt-5.5'),
      record('resp_0', tokens(500, 5), { thread_id: 'parent' }),
      record('resp_1', tokens(7, 1)),
    ]);
    assert.equal(totals.tokens.input, 7);
  });

  it('does not count what a fork of an older version copied from its parent', () => {
    const copied = [
      sumOf(tokens(400, 4), tokens(400, 4), 0.1),
      item('function_call', 0.1),
      sumOf(tokens(500, 5), tokens(100, 1), 0.2),
    ];
    for (const head of [
      { forked_from_id: 'parent' },
      { source: { subagent: { thread_spawn: { parent_thread_id: 'parent' } } } },
    ]) {
      const { totals } = read([
        meta(head),
        turn('gpt-5.5'),
        ...copied,
        item('function_call', 5),
        sumOf(tokens(530, 8), tokens(30, 3), 6),
        sumOf(tokens(540, 9), tokens(10, 1), 7),
      ]);
      assert.deepEqual([totals.tokens.input, totals.tokens.output], [40, 4]);
      assert.equal(totals.toolCalls, 1);
    }
  });

  it('begins a fork without copied sums with its own first answer', () => {
    const { totals } = read([
      meta({ forked_from_id: 'parent' }),
      turn('gpt-5.5'),
      sumOf(tokens(900, 9), tokens(30, 3), 6),
      sumOf(tokens(920, 10), tokens(20, 1), 7),
    ]);
    assert.deepEqual([totals.tokens.input, totals.tokens.output], [50, 4]);
  });

  it('knows copied lines by their ordinal where it is told', () => {
    const { totals } = read([
      meta({ subagent_history_start_ordinal: 5 }),
      { ...item('function_call', 100), ordinal: 4 },
      { ...item('function_call', 0), ordinal: 5 },
    ]);
    assert.equal(totals.toolCalls, 1);
  });

  it('counts the calls of tools and not their results', () => {
    const { totals } = read([
      meta(),
      ...['function_call', 'custom_tool_call', 'local_shell_call', 'web_search_call'].map((type) =>
        item(type),
      ),
      item('function_call_output'),
      item('message'),
    ]);
    assert.equal(totals.toolCalls, 4);
  });

  it('notices an interruption with its time', () => {
    const aborted = (reason: string): Table =>
      line('event_msg', { type: 'turn_aborted', reason }, 20);
    assert.equal(read([meta(), aborted('interrupted')]).interruptedAtMs, Date.parse(at(20)));
    assert.equal(read([meta(), aborted('replaced')]).interruptedAtMs, undefined);
  });

  it('skips and counts figures that are none', () => {
    const reading = read([
      meta(),
      record('a', tokens(-1, 0)),
      record('b', { input_tokens: 'x' }),
      sumOf(tokens(1.5, 0), tokens(0, 0)),
      line('token_usage_record', { thread_id: 'thread', response_id: 'c' }),
    ]);
    assert.equal(reading.skippedLines, 4);
    assert.equal(reading.totals.tokens.input, 0);
  });

  it('keeps a memory of bounded size that comes back from JSON', () => {
    const { memory } = readLines(codexTranscript, [
      meta({ forked_from_id: 'parent' }),
      ...Array.from({ length: 200 }, (_, i) => record(`resp_${i}`, tokens(1, 1))),
      sumOf(tokens(200, 200), tokens(1, 1)),
    ]);
    const text = JSON.stringify(memory);
    assert.ok(text.length < 4000, `${text.length}`);
    assert.deepEqual(codexTranscript.parseMemory(JSON.parse(text)), memory);
    for (const wrong of [
      undefined,
      {},
      { responses: [5] },
      { responses: [], sum: { input: -1 } },
    ]) {
      assert.equal(codexTranscript.parseMemory(wrong), undefined);
    }
  });
});

describe('a recorded rollout of Codex 0.169', () => {
  it('has the sums that Codex itself told last', () => {
    const text = readFileSync(join(import.meta.dirname, 'codexRollout.jsonl'), 'utf8');
    const { totals, skippedLines } = readText(codexTranscript, text).reading;
    assert.deepEqual(totals.tokens, {
      input: 5015 - 2000,
      output: 265,
      reasoning: 35,
      cacheRead: 2000,
      cacheWrite: 0,
      cacheWriteHour: 0,
    });
    assert.equal(totals.toolCalls, 4);
    assert.equal(totals.model, 'gpt-5.5');
    assert.equal(totals.contextTokens, 1060);
    assert.equal(totals.contextLimit, 258_400);
    assert.equal(skippedLines, 0);
  });

  it('has the same sums in the eyes of a reader that knows no records', () => {
    const text = readFileSync(join(import.meta.dirname, 'codexRollout.jsonl'), 'utf8');
    const withoutRecords = text.replaceAll('token_usage_record', 'unknown_record');
    assert.deepEqual(
      readText(codexTranscript, withoutRecords).reading.totals,
      readText(codexTranscript, text).reading.totals,
    );
  });
});
