import assert from 'node:assert/strict';
import type { AgentActivity } from '../../../src/presentation/agentActivity.ts';
import { agentTooltip } from '../../../src/presentation/agentTooltip.ts';
import { inEnglish } from '../../../src/presentation/agentWording.ts';
import { agentOf, gone, noonMs, nowOf, tokensOf, usageOf } from '../../support/agentsAtWork.ts';

function tooltipOf(
  activity: AgentActivity,
  { agent = agentOf('agent-a', { pid: 77 }), name = 'Claude Code' } = {},
): { readonly text: string; readonly fields: ReadonlyMap<string, string> } {
  const parts = agentTooltip(agent, { t: inEnglish, name, heldCount: 2, activity });
  const texts = parts.flatMap((part) => (part.kind === 'field' ? [] : [part.text]));
  const fields = parts.flatMap((part) =>
    part.kind === 'field' ? [[part.label, part.value] as const] : [],
  );
  return { text: texts.join('\n'), fields: new Map(fields) };
}

describe('the tooltip of an agent', () => {
  const paths = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const tool = { name: 'apply_patch', does: 'edit', paths, sinceMs: noonMs } as const;

  it('says what it does, with which tool, on which files, and the evidence', () => {
    const { text, fields } = tooltipOf({ now: nowOf({ tool }) });
    assert.match(text, /^Claude Code\nWorking since 2026-06-01 \d\d:00\. Process/);
    assert.match(text, /Process 77 is running\./);
    assert.match(fields.get('Now') ?? '', /^editing a and 6 more since \d\d:00:00$/);
    assert.equal(fields.get('Tool'), 'apply_patch');
    assert.equal(fields.get('Files'), 'a, b, c, d, e, 2 more');
    assert.equal(fields.get('Files held'), '2');
  });

  it('says what a waiting one asks', () => {
    const waitsFor = { reason: 'question', text: 'Which\nbranch?' } as const;
    const { text, fields } = tooltipOf({ now: nowOf({ phase: 'waiting', waitsFor }) });
    assert.match(text, /Waiting for you · question since .*It asks you a question/s);
    assert.doesNotMatch(fields.get('It says') ?? '\n', /\n/);
    assert.match(fields.get('It says') ?? '', /^Which.*branch\?$/);
  });

  it('has tokens, cost with its source, context fill, and the sum with subagents', () => {
    const tokens = tokensOf({ input: 1200, output: 300, reasoning: 20, cacheRead: 5000 });
    const context = { contextTokens: 124_000, contextLimit: 200_000 };
    const usage = usageOf({ tokens, toolCalls: 7, ...context }, { microsUsd: 420_000 });
    const withChildren = usageOf({ tokens: tokensOf({ input: 2400 }) }, { microsUsd: 900_000 });
    const { fields } = tooltipOf({ usage, withChildren });
    assert.equal(
      fields.get('Tokens'),
      '1,200 in · 300 out, 20 of it reasoning · 5,000 read from cache',
    );
    assert.match(fields.get('Cost') ?? '', /^about \$0\.42, by list prices as of \d{4}-\d\d-\d\d$/);
    assert.equal(fields.get('Context'), '▰▰▰▰▰▰▱▱▱▱ 62 % of 200 k');
    assert.equal(fields.get('Tool calls'), '7');
    assert.match(fields.get('With subagents') ?? '', /^2,400 in · 0 out · about \$0\.90/);
  });

  it('tells nothing of what a dead one did', () => {
    const agent = agentOf('agent-a', { pid: 77 }, gone);
    const { text, fields } = tooltipOf({ now: nowOf({ tool }) }, { agent });
    assert.match(text, /Dead\. Process 77 is gone\./);
    assert.equal(fields.has('Now'), false);
    assert.equal(fields.has('Tool'), false);
  });

  it('says of a subagent which agent it is', () => {
    assert.equal(tooltipOf({}).fields.has('Agent'), false);
    assert.equal(tooltipOf({}, { name: 'Explore' }).fields.get('Agent'), 'Claude Code');
  });
});
