import assert from 'node:assert/strict';
import { noTokens } from '../../../../../src/core/harness/usage/tokenCounts.ts';
import { costOf } from '../../../../../src/core/harness/usage/usageCost.ts';
import {
  raiseUsageSummary,
  toUsageSummary,
} from '../../../../../src/core/harness/usage/usageSummary.ts';
import { nothingUsed } from '../../../../../src/core/harness/usage/usageTotals.ts';

const totals = {
  ...nothingUsed,
  tokens: { ...noTokens, input: 10, output: 20, cacheRead: 99 },
  toldMicrosUsd: 5,
};

describe('toUsageSummary', () => {
  it('gives the figures of an entry', () => {
    assert.deepEqual(toUsageSummary(totals, costOf(totals, {})), {
      inputTokens: 10n,
      outputTokens: 20n,
      costMicrosUsd: 5n,
    });
  });

  it('adds thoughts and calls of tools where there are some', () => {
    const more = { ...totals, toolCalls: 2 ** 40, tokens: { ...totals.tokens, reasoning: 7 } };
    const summary = toUsageSummary(more, costOf(more, {}));
    assert.equal(summary.reasoningTokens, 7n);
    assert.equal(summary.toolCalls, 2 ** 32 - 1);
  });

  it('leaves out a cost with a part that is not known', () => {
    const unknown = { ...totals, toldMicrosUsd: undefined };
    assert.ok(!('costMicrosUsd' in toUsageSummary(unknown, costOf(unknown, {}))));
  });
});

describe('raiseUsageSummary', () => {
  const figures = toUsageSummary(totals, costOf(totals, {}));

  it('raises figures, keeps others and what it does not know', () => {
    const before = { inputTokens: 99n, outputTokens: 1n, unknownFields: { future: true } };
    assert.deepEqual(raiseUsageSummary(before, figures), {
      inputTokens: 99n,
      outputTokens: 20n,
      reasoningTokens: undefined,
      toolCalls: undefined,
      costMicrosUsd: 5n,
      unknownFields: { future: true },
    });
  });

  it('returns the same object when nothing is raised', () => {
    const before = { ...figures, outputTokens: 1000n, unknownFields: {} };
    assert.equal(raiseUsageSummary(before, figures), before);
  });
});
