import assert from 'node:assert/strict';
import {
  compactCount,
  contextText,
  costText,
  shortCost,
  shortUsage,
  tokensText,
} from '../../../src/presentation/usageWording.ts';
import { tokensOf, usageOf } from '../../support/agentsAtWork.ts';

const pricesAsOf = '2026-09-28';

describe('usage in words', () => {
  it('shortens counts to three figures at most, never up to the next unit', () => {
    const shown: readonly (readonly [number, string])[] = [
      [0, '0'],
      [999, '999'],
      [1000, '1 k'],
      [3140, '3.1 k'],
      [9999, '9.9 k'],
      [31_400, '31 k'],
      [999_999, '999 k'],
      [1_200_000, '1.2 M'],
      [Number.MAX_SAFE_INTEGER, '9 P'],
    ];
    for (const [count, text] of shown) assert.equal(compactCount(count), text);
  });

  it('marks a cost as told, as estimated, or as a lower bound', () => {
    const cost = usageOf({}, { microsUsd: 420_000 }).cost;
    assert.equal(shortCost(cost), '≈$0.42');
    assert.equal(shortCost({ ...cost, source: 'told' }), '$0.42');
    assert.equal(shortCost({ ...cost, microsUsd: undefined }), '≥$0.42');
    assert.equal(shortCost({ ...cost, microsUsd: 9999, atLeastMicrosUsd: 9999 }), '<$0.01');
    assert.equal(shortCost({ ...cost, microsUsd: 0, atLeastMicrosUsd: 0 }), undefined);
  });

  it('counts in the row only what was sent anew or written', () => {
    const tokens = tokensOf({ input: 1000, cacheWrite: 500, output: 1500, cacheRead: 9_000_000 });
    assert.equal(shortUsage(usageOf({ tokens })), '3 k tokens');
    assert.equal(shortUsage(usageOf({ tokens }, { microsUsd: 50_000 })), '≈$0.05 · 3 k tokens');
    assert.equal(shortUsage(usageOf({})), undefined);
    assert.equal(shortUsage(undefined), undefined);
  });

  it('leaves out of the tokens what there is none of', () => {
    assert.equal(tokensText(tokensOf({ input: 12_345, output: 678 })), '12,345 in · 678 out');
    assert.equal(
      tokensText(tokensOf({ output: 678, reasoning: 90, cacheRead: 1200, cacheWrite: 300 })),
      '0 in · 678 out, 90 of it reasoning · 1,200 read from cache · 300 written to cache',
    );
  });

  it('names the models without a price', () => {
    const cost = {
      ...{ microsUsd: undefined, atLeastMicrosUsd: 420_000, source: 'estimated' as const },
      unpricedModels: ['my-model'],
    };
    const usage = usageOf({}, { more: { cost } });
    assert.equal(costText(usage, { pricesAsOf }), 'at least $0.42; no price of my-model');
    const nothing = usageOf({}, { more: { cost: { ...cost, atLeastMicrosUsd: 0 } } });
    assert.equal(costText(nothing, { pricesAsOf }), 'not known: no price of my-model');
    const unnamed = { ...cost, unpricedModels: [''] };
    assert.equal(
      costText(usageOf({}, { more: { cost: unnamed } }), { pricesAsOf }),
      'at least $0.42; of a part the price is not known',
    );
  });

  it('says by whom a cost is told', () => {
    const usage = usageOf({}, { microsUsd: 420_000 });
    assert.equal(costText(usage, { pricesAsOf }), 'about $0.42, by list prices as of 2026-09-28');
    const told = { ...usage, cost: { ...usage.cost, source: 'told' as const } };
    assert.equal(costText(told, { pricesAsOf }), '$0.42, as the agent tells');
    assert.equal(costText({ ...told, isFromEntry: true }, { pricesAsOf }), '$0.42');
  });

  it('draws how full the context is, and never more than full', () => {
    const text = (contextTokens: number, contextLimit: number | undefined): string | undefined =>
      contextText({ contextTokens, contextLimit });
    assert.equal(text(124_000, 200_000), '▰▰▰▰▰▰▱▱▱▱ 62 % of 200 k');
    assert.equal(text(500, 200_000), '▱▱▱▱▱▱▱▱▱▱ <1 % of 200 k');
    assert.equal(text(250_000, 200_000), '▰▰▰▰▰▰▰▰▰▰ 125 % of 200 k');
    assert.equal(text(124_000, undefined), '124 k tokens');
    assert.equal(text(124_000, 0), '124 k tokens');
    assert.equal(contextText({ contextTokens: undefined, contextLimit: 200_000 }), undefined);
  });
});
