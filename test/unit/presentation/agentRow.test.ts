import assert from 'node:assert/strict';
import type { AgentSnapshot } from '../../../src/core/agents/registrySnapshot.ts';
import type { AgentActivity } from '../../../src/presentation/agentActivity.ts';
import {
  agentRow,
  type AgentRowOptions,
  type RowCache,
} from '../../../src/presentation/agentRow.ts';
import { inEnglish } from '../../../src/presentation/agentWording.ts';
import type { Crossing } from '../../../src/presentation/usageLimits.ts';
import type { TreeRow } from '../../../src/presentation/treeRow.ts';
import { agentOf, gone, noonMs, nowOf, tokensOf, usageOf } from '../../support/agentsAtWork.ts';

const minuteMs = 60_000;
const tool = { name: 'Edit', does: 'edit', paths: ['src/total.ts'], sinceMs: noonMs } as const;

function rowOf(
  agent: AgentSnapshot,
  activity: AgentActivity = {},
  options: Partial<AgentRowOptions> = {},
): TreeRow {
  return agentRow(agent, {
    ...{ root: '/repo', nowMs: noonMs + 5 * minuteMs, t: inEnglish, parent: undefined },
    ...{ children: [], cache: new WeakMap(), activity },
    ...options,
  });
}

describe('the row of an agent', () => {
  const agent = agentOf('agent-a', { thread: 'feature/checkout', model: 'claude-opus-5' });

  it('says tool and file, for how long, on which thread, at what price', () => {
    const tokens = tokensOf({ input: 30_000, output: 1500, cacheRead: 900_000 });
    const usage = usageOf({ tokens }, { microsUsd: 420_000 });
    const row = rowOf(agent, { now: nowOf({ tool }), usage });
    assert.equal(
      row.description,
      'editing src/total.ts · 5 min · feature/checkout · ≈$0.42 · 31 k tokens',
    );
    assert.equal(row.icon, 'play-circle');
    assert.equal(row.contextValue, 'heddle.agent+active+alive+working+connected+reservation');
    assert.match(row.accessibleText ?? '', /editing src\/total\.ts for 5 min, holds thread/);
  });

  it('says what a waiting one waits for', () => {
    const waitsFor = { reason: 'permission', text: 'May I run npm?' } as const;
    const row = rowOf(agent, { now: nowOf({ phase: 'waiting', waitsFor }) });
    assert.equal(row.description, 'waiting for you · permission · 5 min · feature/checkout');
    assert.equal(row.icon, 'bell-dot');
  });

  it('joins a state of one word and its age', () => {
    assert.match(rowOf(agent, { now: nowOf({ phase: 'idle' }) }).description, /^idle 5 min · /);
    assert.match(rowOf(agent, { now: nowOf({ phase: 'quiet' }) }).description, /^quiet 5 min · /);
    assert.match(rowOf(agent).description, /^alive 5 min · /);
  });

  it('shows a dead one as dead, whatever it did', () => {
    const dead = agentOf('agent-a', { thread: 'feature/checkout' }, gone);
    const row = rowOf(dead, { now: nowOf({ tool }) });
    assert.match(row.description, /^dead 5 min · feature\/checkout/);
    assert.equal(row.icon, 'error');
    assert.ok(!row.contextValue.includes('working'));
  });

  it('calls a subagent by its type, and says then which program it is', () => {
    const child = agentOf('agent-b', { model: 'claude-haiku-4-5' });
    const row = rowOf(child, { now: nowOf({ childType: 'Explore' }) });
    assert.equal(row.label, 'Explore');
    assert.match(row.description, /^working 5 min · Claude Code · haiku-4-5/);
  });

  it('shows a limit near the front and in place of the cost', () => {
    const crossing: Crossing = {
      ...{ kind: 'over', spentMicrosUsd: 5_120_000, limitMicrosUsd: 5_000_000 },
      isLowerBound: false,
    };
    const usage = usageOf({ tokens: tokensOf({ output: 2000 }) }, { microsUsd: 5_120_000 });
    const row = rowOf(agent, { now: nowOf({ tool }), usage, crossing });
    assert.match(row.description, /5 min · ⚠\uFE0E \$5\.12 of \$5\.00 · feature/);
    assert.ok(!row.description.includes('≈$5.12'));
    assert.match(row.accessibleText ?? '', /spent \$5\.12 of \$5\.00/);
  });

  it('falls back on what the entry says it used', () => {
    const usageSummary = {
      ...agent.entry.usageSummary,
      inputTokens: 4000n,
      costMicrosUsd: 70_000n,
    };
    const row = rowOf(agentOf('agent-a', { usageSummary }));
    assert.match(row.description, / · \$0\.07 · 4 k tokens$/);
  });

  it('is the same object until it looks different', () => {
    const cache: RowCache = new WeakMap();
    const activity = { now: nowOf({ tool }) };
    const first = rowOf(agent, activity, { cache });
    assert.equal(rowOf(agent, { ...activity }, { cache }), first);
    assert.equal(rowOf(agent, activity, { cache, nowMs: noonMs + 5.5 * minuteMs }), first);
    const later = rowOf(agent, activity, { cache, nowMs: noonMs + 6 * minuteMs });
    assert.match(later.description, / 6 min /);
    const usage = usageOf({ tokens: tokensOf({ output: 2000 }) });
    assert.match(rowOf(agent, { ...activity, usage }, { cache }).description, /2 k tokens$/);
  });
});
