import assert from 'node:assert/strict';
import type { AgentUsageSummary } from '../../../src/core/agents/agentEntry.ts';
import { addUsages, usageOfEntry } from '../../../src/presentation/usageShown.ts';
import { agentOf, tokensOf, usageOf } from '../../support/agentsAtWork.ts';

const summaryOf = (fields: Partial<AgentUsageSummary>): AgentUsageSummary => ({
  ...agentOf('agent-a').entry.usageSummary,
  ...fields,
});

describe('usage as it is shown', () => {
  it('is what the entry says, as told', () => {
    const usage = usageOfEntry(summaryOf({ inputTokens: 5n, toolCalls: 2, costMicrosUsd: 70n }));
    assert.equal(usage?.totals.tokens.input, 5);
    assert.equal(usage.totals.tokens.output, 0);
    assert.equal(usage.totals.toolCalls, 2);
    assert.deepEqual(usage.cost, {
      ...{ microsUsd: 70, atLeastMicrosUsd: 70, source: 'told' },
      unpricedModels: [],
    });
    assert.equal(usage.isFromEntry, true);
  });

  it('is nothing when the entry says nothing, and something when it says zero', () => {
    assert.equal(usageOfEntry(summaryOf({})), undefined);
    assert.notEqual(usageOfEntry(summaryOf({ inputTokens: 0n })), undefined);
  });

  it('stays a number for counters beyond what numbers hold', () => {
    const usage = usageOfEntry(summaryOf({ inputTokens: 2n ** 63n }));
    assert.equal(usage?.totals.tokens.input, Number.MAX_SAFE_INTEGER);
  });

  it('adds up figures and costs', () => {
    const a = usageOf(
      { tokens: tokensOf({ input: 1, output: 2 }), toolCalls: 3 },
      { microsUsd: 4 },
    );
    const entry = usageOfEntry(summaryOf({ inputTokens: 10n, costMicrosUsd: 40n }));
    assert.ok(entry);
    const sum = addUsages([a, entry, a]);
    assert.equal(sum?.totals.tokens.input, 12);
    assert.equal(sum.totals.toolCalls, 6);
    assert.equal(sum.cost.microsUsd, 48);
    assert.equal(sum.cost.source, 'estimated');
    assert.equal(sum.isFromEntry, false);
    assert.equal(addUsages([]), undefined);
    assert.equal(addUsages([a]), a);
  });
});
