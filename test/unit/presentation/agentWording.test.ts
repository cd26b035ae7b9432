import assert from 'node:assert/strict';
import { newAgentEntry, type AgentEntry } from '../../../src/core/agents/agentEntry.ts';
import {
  agentName,
  dollars,
  grouped,
  heldThread,
  lastSeenMs,
  livenessSentence,
  stateWord,
  usageText,
} from '../../../src/presentation/agentWording.ts';
import { coarseDuration, shortDuration } from '../../../src/presentation/duration.ts';

const entry = (fields: Partial<AgentEntry>): AgentEntry =>
  newAgentEntry({
    sessionId: 's',
    thread: 't',
    baseState: 'x',
    startedAt: '2026-11-21T09:00:00Z',
    ...fields,
  });

describe('agentWording', () => {
  it('agentName says harness and model, the person, or what else there is', () => {
    assert.equal(
      agentName(entry({ harness: 'claude-code', model: 'sonnet' })),
      'Claude Code · sonnet',
    );
    assert.equal(agentName(entry({ nativeActorKey: 'human:ana', provider: 'human' })), 'ana');
    assert.equal(agentName(entry({ nativeActorKey: 'human:', provider: 'human' })), 'a person');
    assert.equal(agentName(entry({ provider: 'openai' })), 'openai');
    assert.equal(agentName(entry({ harness: 'my-tool' })), 'my-tool');
    assert.equal(agentName(entry({})), 's');
  });

  it('stateWord is the liveness of an active entry and the status of a finished one', () => {
    assert.equal(stateWord(entry({}), { liveness: 'unknown', reason: 'no-process' }), 'unknown');
    const merged = entry({ status: 'merged' });
    assert.equal(stateWord(merged, { liveness: 'dead', reason: 'finished' }), 'merged');
  });

  it('livenessSentence names the process', () => {
    assert.equal(livenessSentence(entry({ pid: 42 }), 'gone'), 'Process 42 is gone.');
    assert.match(livenessSentence(entry({}), 'no-process'), /No process was recorded/);
  });

  it('heldThread leaves out the thread of a mere registration', () => {
    assert.equal(heldThread(entry({ thread: 'agent/s' })), undefined);
    assert.equal(heldThread(entry({ thread: 'main' })), 'main');
  });

  it('prints counters exactly and money as people do', () => {
    assert.equal(grouped(9223372036854775807n), '9,223,372,036,854,775,807');
    assert.equal(dollars(1_843_210n), '$1.84');
    assert.equal(dollars(1_996_000n), '$2.00');
    assert.equal(dollars(0n), '$0.00');
    assert.equal(dollars(42n), '$0.000042');
    assert.equal(
      usageText({ inputTokens: 12345n, toolCalls: 3, costMicrosUsd: 10_000n, unknownFields: {} }),
      '12,345 tokens in · 3 tool calls · $0.01',
    );
    assert.equal(usageText({ unknownFields: {} }), undefined);
  });

  it('lastSeenMs is the newest sign of life', () => {
    const seen = lastSeenMs(
      entry({ heartbeatAt: '2026-11-21T09:05:00Z', lastProgressAt: 'nonsense' }),
    );
    assert.equal(seen, Date.parse('2026-11-21T09:05:00Z'));
  });

  it('durations use the largest unit that fits', () => {
    assert.deepEqual(
      [0, 59_999, 60_000, 3_599_999, 3_600_000, 47 * 3_600_000, 48 * 3_600_000, -5].map(
        shortDuration,
      ),
      ['0 s', '59 s', '1 min', '59 min', '1 h', '47 h', '2 d', '0 s'],
    );
    assert.equal(coarseDuration(59_999), '<1 min');
  });
});
