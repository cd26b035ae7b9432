import assert from 'node:assert/strict';

import type { HarnessAction, HarnessEvent } from '../../../src/core/harness/harnessEvent.ts';
import type { HookDecision } from '../../../src/core/harness/hookDecision.ts';
import { cursor } from '../../../src/harnesses/cursor.ts';
import { silentAnswer } from '../../../src/harnesses/harness.ts';
import { eventWith, nowhere, parsed } from '../../support/harnessEvents.ts';
import { readPayload } from '../../support/payloads/readPayloads.ts';

function documented(name: string): HarnessEvent {
  return parsed('cursor', readPayload('cursor', `documented/${name}`));
}

/** What Cursor tells of every event. */
function payload(hook_event_name: string, rest: object = {}): Readonly<Record<string, unknown>> {
  return {
    conversation_id: 'conv-1',
    generation_id: 'gen-1',
    hook_event_name,
    cursor_version: '3.1.15',
    workspace_roots: ['/project'],
    user_email: 'someone@example.com',
    transcript_path: null,
    ...rest,
  };
}

const write = { kind: 'edit', paths: ['/project/src/a b.ts'] } as const;
const shellHi = { kind: 'shell', command: 'echo hi', isInBackground: false } as const;

describe('Cursor', () => {
  it('names its sessions and their children', () => {
    assert.equal(cursor.sessionActorKey('s'), 'cursor:session:s');
    assert.equal(cursor.childActorKey('s', 'a'), 'cursor:agent:a');
  });

  it('checks the file of an edit and keeps nothing of its user', () => {
    const event = documented('preToolUse-write');
    assert.deepEqual(
      event,
      eventWith({
        harness: 'cursor',
        eventName: 'preToolUse',
        sessionKey: 'conv-456',
        cwd: '/project',
        model: 'claude-opus-4-7-thinking-max',
        action: { kind: 'tool-starting', call: { name: 'Write', callId: 'abc123', action: write } },
      }),
    );
    assert.ok(!JSON.stringify(event).includes('example.com'));
  });

  it('links a subagent to the conversation that started it', () => {
    const start = documented('subagentStart');
    assert.deepEqual(start.action, { kind: 'child-started' });
    assert.equal(start.sessionKey, 'conv-456');
    assert.equal(start.childKey, 'sub-1');
    assert.equal(start.childType, 'explore');
    assert.equal(start.model, 'claude-sonnet-4');
    const stop = documented('subagentStop');
    assert.deepEqual(stop.action, { kind: 'child-ended' });
    assert.equal(stop.sessionKey, 'conv-456');
    assert.equal(stop.childKey, 'sub-1');
    assert.equal(stop.transcriptPath, '/t/sub.txt');
  });

  it('ends nothing when it is not told which subagent has ended', () => {
    const event = documented('subagentStop-withoutId');
    assert.deepEqual(event.action, { kind: 'other' });
    assert.equal(event.childKey, undefined);
  });

  it('knows the parent of a conversation of a child', () => {
    const event = parsed('cursor', payload('stop', { parent_conversation_id: 'conv-0' }));
    assert.equal(event.sessionKey, 'conv-1');
    assert.equal(event.parentSessionKey, 'conv-0');
  });

  const actions: Readonly<Record<string, HarnessAction>> = {
    sessionStart: { kind: 'session-started', isResumed: false },
    sessionEnd: { kind: 'session-ended' },
    beforeSubmitPrompt: { kind: 'prompt' },
    'preToolUse-shell': {
      kind: 'tool-starting',
      call: {
        name: 'Shell',
        callId: 'abc123',
        action: { kind: 'shell', command: 'npm install', isInBackground: false },
      },
    },
    'preToolUse-read': {
      kind: 'tool-starting',
      call: {
        name: 'Read',
        callId: 'abc123',
        action: { kind: 'read', paths: ['/project/a.ts'] },
      },
    },
    'postToolUse-write': {
      kind: 'tool-ended',
      call: { name: 'Write', callId: 'abc123', action: write },
      hasFailed: false,
    },
    'postToolUseFailure-shell': {
      kind: 'tool-ended',
      call: {
        name: 'Shell',
        callId: 'abc123',
        action: { kind: 'shell', command: 'npm test', isInBackground: false },
      },
      hasFailed: true,
    },
    beforeShellExecution: {
      kind: 'tool-starting',
      call: { name: 'Shell', callId: undefined, action: shellHi },
    },
    afterShellExecution: {
      kind: 'tool-ended',
      call: { name: 'Shell', callId: undefined, action: shellHi },
      hasFailed: false,
    },
    beforeMCPExecution: {
      kind: 'tool-starting',
      call: { name: 'web_search', callId: undefined, action: { kind: 'other' } },
    },
    afterMCPExecution: {
      kind: 'tool-ended',
      call: { name: 'web_search', callId: undefined, action: { kind: 'other' } },
      hasFailed: false,
    },
    beforeReadFile: {
      kind: 'tool-starting',
      call: {
        name: 'Read',
        callId: undefined,
        action: { kind: 'read', paths: ['/project/a.ts'] },
      },
    },
    afterFileEdit: { kind: 'files-edited', paths: ['/project/a.ts'] },
    afterTabFileEdit: { kind: 'other' },
    preCompact: { kind: 'usage', usage: { contextTokens: 180000, contextLimit: 200000 } },
    afterAgentResponse: { kind: 'other' },
    stop: { kind: 'turn-ended' },
  };
  for (const [name, expected] of Object.entries(actions)) {
    it(`reads ${name} as it is documented`, () => {
      const event = documented(name);
      assert.deepEqual(event.action, expected);
      assert.equal(event.cwd, '/project');
      assert.equal(event.sessionKey, 'conv-456');
    });
  }

  it('reads the names that the hook file of Claude Code gives to events', () => {
    const call = { tool_name: 'Write', tool_input: { file_path: '/x' } };
    const kindOf = (name: string): string => parsed('cursor', payload(name, call)).action.kind;
    assert.deepEqual(
      ['PreToolUse', 'PostToolUse', 'UserPromptSubmit', 'Stop', 'SessionEnd'].map(kindOf),
      ['tool-starting', 'tool-ended', 'prompt', 'turn-ended', 'session-ended'],
    );
  });

  it('waits for a person when it asks a question', () => {
    const call = { tool_name: 'AskQuestion', tool_input: { questions: [{ question: 'Why?' }] } };
    assert.deepEqual(parsed('cursor', payload('preToolUse', call)).action, {
      kind: 'waiting',
      reason: 'question',
      text: 'Why?',
    });
  });

  it('works in the first folder of the window when it tells no other', () => {
    const windows = payload('stop', { cwd: '', workspace_roots: ['/c:/Users/me/project'] });
    assert.equal(parsed('cursor', windows).cwd, 'c:/Users/me/project');
    const around = { ...nowhere, env: { CURSOR_PROJECT_DIR: '/from/env' } };
    const rootless = payload('stop', { workspace_roots: [] });
    assert.equal(parsed('cursor', rootless, around).cwd, '/from/env');
    assert.equal(parsed('cursor', rootless).cwd, '/hook');
  });

  it('reads the arguments of its own MCP tools out of their text', () => {
    const call = { tool_name: 'heddle-agents-lock_files', tool_input: '{"paths":["a"]}' };
    const { action } = parsed('cursor', payload('beforeMCPExecution', call));
    assert.ok(action.kind === 'tool-starting');
    assert.deepEqual(action.call.action, { kind: 'own-tool', input: { paths: ['a'] } });
  });

  it('reads nothing out of a payload without an event or a conversation', () => {
    assert.equal(cursor.dialect.parse({ conversation_id: 'x' }, nowhere), undefined);
    const opened = payload('workspaceOpen', { conversation_id: undefined });
    assert.equal(cursor.dialect.parse(opened, nowhere), undefined);
  });

  const refusal = '{"permission":"deny","user_message":"held","agent_message":"held"}\n';
  const refuse = { kind: 'refuse', reason: 'held' } as const;
  const answers: readonly (readonly [string, HookDecision, string])[] = [
    ['preToolUse', refuse, refusal],
    ['PreToolUse', refuse, refusal],
    ['beforeShellExecution', refuse, refusal],
    ['postToolUse', refuse, ''],
    ['stop', refuse, ''],
    ['preToolUse', { kind: 'replace-input', input: { a: 1 } }, '{"updated_input":{"a":1}}\n'],
    ['beforeMCPExecution', { kind: 'replace-input', input: { a: 1 } }, ''],
    ['postToolUse', { kind: 'tell', text: 'hello' }, '{"additional_context":"hello"}\n'],
    ['sessionStart', { kind: 'tell', text: 'hello' }, '{"additional_context":"hello"}\n'],
    ['preToolUse', { kind: 'tell', text: 'hello' }, ''],
    ['preToolUse', { kind: 'nothing' }, ''],
  ];
  for (const [name, decision, stdout] of answers) {
    it(`answers ${decision.kind} to ${name} with ${stdout === '' ? 'nothing' : 'one object'}`, () => {
      const answer = cursor.dialect.answer(parsed('cursor', payload(name)), decision);
      assert.deepEqual(answer, { ...silentAnswer, stdout });
    });
  }
});
