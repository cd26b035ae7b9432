import assert from 'node:assert/strict';

import type { HarnessAction } from '../../../src/core/harness/harnessEvent.ts';
import type { HookDecision } from '../../../src/core/harness/hookDecision.ts';
import { geminiCli } from '../../../src/harnesses/geminiCli.ts';
import { silentAnswer } from '../../../src/harnesses/harness.ts';
import { eventWith, nowhere, parsed } from '../../support/harnessEvents.ts';

const transcript = '/home/dev/.gemini/tmp/project/chats/session-1.jsonl';

/** What Gemini CLI tells of every event. */
function payload(hook_event_name: string, rest: object = {}): Readonly<Record<string, unknown>> {
  return {
    session_id: 's1',
    transcript_path: transcript,
    cwd: '/home/dev/project',
    hook_event_name,
    timestamp: '2026-11-21T14:38:42.000Z',
    ...rest,
  };
}

describe('Gemini CLI', () => {
  it('names its sessions', () => {
    assert.equal(geminiCli.sessionActorKey('s'), 'gemini-cli:session:s');
    assert.equal(geminiCli.childActorKey('s', 'a'), 'gemini-cli:agent:a');
  });

  it('checks the file of an edit', () => {
    const call = { tool_name: 'write_file', tool_input: { file_path: 'a b.txt', content: 'x' } };
    assert.deepEqual(
      parsed('gemini-cli', payload('BeforeTool', call)),
      eventWith({
        harness: 'gemini-cli',
        eventName: 'BeforeTool',
        sessionKey: 's1',
        cwd: '/home/dev/project',
        provider: 'google',
        transcriptPath: transcript,
        action: {
          kind: 'tool-starting',
          call: {
            name: 'write_file',
            callId: undefined,
            action: { kind: 'edit', paths: ['a b.txt'] },
          },
        },
      }),
    );
  });

  it('tells the model and what fills its context, but no totals', () => {
    const event = parsed(
      'gemini-cli',
      payload('AfterModel', {
        llm_request: { model: 'gemini-3-pro' },
        llm_response: { usageMetadata: { promptTokenCount: 900, totalTokenCount: 1000 } },
      }),
    );
    assert.deepEqual(event.action, { kind: 'usage', usage: { contextTokens: 900 } });
    assert.equal(event.model, 'gemini-3-pro');
  });

  const shell = {
    tool_name: 'run_shell_command',
    tool_input: { command: 'ls', is_background: true },
  };
  const shellCall = {
    name: 'run_shell_command',
    callId: undefined,
    action: { kind: 'shell', command: 'ls', isInBackground: true },
  } as const;
  const actions: readonly (readonly [string, object, HarnessAction])[] = [
    ['SessionStart', { source: 'startup' }, { kind: 'session-started', isResumed: false }],
    ['SessionStart', { source: 'resume' }, { kind: 'session-started', isResumed: true }],
    ['BeforeAgent', { prompt: 'x' }, { kind: 'prompt' }],
    ['AfterAgent', { prompt: 'x', prompt_response: 'y' }, { kind: 'turn-ended' }],
    ['SessionEnd', { reason: 'exit' }, { kind: 'session-ended' }],
    ['PreCompress', { trigger: 'auto' }, { kind: 'other' }],
    ['BeforeModel', { llm_request: {} }, { kind: 'other' }],
    [
      'AfterModel',
      { llm_response: { usageMetadata: { totalTokenCount: 'x' } } },
      { kind: 'other' },
    ],
    [
      'Notification',
      { notification_type: 'ToolPermission', message: 'Write a.txt?', details: {} },
      { kind: 'waiting', reason: 'permission', text: 'Write a.txt?' },
    ],
    ['Notification', { notification_type: 'Later', message: 'x' }, { kind: 'other' }],
    ['BeforeTool', shell, { kind: 'tool-starting', call: shellCall }],
    [
      'AfterTool',
      { ...shell, tool_response: { llmContent: 'x' } },
      { kind: 'tool-ended', call: shellCall, hasFailed: false },
    ],
    [
      'AfterTool',
      { ...shell, tool_response: { error: { message: 'x' } } },
      { kind: 'tool-ended', call: shellCall, hasFailed: true },
    ],
    [
      'BeforeTool',
      { tool_name: 'ask_user', tool_input: { questions: [{ question: 'Which?' }] } },
      { kind: 'waiting', reason: 'question', text: 'Which?' },
    ],
  ];
  for (const [name, rest, expected] of actions) {
    it(`reads ${name} ${JSON.stringify(rest).slice(0, 70)}`, () => {
      assert.deepEqual(parsed('gemini-cli', payload(name, rest)).action, expected);
    });
  }

  const files: readonly (readonly [string, object, object])[] = [
    ['replace', { file_path: '/a' }, { kind: 'edit', paths: ['/a'] }],
    ['read_file', { file_path: '/a' }, { kind: 'read', paths: ['/a'] }],
    ['read_file', { absolute_path: '/a' }, { kind: 'read', paths: ['/a'] }],
    ['glob', { pattern: '*' }, { kind: 'other' }],
    ['mcp_heddle-agents_lock_files', { x: 1 }, { kind: 'own-tool', input: { x: 1 } }],
    ['mcp__heddle-agents__lock_files', { x: 1 }, { kind: 'own-tool', input: { x: 1 } }],
  ];
  for (const [tool, input, expected] of files) {
    it(`reads a call of ${tool}`, () => {
      const rest = { tool_name: tool, tool_input: input };
      const { action } = parsed('gemini-cli', payload('BeforeTool', rest));
      assert.ok(action.kind === 'tool-starting');
      assert.deepEqual(action.call.action, expected);
    });
  }

  it('reads nothing out of a payload without an event', () => {
    assert.equal(geminiCli.dialect.parse({ session_id: 'x' }, nowhere), undefined);
  });

  const answers: readonly (readonly [string, HookDecision, string])[] = [
    ['BeforeTool', { kind: 'refuse', reason: 'held' }, '{"decision":"deny","reason":"held"}\n'],
    [
      'BeforeTool',
      { kind: 'replace-input', input: { a: 1 } },
      '{"hookSpecificOutput":{"hookEventName":"BeforeTool","tool_input":{"a":1}}}\n',
    ],
    [
      'AfterTool',
      { kind: 'tell', text: 'hello' },
      '{"hookSpecificOutput":{"hookEventName":"AfterTool","additionalContext":"hello"}}\n',
    ],
    ['BeforeTool', { kind: 'tell', text: 'x' }, ''],
    ['BeforeTool', { kind: 'nothing' }, ''],
    ['AfterAgent', { kind: 'refuse', reason: 'x' }, ''], // would make it try again
    ['AfterTool', { kind: 'refuse', reason: 'x' }, ''], // would hide the result
  ];
  for (const [name, decision, stdout] of answers) {
    it(`answers ${decision.kind} to ${name} with ${stdout === '' ? 'nothing' : 'one object'}`, () => {
      const answer = geminiCli.dialect.answer(parsed('gemini-cli', payload(name)), decision);
      assert.deepEqual(answer, { ...silentAnswer, stdout });
    });
  }
});
