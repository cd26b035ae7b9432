import assert from 'node:assert/strict';
import { newAgentEntry } from '../../../src/core/agents/agentEntry.ts';
import { agentToJson, entryToJson } from '../../../src/presentation/agentJson.ts';

const entry = newAgentEntry({
  sessionId: 's',
  thread: 't',
  baseState: 'x',
  startedAt: '2026-11-21T09:00:00Z',
});

describe('agentJson', () => {
  it('entryToJson has every declared field, null when absent', () => {
    const json = entryToJson(entry);
    assert.equal(json.pid, null);
    assert.deepEqual(json.usage_summary, {
      input_tokens: null,
      output_tokens: null,
      reasoning_tokens: null,
      tool_calls: null,
      cost_micros_usd: null,
    });
    assert.deepEqual(json.context_queries, []);
  });

  it('entryToJson keeps big counters and unknown fields', () => {
    const unknownFields = { future: { nested: [1n, 1.5, Number.NaN, new Date(0)] } };
    const json = entryToJson({
      ...entry,
      usageSummary: { inputTokens: 2n ** 63n - 1n, unknownFields: {} },
      unknownFields,
    });
    assert.equal((json.usage_summary as { input_tokens: bigint }).input_tokens, 2n ** 63n - 1n);
    assert.deepEqual(json.future, { nested: [1n, 1.5, 'NaN', '1970-01-01T00:00:00.000Z'] });
  });

  it('entryToJson prints a 32-bit confidence as it was meant', () => {
    assert.equal(
      entryToJson({ ...entry, probeConfidence: 0.800000011920929 }).probe_confidence,
      0.8,
    );
    assert.equal(
      entryToJson({ ...entry, probeConfidence: 0.123456789 }).probe_confidence,
      0.123456789,
    );
  });

  it('agentToJson adds the verdict as words', () => {
    const json = agentToJson(entry, { liveness: 'dead', reason: 'gone' });
    assert.deepEqual([json.liveness, json.liveness_reason], ['dead', 'gone']);
  });
});
