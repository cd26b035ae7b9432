import assert from 'node:assert/strict';

import type { HarnessAction } from '../../../src/core/harness/harnessEvent.ts';
import type { HookDecision } from '../../../src/core/harness/hookDecision.ts';
import { codex } from '../../../src/harnesses/codex.ts';
import { silentAnswer } from '../../../src/harnesses/harness.ts';
import { eventWith, nowhere, parsed } from '../../support/harnessEvents.ts';

const rollout = '/home/dev/.codex/sessions/2026/11/21/rollout-2026-11-21T14-38-42-s1.jsonl';

/** What Codex tells of every event of a turn. */
function payload(hook_event_name: string, rest: object = {}): Readonly<Record<string, unknown>> {
  return {
    session_id: 's1',
    turn_id: 't1',
    transcript_path: rollout,
    cwd: '/home/dev/project',
    hook_event_name,
    model: 'gpt-5.5',
    permission_mode: 'default',
    ...rest,
  };
}

const patch = [
  '*** Begin Patch',
  '*** Update File: a.txt',
  '@@',
  '-two',
  '+TWO',
  '*** Add File: new dir/new file.txt',
  '+hello',
  '*** Update File: b.txt',
  '*** Move to: moved/b2.txt',
  '*** End Patch',
  '',
].join('\n');

describe('Codex', () => {
  it('writes the actor keys of Heddle, under which a child is a thread as well', () => {
    assert.equal(codex.sessionActorKey('s'), 'codex:thread:s');
    assert.equal(codex.childActorKey('s', 'a'), 'codex:thread:a');
  });

  it('checks every file of a patch, relative to the folder of the event', () => {
    const call = { tool_name: 'apply_patch', tool_input: { command: patch }, tool_use_id: 'c1' };
    assert.deepEqual(
      parsed('codex', payload('PreToolUse', call)),
      eventWith({
        harness: 'codex',
        eventName: 'PreToolUse',
        sessionKey: 's1',
        cwd: '/home/dev/project',
        model: 'gpt-5.5',
        transcriptPath: rollout,
        action: {
          kind: 'tool-starting',
          call: {
            name: 'apply_patch',
            callId: 'c1',
            action: {
              kind: 'edit',
              paths: ['a.txt', 'new dir/new file.txt', 'b.txt', 'moved/b2.txt'],
            },
          },
        },
      }),
    );
  });

  it('reads the thread of a child, whose session is that of its parent', () => {
    const stop = parsed(
      'codex',
      payload('SubagentStop', {
        agent_id: 'th2',
        agent_type: 'explorer',
        agent_transcript_path: '/t/rollout-2.jsonl',
      }),
    );
    assert.deepEqual(stop.action, { kind: 'child-ended' });
    assert.equal(stop.sessionKey, 's1');
    assert.equal(stop.childKey, 'th2');
    assert.equal(stop.childType, 'explorer');
    assert.equal(stop.transcriptPath, '/t/rollout-2.jsonl');
  });

  it('gives a child no transcript that is not its own', () => {
    const start = parsed('codex', payload('SubagentStart', { agent_id: 'th2', agent_type: 'x' }));
    assert.deepEqual(start.action, { kind: 'child-started' });
    assert.equal(start.transcriptPath, undefined);
  });

  const actions: readonly (readonly [string, object, HarnessAction])[] = [
    ['SessionStart', { source: 'startup' }, { kind: 'session-started', isResumed: false }],
    ['SessionStart', { source: 'resume' }, { kind: 'session-started', isResumed: true }],
    ['SessionStart', { source: 'compact' }, { kind: 'other' }],
    ['UserPromptSubmit', { prompt: 'x' }, { kind: 'prompt' }],
    ['Stop', { stop_hook_active: false }, { kind: 'turn-ended' }],
    ['StopFailure', { error: 'overloaded' }, { kind: 'turn-ended' }],
    ['SessionEnd', { reason: 'other' }, { kind: 'session-ended' }],
    ['PreCompact', { trigger: 'auto' }, { kind: 'other' }],
    ['EventOfTheFuture', {}, { kind: 'other' }],
    [
      'PermissionRequest',
      { tool_name: 'Bash', tool_input: { command: 'rm -rf x', description: 'y' } },
      { kind: 'waiting', reason: 'permission', text: 'Bash: rm -rf x' },
    ],
    [
      'PreToolUse',
      { tool_name: 'request_user_input', tool_input: { questions: [{ question: 'Which one?' }] } },
      { kind: 'waiting', reason: 'question', text: 'Which one?' },
    ],
    ['Interrupt', {}, { kind: 'turn-ended' }],
    [
      'PostToolUse',
      { tool_name: 'Bash', tool_input: { command: 'ls' }, tool_use_id: 'c1', tool_response: '' },
      {
        kind: 'tool-ended',
        hasFailed: false,
        call: {
          name: 'Bash',
          callId: 'c1',
          action: { kind: 'shell', command: 'ls', isInBackground: false },
        },
      },
    ],
  ];
  for (const [name, rest, expected] of actions) {
    it(`reads ${name} ${JSON.stringify(rest).slice(0, 60)}`, () => {
      assert.deepEqual(parsed('codex', payload(name, rest)).action, expected);
    });
  }

  it('does without a transcript', () => {
    assert.equal(
      parsed('codex', payload('Stop', { transcript_path: null })).transcriptPath,
      undefined,
    );
  });

  it('reads nothing out of a payload without an event', () => {
    assert.equal(codex.dialect.parse({ session_id: 'x' }, nowhere), undefined);
  });

  const pre = 'PreToolUse';
  const answers: readonly (readonly [string, HookDecision, string])[] = [
    [
      pre,
      { kind: 'refuse', reason: 'held' },
      '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"held"}}\n',
    ],
    [
      pre,
      { kind: 'refuse', reason: ' ' },
      '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"Refused by Heddle Agents."}}\n',
    ],
    [
      'PostToolUse',
      { kind: 'tell', text: 'hello' },
      '{"hookSpecificOutput":{"hookEventName":"PostToolUse","additionalContext":"hello"}}\n',
    ],
    [pre, { kind: 'replace-input', input: { a: 1 } }, ''],
    [pre, { kind: 'nothing' }, ''],
    ['Stop', { kind: 'tell', text: 'x' }, ''],
    ['SessionEnd', { kind: 'refuse', reason: 'x' }, ''],
    ['PermissionRequest', { kind: 'refuse', reason: 'x' }, ''],
  ];
  for (const [name, decision, stdout] of answers) {
    it(`answers ${JSON.stringify(decision)} to ${name} with ${stdout === '' ? 'nothing' : 'that'}`, () => {
      const answer = codex.dialect.answer(parsed('codex', payload(name)), decision);
      assert.deepEqual(answer, { ...silentAnswer, stdout });
    });
  }
});
