import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listPrices } from '../../../../src/core/harness/usage/priceTable.ts';
import { addCosts, costOf } from '../../../../src/core/harness/usage/usageCost.ts';
import { claudeTranscript } from '../../../../src/harnesses/usage/claudeTranscript.ts';
import {
  maxOpenMessages,
  maxSharedMessages,
} from '../../../../src/harnesses/usage/openMessages.ts';
import { readLines, readText, type Line } from './transcriptLines.ts';

const recorded = join(import.meta.dirname, '../../../support/payloads/claude-code/transcript');

function answer(
  id: string | undefined,
  usage: Record<string, unknown> | undefined,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  const { model = 'claude-opus-5-5', content = [{ type: 'text', text: 'x' }], ...line } = more;
  return {
    type: 'assistant',
    isSidechain: false,
    timestamp: '2026-11-21T14:33:27.642Z',
    ...line,
    message: { id, type: 'message', role: 'assistant', model, content, usage },
  };
}

const call = (id: string): Record<string, unknown> => ({ type: 'tool_use', id, name: 'Read' });
const said = (text: unknown, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: 'user',
  timestamp: '2026-11-21T15:00:00.000Z',
  ...more,
  message: { role: 'user', content: text },
});

describe('claudeTranscript', () => {
  it('counts an answer once, with the figures of its last line', () => {
    const { reading } = readLines(claudeTranscript, [
      answer('m1', { input_tokens: 2, output_tokens: 1, cache_read_input_tokens: 50 }),
      answer('m1', { input_tokens: 2, output_tokens: 1, cache_read_input_tokens: 50 }),
      answer('m1', { input_tokens: 2, output_tokens: 90, cache_read_input_tokens: 50 }),
      answer('m2', { input_tokens: 3, output_tokens: 4, cache_creation_input_tokens: 7 }),
    ]);
    const { input, output, cacheRead, cacheWrite } = reading.totals.tokens;
    assert.deepEqual([input, output, cacheRead, cacheWrite], [5, 94, 50, 7]);
    assert.equal(reading.totals.model, 'claude-opus-5-5');
    assert.equal(reading.totals.contextTokens, 10);
    assert.equal(reading.lastAtMs, Date.parse('2026-11-21T14:33:27.642Z'));
    assert.equal(reading.skippedLines, 0);
  });

  it('counts an answer once when answers of others stand between its lines', () => {
    for (const [isSidechain, limit] of [
      [false, maxOpenMessages],
      [true, maxSharedMessages],
    ] as const) {
      const others = Array.from({ length: limit - 1 }, (_, i) =>
        answer(`other${i}`, { output_tokens: 1 }, { isSidechain }),
      );
      const { reading } = readLines(claudeTranscript, [
        answer('first', {}),
        answer('m1', { output_tokens: 5 }, { isSidechain }),
        ...others,
        answer('m1', { output_tokens: 8 }, { isSidechain }),
      ]);
      assert.equal(reading.totals.tokens.output, 8 + others.length);
    }
  });

  it('counts each call of a tool once', () => {
    const { reading } = readLines(claudeTranscript, [
      answer('m1', {}, { content: [call('t1')] }),
      answer('m1', {}, { content: [call('t2')] }),
      answer('m1', {}, { content: [call('t1'), call('t2'), call('t3')] }),
      answer('m2', {}, { content: [call('t4')] }),
    ]);
    assert.equal(reading.totals.toolCalls, 4);
  });

  it('tells two requests apart that were answered under one id', () => {
    const { reading } = readLines(claudeTranscript, [
      answer('same', { output_tokens: 1 }, { requestId: 'a' }),
      answer('same', { output_tokens: 2 }, { requestId: 'a' }),
      answer('same', { output_tokens: 4 }, { requestId: 'b' }),
      answer('same', { output_tokens: 8 }),
    ]);
    assert.equal(reading.totals.tokens.output, 8 + 4);
    const { reading: without } = readLines(claudeTranscript, [
      answer(undefined, { output_tokens: 1 }),
      answer(undefined, { output_tokens: 2 }),
    ]);
    assert.equal(without.totals.tokens.output, 3);
  });

  it('ignores answers that no model gave and lines that are copies', () => {
    const { reading } = readLines(claudeTranscript, [
      answer('m1', { output_tokens: 5 }, { model: '<synthetic>' }),
      answer('m2', { output_tokens: 5 }, { forkedFrom: { sessionId: 's', messageUuid: 'u' } }),
      answer('m3', undefined),
      { type: 'system', usage: { output_tokens: 9 } },
      { type: 'progress', data: { message: answer('m4', { output_tokens: 9 }) } },
    ]);
    assert.equal(reading.totals.tokens.output, 0);
    assert.equal(reading.totals.model, undefined);
  });

  it('counts children that share the file, whose context and model are their own', () => {
    const { reading } = readLines(claudeTranscript, [
      answer('m1', { input_tokens: 10 }),
      answer('c1', { input_tokens: 400 }, { isSidechain: true, model: 'claude-haiku-4-5' }),
    ]);
    assert.equal(reading.totals.tokens.input, 410);
    assert.equal(reading.totals.contextTokens, 10);
    assert.equal(reading.totals.model, 'claude-opus-5-5');
    const { reading: child } = readLines(claudeTranscript, [
      answer('c1', { input_tokens: 400 }, { isSidechain: true, model: 'claude-haiku-4-5' }),
    ]);
    assert.equal(child.totals.contextTokens, 400);
    assert.equal(child.totals.model, 'claude-haiku-4-5');
  });

  it('splits by what is charged apart', () => {
    const { reading } = readLines(claudeTranscript, [
      answer('m1', {
        input_tokens: 100_001,
        cache_creation_input_tokens: 9,
        cache_creation: { ephemeral_1h_input_tokens: 4, ephemeral_5m_input_tokens: 5 },
        output_tokens: 8,
        output_tokens_details: { thinking_tokens: 6 },
        server_tool_use: { web_search_requests: 2 },
        speed: 'fast',
        inference_geo: 'us',
      }),
    ]);
    assert.deepEqual(reading.totals.models, [
      {
        model: 'claude-opus-5-5',
        rate: 'fast-us',
        promptsAbove: 100_000,
        tokens: {
          input: 100_001,
          output: 8,
          reasoning: 6,
          cacheRead: 0,
          cacheWrite: 9,
          cacheWriteHour: 4,
        },
        webSearches: 2,
      },
    ]);
  });

  it('takes the steps of an answer as requests when they add up to it', () => {
    const step = (input: number, type = 'message'): Record<string, unknown> => ({
      type,
      input_tokens: input,
      output_tokens: 1,
    });
    const whole = { input_tokens: 120_000, output_tokens: 2 };
    const split = readLines(claudeTranscript, [
      answer('m1', {
        ...whole,
        iterations: [step(50_000), step(9, 'advisor_message'), step(70_000)],
      }),
    ]).reading.totals;
    assert.equal(split.tokens.input, 120_000);
    assert.equal(split.contextTokens, 70_000);
    assert.deepEqual(
      split.models.map(({ promptsAbove }) => promptsAbove),
      [0],
    );
    const kept = readLines(claudeTranscript, [
      answer('m1', { ...whole, iterations: [step(50_000), step(60_000)] }),
    ]).reading.totals;
    assert.deepEqual(
      kept.models.map(({ promptsAbove }) => promptsAbove),
      [100_000],
    );
  });

  it('notices an interruption with its time', () => {
    for (const text of [
      '[Request interrupted by user]',
      '[Request interrupted by user for tool use]',
    ]) {
      const { reading } = readLines(claudeTranscript, [
        answer('m1', { output_tokens: 1 }),
        said([{ type: 'text', text }]),
      ]);
      assert.equal(reading.interruptedAtMs, Date.parse('2026-11-21T15:00:00.000Z'));
      assert.equal(reading.lastAtMs, reading.interruptedAtMs);
    }
  });

  it('does not take words about an interruption for one', () => {
    const mark = '[Request interrupted by user]';
    const { reading } = readLines(claudeTranscript, [
      said(mark),
      said([{ type: 'text', text: `What is "${mark}"?` }]),
      said([{ type: 'tool_result', content: mark }]),
      said([{ type: 'text', text: mark }], { forkedFrom: { sessionId: 's' } }),
      answer('m1', {}, { content: [{ type: 'text', text: mark }] }),
    ]);
    assert.equal(reading.interruptedAtMs, undefined);
  });

  it('keeps what Claude Code itself tells of the cost with all children', () => {
    const { reading } = readLines(claudeTranscript, [
      { type: 'cost-state', totalCostUSD: 0.5 },
      { type: 'cost-state', totalCostUSD: 0.0268608, hasUnknownModelCost: false },
    ]);
    assert.equal(reading.totals.toldWithChildrenMicrosUsd, 26_861);
    assert.equal(reading.totals.toldMicrosUsd, undefined);
    const unknown = readLines(claudeTranscript, [
      { type: 'cost-state', totalCostUSD: 0.5, hasUnknownModelCost: true },
    ]);
    assert.equal(unknown.reading.totals.toldWithChildrenMicrosUsd, undefined);
  });

  it('skips and counts figures that are none', () => {
    const wrong: readonly Line[] = [
      answer('m1', { output_tokens: -1 }),
      answer('m2', { input_tokens: '5' }),
      answer('m3', { input_tokens: 1.5 }),
      answer('m4', { cache_read_input_tokens: 1e300 }),
      answer('x'.repeat(1000), { output_tokens: 1 }),
      { type: 'cost-state', totalCostUSD: 'a lot' },
    ];
    const { reading } = readLines(claudeTranscript, [...wrong, answer('m5', { output_tokens: 3 })]);
    assert.equal(reading.totals.tokens.output, 3);
    assert.equal(reading.skippedLines, wrong.length);
  });

  it('keeps a memory of bounded size that comes back from JSON', () => {
    const { memory } = readLines(
      claudeTranscript,
      Array.from({ length: 500 }, (_, i) =>
        answer(`m${i}`, { output_tokens: 1 }, { content: [call(`t${i}`)] }),
      ),
    );
    const text = JSON.stringify(memory);
    assert.ok(text.length < 8000, `${text.length}`);
    assert.deepEqual(claudeTranscript.parseMemory(JSON.parse(text)), memory);
    for (const wrong of [
      undefined,
      {},
      { open: [] },
      { open: 'x', shared: [] },
      { open: [{ id: 'a' }], shared: [] },
    ]) {
      assert.equal(claudeTranscript.parseMemory(wrong), undefined);
    }
  });
});

describe('a recorded transcript of Claude Code', () => {
  const session = '00000000-0000-4000-8000-000000000001';
  const child = 'a0000000000000001';
  interface Expected {
    readonly agentId?: string;
    readonly usage: Readonly<Record<string, number>>;
  }
  const expected = JSON.parse(
    readFileSync(join(recorded, 'expected-usage.json'), 'utf8'),
  ) as readonly Expected[];
  const sum = (agentId: string | undefined, name: string): number =>
    expected
      .filter((each) => each.agentId === agentId)
      .reduce((total, { usage }) => total + (usage[name] ?? 0), 0);
  const read = (path: string) =>
    readText(claudeTranscript, readFileSync(join(recorded, path), 'utf8')).reading;
  const parent = read(`${session}.jsonl`);
  const subagent = read(`${session}/subagents/agent-${child}.jsonl`);

  it('has the sums of what the model was asked to tell', () => {
    for (const [agentId, { totals, skippedLines }] of [
      [undefined, parent],
      [child, subagent],
    ] as const) {
      assert.equal(totals.tokens.input, sum(agentId, 'input_tokens'));
      assert.equal(totals.tokens.output, sum(agentId, 'output_tokens'));
      assert.equal(totals.tokens.cacheRead, sum(agentId, 'cache_read_input_tokens'));
      assert.equal(totals.tokens.cacheWrite, sum(agentId, 'cache_creation_input_tokens'));
      assert.equal(skippedLines, 0);
    }
    assert.ok(parent.totals.tokens.input > 0 && subagent.totals.tokens.input > 0);
  });

  it('costs by price what Claude Code itself says that it cost', () => {
    const prices = listPrices();
    const cost = addCosts(costOf(parent.totals, prices), costOf(subagent.totals, prices));
    const told = parent.totals.toldWithChildrenMicrosUsd;
    assert.ok(told !== undefined && cost.microsUsd !== undefined);
    assert.ok(Math.abs(cost.microsUsd - told) <= 1, `${cost.microsUsd} and ${told}`);
  });
});
