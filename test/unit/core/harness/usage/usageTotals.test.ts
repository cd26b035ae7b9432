import assert from 'node:assert/strict';
import {
  addModelUsage,
  maxModelUsages,
  otherModels,
  promptStep,
  toModelName,
  type ModelUsage,
} from '../../../../../src/core/harness/usage/modelUsage.ts';
import { addTokens, noTokens } from '../../../../../src/core/harness/usage/tokenCounts.ts';
import {
  addTotals,
  applyReported,
  countUsage,
  isSameTotals,
  nothingUsed,
  toMicrosUsd,
} from '../../../../../src/core/harness/usage/usageTotals.ts';

const usage = (model: string, input: number): ModelUsage => ({
  model,
  rate: 'standard',
  promptsAbove: 0,
  tokens: { ...noTokens, input },
  webSearches: 0,
});

describe('UsageTotals', () => {
  it('split what was used by model', () => {
    const totals = [usage('a', 1), usage('b', 10), usage('a', 100)].reduce(
      (sum, each) => countUsage(sum, each),
      nothingUsed,
    );
    assert.equal(totals.tokens.input, 111);
    assert.deepEqual(
      totals.models.map(({ model, tokens }) => [model, tokens.input]),
      [
        ['a', 101],
        ['b', 10],
      ],
    );
  });

  it('give back exactly what was counted before', () => {
    const before = countUsage(nothingUsed, usage('a', 5));
    const after = countUsage(countUsage(before, usage('a', 7)), usage('a', 7), -1);
    assert.ok(isSameTotals(after, before));
  });

  it('count models beyond the bound together and can take them back', () => {
    const many = Array.from({ length: 50 }, (_, i) => usage(`m${i}`, 1));
    let models: readonly ModelUsage[] = [];
    for (const each of many) models = addModelUsage(models, each);
    assert.equal(models.length, maxModelUsages);
    const other = models.find(({ model }) => model === otherModels);
    assert.equal(other?.tokens.input, 50 - (maxModelUsages - 1));
    for (const each of many) models = addModelUsage(models, each, -1);
    assert.ok(models.every(({ tokens }) => tokens.input === 0));
  });

  it('of two agents add up, without a context or a cost that only one tells', () => {
    const a = { ...countUsage(nothingUsed, usage('a', 5)), contextTokens: 9, toldMicrosUsd: 3 };
    const b = { ...countUsage(nothingUsed, usage('b', 6)), toolCalls: 2 };
    const sum = addTotals(a, b);
    assert.equal(sum.tokens.input, 11);
    assert.equal(sum.toolCalls, 2);
    assert.equal(sum.models.length, 2);
    assert.equal(sum.contextTokens, undefined);
    assert.equal(sum.toldMicrosUsd, undefined);
    assert.equal(addTotals(a, { ...b, toldMicrosUsd: 4 }).toldMicrosUsd, 7);
  });

  it('differ when any figure differs, but not by the order of the models', () => {
    const a = countUsage(countUsage(nothingUsed, usage('a', 5)), usage('b', 6));
    const b = countUsage(countUsage(nothingUsed, usage('b', 6)), usage('a', 5));
    assert.ok(isSameTotals(a, b));
    assert.ok(!isSameTotals(a, { ...a, toolCalls: 1 }));
    assert.ok(!isSameTotals(a, { ...a, contextTokens: 1 }));
    assert.ok(!isSameTotals(a, countUsage(a, usage('a', 1))));
  });

  it('never go back on an event that came late', () => {
    const first = applyReported(nothingUsed, { inputTokens: 10, costUsd: 0.5, contextTokens: 8 });
    const late = applyReported(first, { inputTokens: 7, costUsd: 0.25, contextTokens: 4 }, 'm');
    assert.equal(late.tokens.input, 10);
    assert.equal(late.toldMicrosUsd, 500_000);
    assert.equal(late.contextTokens, 4);
    assert.equal(late.model, 'm');
  });

  it('ignore reported figures that are none', () => {
    const totals = applyReported(nothingUsed, { inputTokens: 1.5, outputTokens: -1, costUsd: NaN });
    assert.ok(isSameTotals(totals, nothingUsed));
  });

  it('stay safe integers', () => {
    const huge = { ...noTokens, input: Number.MAX_SAFE_INTEGER };
    assert.equal(addTokens(huge, huge).input, Number.MAX_SAFE_INTEGER);
    assert.equal(addTokens(noTokens, huge, -1).input, 0);
  });
});

describe('promptStep', () => {
  it('tells the highest step that a prompt exceeds', () => {
    assert.deepEqual(
      [0, 100_000, 100_001, 200_001, 272_000, 272_001].map(promptStep),
      [0, 0, 100_000, 200_000, 200_000, 272_000],
    );
  });
});

describe('toModelName', () => {
  it('takes short text in one line and nothing else', () => {
    assert.equal(toModelName('claude-opus-5-5'), 'claude-opus-5-5');
    assert.equal(toModelName('a\n\u001b[31mb'), 'a [31mb');
    assert.equal(toModelName('x'.repeat(1e6))?.length, 100);
    for (const other of [undefined, null, 3, '', ' \n', {}]) {
      assert.equal(toModelName(other), undefined);
    }
  });
});

describe('toMicrosUsd', () => {
  it('rounds to whole millionths and refuses what is no sum of money', () => {
    assert.equal(toMicrosUsd(0.0268608), 26_861);
    for (const other of [undefined, -1, NaN, Infinity, 1e300]) {
      assert.equal(toMicrosUsd(other), undefined);
    }
  });
});
