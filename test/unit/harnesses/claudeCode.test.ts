import assert from 'node:assert/strict';

import type { HarnessAction } from '../../../src/core/harness/harnessEvent.ts';
import type { HookDecision } from '../../../src/core/harness/hookDecision.ts';
import { claudeCode } from '../../../src/harnesses/claudeCode.ts';
import { silentAnswer } from '../../../src/harnesses/harness.ts';
import { eventWith, nowhere, parsed } from '../../support/harnessEvents.ts';
import { readPayload } from '../../support/payloads/readPayloads.ts';

const session = '00000000-0000-4000-8000-000000000001';
const transcript = `/home/dev/.claude/projects/-home-dev-project/${session}`;

/** What Claude Code tells of every event in a project of its own. */
function payload(hook_event_name: string, rest: object = {}): Readonly<Record<string, unknown>> {
  return {
    session_id: session,
    transcript_path: `${transcript}.jsonl`,
    cwd: '/home/dev/project',
    hook_event_name,
    ...rest,
  };
}

function actionOf(hook_event_name: string, rest: object = {}): HarnessAction {
  return parsed('claude-code', payload(hook_event_name, rest)).action;
}

describe('Claude Code', () => {
  it('writes the actor keys of Heddle', () => {
    assert.equal(claudeCode.sessionActorKey('s'), 'claude-code:session:s');
    assert.equal(claudeCode.childActorKey('s', 'a'), 'claude-code:agent:a');
  });

  describe('recorded events', () => {
    it('begin a session', () => {
      assert.deepEqual(
        parsed('claude-code', readPayload('claude-code', 'compact-clear-SessionStart')),
        eventWith({
          harness: 'claude-code',
          eventName: 'SessionStart',
          sessionKey: session,
          cwd: '/home/dev/project',
          provider: 'anthropic',
          transcriptPath: `${transcript}.jsonl`,
          action: { kind: 'session-started', isResumed: false },
        }),
      );
    });

    it('take a session up again', () => {
      const { action } = parsed('claude-code', readPayload('claude-code', 'resume-SessionStart-2'));
      assert.deepEqual(action, { kind: 'session-started', isResumed: true });
    });

    it('go on with the turn after compacting', () => {
      const event = parsed(
        'claude-code',
        readPayload('claude-code', 'compact-clear-SessionStart-2'),
      );
      assert.deepEqual(event.action, { kind: 'other' });
      assert.equal(event.model, 'claude-opus-5-5');
    });

    it('leave out the agents that compact, which never began', () => {
      const event = parsed('claude-code', readPayload('claude-code', 'compact-clear-SubagentStop'));
      assert.deepEqual(event.action, { kind: 'other' });
      assert.equal(event.childKey, undefined);
      assert.equal(event.transcriptPath, `${transcript}.jsonl`);
    });

    it('tell what a subagent does, with its own transcript', () => {
      assert.deepEqual(
        parsed('claude-code', readPayload('claude-code', 'subagent-PreToolUse-2')),
        eventWith({
          harness: 'claude-code',
          eventName: 'PreToolUse',
          sessionKey: session,
          childKey: 'a0000000000000001',
          childType: 'general-purpose',
          cwd: '/home/dev/project',
          provider: 'anthropic',
          transcriptPath: `${transcript}/subagents/agent-a0000000000000001.jsonl`,
          action: {
            kind: 'tool-starting',
            call: {
              name: 'Write',
              callId: 'toolu_0002_1',
              action: { kind: 'edit', paths: ['/home/dev/project/one.txt'] },
            },
          },
        }),
      );
    });

    it('begin and end a subagent under one key', () => {
      const start = parsed('claude-code', readPayload('claude-code', 'subagent-SubagentStart'));
      const end = parsed('claude-code', readPayload('claude-code', 'subagent-SubagentStop'));
      assert.deepEqual(start.action, { kind: 'child-started' });
      assert.deepEqual(end.action, { kind: 'child-ended' });
      assert.equal(start.childKey, end.childKey);
      assert.equal(start.transcriptPath, end.transcriptPath);
    });

    it('wait for a permission, as asked and as notified', () => {
      const asked = parsed(
        'claude-code',
        readPayload('claude-code', 'permission-PermissionRequest'),
      );
      assert.deepEqual(asked.action, {
        kind: 'waiting',
        reason: 'permission',
        text: 'Write: /home/dev/project/a.txt',
      });
      const notified = parsed('claude-code', readPayload('claude-code', 'permission-Notification'));
      assert.deepEqual(notified.action, {
        kind: 'waiting',
        reason: 'permission',
        text: 'Claude needs your permission to use Write',
      });
    });

    it('end a turn, also by a failure', () => {
      for (const name of ['interrupt-Stop', 'background-subagent-Stop', 'failure-StopFailure']) {
        const { action } = parsed('claude-code', readPayload('claude-code', name));
        assert.deepEqual(action, { kind: 'turn-ended' }, name);
      }
    });
  });

  const actions: readonly (readonly [string, object, HarnessAction])[] = [
    ['UserPromptSubmit', { prompt: 'x' }, { kind: 'prompt' }],
    ['SessionStart', { source: 'clear' }, { kind: 'session-started', isResumed: false }],
    ['SessionEnd', { reason: 'other' }, { kind: 'session-ended' }],
    ['TeammateIdle', { teammate_name: 'x' }, { kind: 'turn-ended' }],
    ['PostToolBatch', { tool_calls: [] }, { kind: 'other' }],
    ['FileChanged', { file_path: '/x', event: 'change' }, { kind: 'other' }],
    ['EventOfTheFuture', { agent_id: 'a' }, { kind: 'other' }],
    [
      'PermissionDenied',
      { tool_name: 'Edit', tool_input: { file_path: '/x' }, tool_use_id: 't' },
      {
        kind: 'tool-ended',
        call: { name: 'Edit', callId: 't', action: { kind: 'edit', paths: ['/x'] } },
        hasFailed: true,
      },
    ],
    [
      'Notification',
      { notification_type: 'idle_prompt', message: 'waits' },
      { kind: 'waiting', reason: 'idle', text: 'waits' },
    ],
    [
      'Notification',
      { notification_type: 'agent_needs_input' },
      { kind: 'waiting', reason: 'question', text: undefined },
    ],
    [
      'Notification',
      { message: 'Claude is waiting for your input' },
      { kind: 'waiting', reason: 'idle', text: 'Claude is waiting for your input' },
    ],
    ['Notification', { notification_type: 'auth_success', message: 'x' }, { kind: 'other' }],
    [
      'PreToolUse',
      { tool_name: 'AskUserQuestion', tool_input: { questions: [{ question: 'Which?' }] } },
      { kind: 'waiting', reason: 'question', text: 'Which?' },
    ],
    [
      'PreToolUse',
      { tool_name: 'ExitPlanMode', tool_input: { plan: 'x' } },
      { kind: 'waiting', reason: 'question', text: undefined },
    ],
  ];
  for (const [name, rest, expected] of actions) {
    it(`reads ${name} ${JSON.stringify(rest)}`, () => {
      assert.deepEqual(actionOf(name, rest), expected);
    });
  }

  const calls: readonly (readonly [string, object, object])[] = [
    [
      'Write',
      { file_path: '/a b/"c"\n.ts', content: '' },
      { kind: 'edit', paths: ['/a b/"c"\n.ts'] },
    ],
    ['Edit', { file_path: 'C:\\src\\ä.ts' }, { kind: 'edit', paths: ['C:\\src\\ä.ts'] }],
    ['MultiEdit', { file_path: 'rel/x.ts', edits: [{}] }, { kind: 'edit', paths: ['rel/x.ts'] }],
    ['NotebookEdit', { notebook_path: '/n.ipynb' }, { kind: 'edit', paths: ['/n.ipynb'] }],
    ['Edit', { file_path: 7 }, { kind: 'edit', paths: [] }],
    ['Read', { file_path: '/a', offset: 1 }, { kind: 'read', paths: ['/a'] }],
    ['Grep', { path: '/a', pattern: 'x' }, { kind: 'other' }],
    ['Bash', { command: 'ls' }, { kind: 'shell', command: 'ls', isInBackground: false }],
    [
      'PowerShell',
      { command: 'dir', run_in_background: true },
      { kind: 'shell', command: 'dir', isInBackground: true },
    ],
    [
      'Bash',
      { command: 'x'.repeat(9000) },
      { kind: 'shell', command: `${'x'.repeat(499)}…`, isInBackground: false },
    ],
    [
      'mcp__heddle-agents__lock_files',
      { paths: ['a'], deep: { x: 1 } },
      { kind: 'own-tool', input: { paths: ['a'], deep: { x: 1 } } },
    ],
    ['mcp__heddle-agents-fake__x', { a: 1 }, { kind: 'other' }],
    ['mcp__other__heddle-agents__x', { a: 1 }, { kind: 'other' }],
  ];
  for (const [tool, input, expected] of calls) {
    it(`reads a call of ${tool} with ${JSON.stringify(input).slice(0, 60)}`, () => {
      const action = actionOf('PostToolUse', { tool_name: tool, tool_input: input });
      assert.deepEqual(action, {
        kind: 'tool-ended',
        call: { name: tool, callId: undefined, action: expected },
        hasFailed: false,
      });
    });
  }

  it('knows an agent that is told apart on an event of any kind', () => {
    const event = parsed(
      'claude-code',
      payload('PostToolBatch', { agent_id: 'a1', agent_type: 'Explore' }),
    );
    assert.equal(event.childKey, 'a1');
    assert.equal(event.childType, 'Explore');
  });

  it('takes the type of the main agent for no child', () => {
    const event = parsed('claude-code', payload('SessionStart', { agent_type: 'reviewer' }));
    assert.equal(event.childKey, undefined);
    assert.equal(event.childType, undefined);
  });

  it('tells who serves the model by its environment', () => {
    const around = { ...nowhere, env: { CLAUDE_CODE_USE_BEDROCK: '1' } };
    assert.equal(parsed('claude-code', payload('Stop'), around).provider, 'bedrock');
  });

  it('runs where the hook runs when the payload names no folder', () => {
    assert.equal(parsed('claude-code', payload('Stop', { cwd: 'relative' })).cwd, '/hook');
  });

  it('reads nothing out of a payload without an event', () => {
    assert.equal(claudeCode.dialect.parse({ session_id: 'x' }, nowhere), undefined);
  });

  const pre = 'PreToolUse';
  const answers: readonly (readonly [string, HookDecision, object | undefined])[] = [
    [
      pre,
      { kind: 'refuse', reason: 'Held by "B"\nuntil noon' },
      {
        hookSpecificOutput: {
          hookEventName: pre,
          permissionDecision: 'deny',
          permissionDecisionReason: 'Held by "B"\nuntil noon',
        },
      },
    ],
    [
      pre,
      { kind: 'replace-input', input: { a: 1 } },
      { hookSpecificOutput: { hookEventName: pre, updatedInput: { a: 1 } } },
    ],
    ...['SessionStart', 'UserPromptSubmit', pre, 'PostToolUse', 'SubagentStart'].map(
      (name) =>
        [
          name,
          { kind: 'tell', text: 'hello' },
          { hookSpecificOutput: { hookEventName: name, additionalContext: 'hello' } },
        ] as const,
    ),
    [pre, { kind: 'nothing' }, undefined],
    ['PostToolUse', { kind: 'refuse', reason: 'x' }, undefined],
    ['Stop', { kind: 'tell', text: 'x' }, undefined],
    ['Notification', { kind: 'tell', text: 'x' }, undefined],
    ['PostToolUse', { kind: 'replace-input', input: {} }, undefined],
  ];
  for (const [name, decision, expected] of answers) {
    it(`answers ${decision.kind} to ${name} with ${expected ? 'one object' : 'nothing'}`, () => {
      const answer = claudeCode.dialect.answer(parsed('claude-code', payload(name)), decision);
      const stdout = expected && `${JSON.stringify(expected)}\n`;
      assert.deepEqual(answer, stdout ? { ...silentAnswer, stdout } : silentAnswer);
    });
  }

  it('keeps a reason within what the agent reads', () => {
    const event = parsed('claude-code', payload(pre));
    const long = claudeCode.dialect.answer(event, { kind: 'refuse', reason: 'x'.repeat(50_000) });
    assert.ok(long.stdout.length < 10_000);
    assert.match(long.stdout, /permissionDecision":"deny"/);
  });
});
