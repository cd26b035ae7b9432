import assert from 'node:assert/strict';
import { geminiTranscript } from '../../../../src/harnesses/usage/geminiTranscript.ts';
import { readLines, type Line } from './transcriptLines.ts';

type Table = Readonly<Record<string, unknown>>;

const message = (id: string, tokens: Table | null, more: Table = {}): Table => ({
  id,
  timestamp: '2026-11-21T14:00:00.000Z',
  type: 'gemini',
  content: '',
  thoughts: [],
  tokens,
  model: 'gemini-3.8-flash',
  ...more,
});
const read = (lines: readonly Line[]) => readLines(geminiTranscript, lines).reading;

describe('geminiTranscript', () => {
  it('counts a message that is written again once, as it was last', () => {
    const calls = [
      { id: 'c1', name: 'read_file' },
      { id: 'c2', name: 'replace' },
    ];
    const { totals, skippedLines } = read([
      { sessionId: 's', projectHash: 'h', startTime: 't', lastUpdated: 't', kind: 'main' },
      { id: 'u1', type: 'user', content: 'go' },
      message('g1', null),
      { $set: { lastUpdated: 't' } },
      message('g1', { input: 100, output: 20, cached: 40, thoughts: 5, tool: 3, total: 128 }),
      message(
        'g1',
        { input: 100, output: 20, cached: 40, thoughts: 5, tool: 3, total: 128 },
        { toolCalls: calls.slice(0, 1) },
      ),
      message(
        'g1',
        { input: 100, output: 20, cached: 40, thoughts: 5, tool: 3, total: 128 },
        { toolCalls: calls },
      ),
      message('g2', { input: 7, output: 1, cached: 0, thoughts: 0, tool: 0, total: 8 }),
    ]);
    assert.deepEqual(totals.tokens, {
      input: 60 + 3 + 7,
      output: 25 + 1,
      reasoning: 5,
      cacheRead: 40,
      cacheWrite: 0,
      cacheWriteHour: 0,
    });
    assert.equal(totals.toolCalls, 2);
    assert.equal(totals.model, 'gemini-3.8-flash');
    assert.equal(totals.contextTokens, 7);
    assert.equal(skippedLines, 0);
  });

  it('still counts what a person took back', () => {
    const { totals } = read([
      message('g1', { input: 5, output: 1 }),
      { $rewindTo: 'g1' },
      message('g2', { input: 6, output: 1 }),
    ]);
    assert.equal(totals.tokens.input, 11);
  });

  it('skips and counts figures that are none', () => {
    const reading = read([
      message('g1', { input: -5 }),
      message('g2', { input: 'many' }),
      { ...message('g3', null), tokens: 7 },
      { ...message('g4', { input: 1 }), id: 'x'.repeat(1000) },
      message('g5', { input: 1 }),
    ]);
    assert.equal(reading.totals.tokens.input, 1);
    assert.equal(reading.skippedLines, 4);
  });

  it('keeps a memory that comes back from JSON', () => {
    const { memory } = readLines(geminiTranscript, [message('g1', { input: 5, output: 1 })]);
    assert.deepEqual(geminiTranscript.parseMemory(JSON.parse(JSON.stringify(memory))), memory);
    assert.equal(geminiTranscript.parseMemory({ open: 5 }), undefined);
  });
});
