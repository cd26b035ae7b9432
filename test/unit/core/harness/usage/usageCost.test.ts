import assert from 'node:assert/strict';
import {
  parsePriceOverrides,
  priceKey,
  pricesOf,
  withOverrides,
} from '../../../../../src/core/harness/usage/modelPrices.ts';
import type { ModelUsage } from '../../../../../src/core/harness/usage/modelUsage.ts';
import {
  listPrices,
  pricesAsOf,
  type PriceTable,
} from '../../../../../src/core/harness/usage/priceTable.ts';
import { noTokens, type TokenCounts } from '../../../../../src/core/harness/usage/tokenCounts.ts';
import { addCosts, costOf, noCost } from '../../../../../src/core/harness/usage/usageCost.ts';
import {
  countUsage,
  nothingUsed,
  type UsageTotals,
} from '../../../../../src/core/harness/usage/usageTotals.ts';

const million = 1_000_000;

function used(
  model: string,
  tokens: Partial<TokenCounts>,
  more: Partial<ModelUsage> = {},
): UsageTotals {
  return countUsage(
    { ...nothingUsed, model },
    {
      model,
      rate: 'standard',
      promptsAbove: 0,
      tokens: { ...noTokens, ...tokens },
      webSearches: 0,
      ...more,
    },
  );
}
const microsOf = (totals: UsageTotals, prices: PriceTable = listPrices()): number | undefined =>
  costOf(totals, prices).microsUsd;

describe('costOf', () => {
  it('charges each kind of token at its own price', () => {
    const each = { input: million, output: million, cacheRead: million };
    assert.equal(
      microsOf(
        used('claude-opus-5-5', { ...each, cacheWrite: 2 * million, cacheWriteHour: million }),
      ),
      (4 + 20 + 0.2 + 5 + 8) * million,
    );
  });

  it('does not charge thoughts twice, which are part of the output', () => {
    assert.equal(
      microsOf(used('gpt-6-sol', { output: million, reasoning: million })),
      10 * million,
    );
  });

  it('charges a long prompt at the price of long prompts', () => {
    const tokens = { input: million, output: million };
    assert.equal(microsOf(used('claude-haiku-5-5', tokens)), 0.6 * million);
    assert.equal(
      microsOf(used('claude-haiku-5-5', tokens, { promptsAbove: 100_000 })),
      3 * million,
    );
    assert.equal(microsOf(used('gpt-5.5', tokens, { promptsAbove: 200_000 })), 35 * million);
    assert.equal(microsOf(used('gpt-5.5', tokens, { promptsAbove: 272_000 })), 55 * million);
    assert.equal(microsOf(used('gpt-5.2', tokens, { promptsAbove: 272_000 })), 15.75 * million);
  });

  it('charges fast answers and those of one region at their price', () => {
    const tokens = { input: million };
    assert.equal(microsOf(used('claude-opus-5-5', tokens, { rate: 'fast' })), 8 * million);
    assert.equal(microsOf(used('claude-opus-5-5', tokens, { rate: 'us' })), 4.4 * million);
    assert.equal(microsOf(used('claude-sonnet-5', tokens, { rate: 'fast' })), undefined);
  });

  it('charges searches of the web', () => {
    assert.equal(microsOf(used('claude-opus-5-5', {}, { webSearches: 3 })), 30_000);
    assert.equal(microsOf(used('gpt-5', {}, { webSearches: 3 })), undefined);
  });

  it('gives no sum when one model has no price, but what it cost at least', () => {
    const totals = countUsage(used('claude-opus-5-5', { input: million }), {
      model: 'claude-opus-9',
      rate: 'standard',
      promptsAbove: 0,
      tokens: { ...noTokens, input: 1 },
      webSearches: 0,
    });
    assert.deepEqual(costOf(totals, listPrices()), {
      microsUsd: undefined,
      atLeastMicrosUsd: 4 * million,
      source: 'estimated',
      unpricedModels: ['claude-opus-9'],
    });
  });

  it('gives no sum for tokens of which nobody knows the model', () => {
    const totals = { ...nothingUsed, tokens: { ...noTokens, input: 5 } };
    assert.equal(microsOf(totals), undefined);
  });

  it('takes what the harness tells before any price', () => {
    const totals = { ...used('claude-opus-5-5', { input: million }), toldMicrosUsd: 7 };
    assert.deepEqual(costOf(totals, listPrices()), {
      microsUsd: 7,
      atLeastMicrosUsd: 7,
      source: 'told',
      unpricedModels: [],
    });
  });

  it('costs nothing when nothing was used', () => {
    assert.equal(microsOf(nothingUsed), 0);
  });
});

describe('addCosts', () => {
  const known = costOf({ ...nothingUsed, toldMicrosUsd: 5 }, {});
  const unknown = costOf(used('what', { input: 1 }), {});

  it('keeps a sum told only when both were told', () => {
    assert.deepEqual(addCosts(noCost, known), known);
    const estimate = costOf(used('gpt-5', { output: million }), listPrices());
    assert.equal(addCosts(known, estimate).source, 'estimated');
    assert.equal(addCosts(known, estimate).microsUsd, 10 * million + 5);
  });

  it('has no sum when one of both has none', () => {
    assert.equal(addCosts(known, unknown).microsUsd, undefined);
    assert.equal(addCosts(known, unknown).atLeastMicrosUsd, 5);
    assert.deepEqual(addCosts(unknown, known).unpricedModels, ['what']);
  });
});

describe('the list of prices', () => {
  it('has a date, and only positive prices under the name that is looked up', () => {
    assert.match(pricesAsOf, /^\d{4}-\d{2}-\d{2}$/);
    const entries = Object.entries(listPrices());
    assert.ok(entries.length > 40);
    for (const [model, { input, output, cacheRead }] of entries) {
      assert.equal(priceKey(model), model);
      assert.ok(input > 0 && output > input, model);
      assert.ok(cacheRead === undefined || cacheRead < input, model);
    }
  });

  it('knows a model under the names that providers and harnesses give it', () => {
    for (const name of [
      'claude-haiku-4-5',
      'claude-haiku-4-5-20251001',
      'claude-haiku-4-5@20251001',
      'us.anthropic.claude-haiku-4-5-20251001-v1:0',
      'anthropic/claude-haiku-4-5',
      'Claude-Haiku-4-5[1m]',
    ]) {
      assert.equal(pricesOf(listPrices(), name)?.output, 5, name);
    }
    assert.equal(pricesOf(listPrices(), 'models/gemini-2.5-pro')?.output, 10);
    assert.equal(pricesOf(listPrices(), 'gpt-5.4-2026-03-05')?.output, 15);
  });

  it('never guesses from a similar name', () => {
    for (const name of [
      'claude-opus',
      'claude-opus-6',
      'gpt-5-ultra',
      '',
      'toString',
      '__proto__',
    ]) {
      assert.equal(pricesOf(listPrices(), name), undefined, name);
    }
  });
});

describe('parsePriceOverrides', () => {
  it('puts the prices of a person in place of those of the list', () => {
    const prices = withOverrides(
      listPrices(),
      parsePriceOverrides({
        'claude-opus-5-5': { input: 1, output: 2 },
        'my/Model-1': { input: 3, output: 4, cacheRead: 0 },
      }),
    );
    const each = { input: million, output: million, cacheRead: million, cacheWrite: million };
    assert.equal(microsOf(used('claude-opus-5-5', each), prices), 5 * million);
    assert.equal(microsOf(used('model-1', each), prices), 10 * million);
    assert.equal(microsOf(used('gpt-5', { output: million }), prices), 10 * million);
  });

  it('names what is wrong and keeps the rest', () => {
    const { prices, problems } = parsePriceOverrides({
      good: { input: 1, output: 2 },
      a: 5,
      b: { input: 1 },
      c: { input: -1, output: 2 },
      d: { input: 1, output: '2' },
    });
    assert.deepEqual(Object.keys(prices), ['good']);
    assert.deepEqual(problems, [
      'The price of "a" is not used: it must be a table with "input" and "output".',
      'The price of "b" is not used: "output" is missing.',
      'The price of "c" is not used: "input" must be a number of US dollars per million tokens, from 0 to 100000.',
      'The price of "d" is not used: "output" must be a number of US dollars per million tokens, from 0 to 100000.',
    ]);
    assert.deepEqual(parsePriceOverrides(undefined), { prices: {}, problems: [] });
    assert.equal(parsePriceOverrides([]).problems.length, 1);
  });
});
