import assert from 'node:assert/strict';
import { parseClaudeStatusLine } from '../../../../src/harnesses/usage/claudeStatusLine.ts';
import {
  claudeSubagentFolder,
  claudeSubagentKey,
  claudeSubagentTranscript,
  parseClaudeSubagentMeta,
} from '../../../../src/harnesses/usage/claudeSubagents.ts';
import {
  openCodeMessageUsage,
  openCodeSessionUsage,
} from '../../../../src/harnesses/usage/openCodeUsage.ts';
import { withTranscriptFormat } from '../../../../src/harnesses/usage/transcriptFormats.ts';

describe('parseClaudeStatusLine', () => {
  const payload = {
    session_id: 's',
    transcript_path: '/home/me/.claude/projects/p/s.jsonl',
    model: { id: 'claude-opus-5-5', display_name: 'Opus 5.5' },
    cost: { total_cost_usd: 0.25, total_duration_ms: 1 },
    context_window: {
      total_input_tokens: 999,
      total_output_tokens: 5,
      context_window_size: 1_000_000,
      current_usage: {
        input_tokens: 2,
        output_tokens: 5,
        cache_creation_input_tokens: 30,
        cache_read_input_tokens: 400,
      },
    },
  };

  it('reads model, context and cost', () => {
    assert.deepEqual(parseClaudeStatusLine(payload), {
      sessionKey: 's',
      transcriptPath: '/home/me/.claude/projects/p/s.jsonl',
      model: 'claude-opus-5-5',
      usage: { contextTokens: 432, contextLimit: 1_000_000 },
      costWithChildrenUsd: 0.25,
    });
  });

  it('takes the sum that it is told before the first answer', () => {
    const before = { ...payload.context_window, current_usage: null };
    const line = parseClaudeStatusLine({ ...payload, context_window: before });
    assert.equal(line?.usage.contextTokens, 999);
  });

  it('counts fields of another type as missing', () => {
    const nothing = {
      sessionKey: undefined,
      transcriptPath: undefined,
      model: undefined,
      usage: { contextTokens: undefined, contextLimit: undefined },
      costWithChildrenUsd: undefined,
    };
    assert.deepEqual(parseClaudeStatusLine({}), nothing);
    const wrong = {
      session_id: 5,
      transcript_path: [],
      model: 'x',
      cost: { total_cost_usd: '1' },
      context_window: { context_window_size: -1, total_input_tokens: 'x' },
    };
    assert.deepEqual(parseClaudeStatusLine(wrong), nothing);
    for (const other of [undefined, null, 'x', []]) {
      assert.equal(parseClaudeStatusLine(other), undefined);
    }
  });
});

describe('the usage that OpenCode tells', () => {
  const tokens = { input: 10, output: 20, reasoning: 5, cache: { read: 300, write: 7 } };

  it('of a session are its sums, with the thoughts as part of the output', () => {
    assert.deepEqual(
      openCodeSessionUsage({
        id: 'ses_1',
        cost: 0.5,
        tokens,
        model: { id: 'claude-opus-5-5', providerID: 'anthropic' },
      }),
      {
        usage: {
          inputTokens: 10,
          outputTokens: 25,
          reasoningTokens: 5,
          cacheReadTokens: 300,
          cacheWriteTokens: 7,
          costUsd: 0.5,
        },
        model: 'claude-opus-5-5',
        provider: 'anthropic',
      },
    );
  });

  it('of an answer are its figures and the context', () => {
    const told = openCodeMessageUsage({
      id: 'msg_1',
      role: 'assistant',
      modelID: 'gpt-6-sol',
      providerID: 'openai',
      cost: 0.25,
      tokens,
    });
    assert.equal(told?.id, 'msg_1');
    assert.equal(told.model, 'gpt-6-sol');
    assert.equal(told.usage.contextTokens, 317);
    assert.equal(told.usage.costUsd, 0.25);
  });

  it('are none where there are no figures', () => {
    for (const info of [undefined, null, {}, { tokens: 5 }, { id: 'm', role: 'user', tokens }]) {
      assert.equal(openCodeMessageUsage(info), undefined);
    }
    assert.equal(openCodeSessionUsage({ id: 's' }), undefined);
    assert.equal(
      openCodeSessionUsage({ tokens: { input: -1, output: 'x' }, cost: NaN })?.usage.inputTokens,
      undefined,
    );
  });
});

describe('the transcript of a subagent of Claude Code', () => {
  it('is found from that of its session', () => {
    assert.equal(
      claudeSubagentTranscript('/p/s.jsonl', 'a5d22be9645bae206'),
      '/p/s/subagents/agent-a5d22be9645bae206.jsonl',
    );
    assert.equal(
      claudeSubagentTranscript('C:\\p\\s.jsonl', 'a1'),
      'C:\\p\\s\\subagents\\agent-a1.jsonl',
    );
    assert.equal(claudeSubagentFolder('/p/s.jsonl'), '/p/s/subagents');
    assert.equal(claudeSubagentKey('agent-a1.jsonl'), 'a1');
  });

  it('is never another file', () => {
    for (const key of ['', '../x', 'a/b', 'a\\b', '.', 'a\n', 'x'.repeat(101)]) {
      assert.equal(claudeSubagentTranscript('/p/s.jsonl', key), undefined, key);
    }
    assert.equal(claudeSubagentTranscript('/p/s.txt', 'a1'), undefined);
    for (const name of ['agent-a1.meta.json', 'a1.jsonl', 'agent-.jsonl', 'agent-a b.jsonl']) {
      assert.equal(claudeSubagentKey(name), undefined, name);
    }
  });

  it('has a note beside it', () => {
    assert.deepEqual(
      parseClaudeSubagentMeta({
        agentType: 'general-purpose',
        spawnDepth: 1,
        model: 'claude-opus-5-5',
        finished: true,
      }),
      { childType: 'general-purpose', model: 'claude-opus-5-5', depth: 1, isFinished: true },
    );
    assert.deepEqual(parseClaudeSubagentMeta({ spawnDepth: -1 }), {
      childType: undefined,
      model: undefined,
      depth: undefined,
      isFinished: false,
    });
    assert.equal(parseClaudeSubagentMeta('x'), undefined);
  });
});

describe('withTranscriptFormat', () => {
  it('knows the formats that are read and no others', () => {
    const idOf = (harness: Parameters<typeof withTranscriptFormat>[0]): string | undefined =>
      withTranscriptFormat(harness, ({ id }) => id);
    assert.equal(idOf('claude-code'), 'claude-code@1');
    assert.equal(idOf('codex'), 'codex@1');
    assert.equal(idOf('gemini-cli'), 'gemini-cli@1');
    assert.equal(idOf('opencode'), undefined);
    assert.equal(idOf('cursor'), undefined);
  });
});
