import { strict as assert } from 'node:assert';
import type { NewAgentEntry } from '../../../src/core/agents/agentEntry.ts';
import type { LivenessReason } from '../../../src/core/agents/liveness.ts';
import { reapPreview, type ReapPreviewRow } from '../../../src/presentation/reapPreview.ts';
import { buildEntry } from '../../support/entryBuilder.ts';

const nowMs = Date.parse('2026-06-01T12:10:00Z');

describe('reapPreview', () => {
  it('says who is dead, what it holds, on what evidence and since when', () => {
    const row = rowOf({
      harness: 'codex',
      model: 'o9',
      thread: 'feature/a',
      pid: 41,
      heartbeatAt: '2026-06-01T12:05:00Z',
    });
    assert.deepEqual(row, {
      sessionId: 'agent-a',
      label: 'Codex · o9',
      description: 'feature/a',
      detail: 'Process 41 is gone. Last seen 5 min ago.',
    });
  });

  it('does not take the end that a dry run stamps for a sign of life', () => {
    const row = rowOf({ status: 'abandoned', completedAt: '2026-06-01T12:10:00Z' });
    assert.match(row.detail, /Last seen 10 min ago\./);
  });

  it('names no thread for an agent that merely registered, and the root where there are several', () => {
    assert.equal(rowOf({}).description, 'no thread');
    const [row] = reapPreview(
      [
        {
          entry: buildEntry('a', { thread: 'x' }),
          verdict: { liveness: 'dead', reason: 'gone' },
          rootName: 'app',
        },
      ],
      { nowMs },
    );
    assert.equal(row?.description, 'x · app');
  });

  it('says for each kind of evidence why the agent counts as dead', () => {
    const details = (['gone', 'reused', 'rebooted', 'impossible-pid'] as const).map(
      (reason) => rowOf({ pid: 5 }, reason).detail,
    );
    assert.equal(new Set(details).size, details.length);
  });

  it('lets nothing from an entry become an icon or leave its line', () => {
    const hostile = '$(trash) a\nb \u202egnp';
    const row = rowOf({ model: hostile, thread: hostile });
    for (const text of [row.label, row.description, row.detail]) {
      assert.doesNotMatch(text, /(?<!\\)\$\(|\n|\u202e/);
    }
  });

  it('is empty when nobody is dead', () => {
    assert.deepEqual(reapPreview([], { nowMs }), []);
  });
});

function rowOf(fields: Partial<NewAgentEntry>, reason: LivenessReason = 'gone'): ReapPreviewRow {
  const entry = buildEntry('agent-a', fields);
  const [row] = reapPreview([{ entry, verdict: { liveness: 'dead', reason } }], { nowMs });
  assert.ok(row);
  return row;
}
