import assert from 'node:assert/strict';

import type { HarnessAction } from '../../../src/core/harness/harnessEvent.ts';
import type { HookDecision } from '../../../src/core/harness/hookDecision.ts';
import { silentAnswer } from '../../../src/harnesses/harness.ts';
import { openCode } from '../../../src/harnesses/openCode.ts';
import { eventWith, nowhere, parsed } from '../../support/harnessEvents.ts';

/** What our plugin tells of every event. */
function payload(event: string, rest: object = {}): Readonly<Record<string, unknown>> {
  return { harness: 'opencode', event, sessionID: 'ses_1', cwd: '/project', ...rest };
}

describe('OpenCode', () => {
  it('writes the actor keys of Heddle, under which a child is a session as well', () => {
    assert.equal(openCode.sessionActorKey('s'), 'opencode:session:s');
    assert.equal(openCode.childActorKey('s', 'a'), 'opencode:session:a');
  });

  it('checks the file of a tool, with the model and who serves it', () => {
    const call = {
      tool: 'write',
      callID: 'call_1',
      args: { filePath: '/project/a b.ts', content: 'x' },
      model: { providerID: 'anthropic', modelID: 'claude-opus-5-5' },
    };
    assert.deepEqual(
      parsed('opencode', payload('tool.execute.before', call)),
      eventWith({
        harness: 'opencode',
        eventName: 'tool.execute.before',
        sessionKey: 'ses_1',
        cwd: '/project',
        model: 'claude-opus-5-5',
        provider: 'anthropic',
        action: {
          kind: 'tool-starting',
          call: {
            name: 'write',
            callId: 'call_1',
            action: { kind: 'edit', paths: ['/project/a b.ts'] },
          },
        },
      }),
    );
  });

  it('gives a child a session of its own that knows its parent and ends once it rests', () => {
    const child = { sessionID: 'ses_2', parentID: 'ses_1', agent: 'explore' };
    const created = parsed('opencode', payload('session.created', child));
    assert.equal(created.sessionKey, 'ses_2');
    assert.equal(created.parentSessionKey, 'ses_1');
    assert.equal(created.childKey, undefined);
    assert.equal(created.childType, 'explore');
    assert.deepEqual(created.action, { kind: 'session-started', isResumed: false });
    const idle = parsed('opencode', payload('session.idle', child));
    assert.deepEqual(idle.action, { kind: 'session-ended' });
  });

  const bash = { tool: 'bash', callID: 'c', args: { command: 'ls' } };
  const bashCall = {
    name: 'bash',
    callId: 'c',
    action: { kind: 'shell', command: 'ls', isInBackground: false },
  } as const;
  const actions: readonly (readonly [string, object, HarnessAction])[] = [
    ['session.created', {}, { kind: 'session-started', isResumed: false }],
    ['chat.message', { text: 'x' }, { kind: 'prompt' }],
    ['session.idle', {}, { kind: 'turn-ended' }],
    ['session.status', { status: 'idle' }, { kind: 'turn-ended' }],
    ['session.status', { status: 'busy' }, { kind: 'other' }],
    ['session.error', {}, { kind: 'turn-ended' }],
    ['session.deleted', {}, { kind: 'session-ended' }],
    ['dispose', {}, { kind: 'session-ended' }],
    ['message.updated', {}, { kind: 'other' }],
    ['file.edited', { file: '/project/a.ts' }, { kind: 'files-edited', paths: ['/project/a.ts'] }],
    [
      'permission.asked',
      { text: 'bash: rm' },
      { kind: 'waiting', reason: 'permission', text: 'bash: rm' },
    ],
    ['permission.updated', {}, { kind: 'waiting', reason: 'permission', text: undefined }],
    ['permission.replied', {}, { kind: 'other' }],
    ['question.asked', { text: 'Which?' }, { kind: 'waiting', reason: 'question', text: 'Which?' }],
    ['tool.execute.before', bash, { kind: 'tool-starting', call: bashCall }],
    ['tool.execute.after', bash, { kind: 'tool-ended', call: bashCall, hasFailed: false }],
    [
      'tool.execute.after',
      { ...bash, isError: true },
      { kind: 'tool-ended', call: bashCall, hasFailed: true },
    ],
  ];
  for (const [name, rest, expected] of actions) {
    it(`reads ${name} ${JSON.stringify(rest)}`, () => {
      assert.deepEqual(parsed('opencode', payload(name, rest)).action, expected);
    });
  }

  const patchText = '*** Begin Patch\n*** Update File: a.ts\n*** Move to: b.ts\n*** End Patch';
  const calls: readonly (readonly [string, object, object])[] = [
    ['edit', { filePath: 'a.ts' }, { kind: 'edit', paths: ['a.ts'] }],
    ['apply_patch', { patchText }, { kind: 'edit', paths: ['a.ts', 'b.ts'] }],
    ['read', { filePath: '/a' }, { kind: 'read', paths: ['/a'] }],
    ['grep', { pattern: 'x' }, { kind: 'other' }],
    ['heddle-agents_lock_files', { x: 1 }, { kind: 'own-tool', input: { x: 1 } }],
  ];
  for (const [tool, args, expected] of calls) {
    it(`reads a call of ${tool}`, () => {
      const { action } = parsed('opencode', payload('tool.execute.before', { tool, args }));
      assert.ok(action.kind === 'tool-starting');
      assert.deepEqual(action.call.action, expected);
    });
  }

  it('tells the totals of a session that the plugin added up', () => {
    const usage = { inputTokens: 10, outputTokens: 5, reasoningTokens: 2, costUsd: 0.25, x: 1 };
    assert.deepEqual(parsed('opencode', payload('usage', { usage })).action, {
      kind: 'usage',
      usage: {
        inputTokens: 10,
        outputTokens: 7,
        reasoningTokens: 2,
        cacheReadTokens: undefined,
        cacheWriteTokens: undefined,
        costUsd: 0.25,
        contextTokens: undefined,
        contextLimit: undefined,
      },
    });
  });

  it('tells the totals that OpenCode adds up itself', () => {
    const info = {
      tokens: { input: 10, output: 5, reasoning: 2, cache: { read: 3, write: 4 } },
      cost: 0.5,
    };
    const { action } = parsed('opencode', payload('session.updated', { info }));
    assert.ok(action.kind === 'usage');
    assert.equal(action.usage.inputTokens, 10);
    assert.equal(action.usage.costUsd, 0.5);
    const without = parsed('opencode', payload('session.updated', { info: { title: 'x' } }));
    assert.deepEqual(without.action, { kind: 'other' });
  });

  it('reads nothing out of a payload without an event or a session', () => {
    assert.equal(
      openCode.dialect.parse({ harness: 'opencode', sessionID: 's' }, nowhere),
      undefined,
    );
    const edited = payload('file.edited', { file: '/a', sessionID: undefined });
    assert.equal(openCode.dialect.parse(edited, nowhere), undefined);
  });

  const answers: readonly (readonly [string, HookDecision, string])[] = [
    ['tool.execute.before', { kind: 'refuse', reason: 'held' }, '{"refuse":"held"}\n'],
    ['tool.execute.after', { kind: 'refuse', reason: 'held' }, ''],
    ['tool.execute.before', { kind: 'tell', text: 'x' }, ''],
    ['tool.execute.before', { kind: 'replace-input', input: {} }, ''],
    ['tool.execute.before', { kind: 'nothing' }, ''],
  ];
  for (const [name, decision, stdout] of answers) {
    it(`answers ${decision.kind} to ${name} with ${stdout === '' ? 'nothing' : 'one object'}`, () => {
      const answer = openCode.dialect.answer(parsed('opencode', payload(name)), decision);
      assert.deepEqual(answer, { ...silentAnswer, stdout });
    });
  }
});
