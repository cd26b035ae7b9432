import assert from 'node:assert/strict';

import type { HarnessAction, HarnessEvent } from '../../../src/core/harness/harnessEvent.ts';
import type { HookDecision } from '../../../src/core/harness/hookDecision.ts';
import { copilotCli } from '../../../src/harnesses/copilotCli.ts';
import { silentAnswer } from '../../../src/harnesses/harness.ts';
import { eventWith, nowhere, parsed } from '../../support/harnessEvents.ts';
import { readPayload } from '../../support/payloads/readPayloads.ts';

function documented(name: string): HarnessEvent {
  return parsed('copilot-cli', readPayload('copilot-cli', `documented/${name}`));
}

const transcript = '/home/me/.copilot/session-state/cli-1/events.jsonl';
const edit = { kind: 'edit', paths: ['/project/a.ts'] } as const;
const create = { kind: 'edit', paths: ['/project/n.ts'] } as const;

describe('Copilot CLI', () => {
  it('names its sessions and their children', () => {
    assert.equal(copilotCli.sessionActorKey('s'), 'copilot-cli:session:s');
    assert.equal(copilotCli.childActorKey('s', 'a'), 'copilot-cli:agent:a');
  });

  for (const name of ['preToolUse-edit', 'preToolUse-edit-object']) {
    it(`checks the file of an edit in ${name}`, () => {
      assert.deepEqual(
        documented(name),
        eventWith({
          harness: 'copilot-cli',
          eventName: 'preToolUse',
          sessionKey: 'cli-1',
          cwd: '/project',
          action: {
            kind: 'tool-starting',
            call: { name: 'edit', callId: undefined, action: edit },
          },
        }),
      );
    });
  }

  it('does without a session, of which older versions tell nothing', () => {
    const event = documented('preToolUse-older');
    assert.equal(event.sessionKey, undefined);
    assert.equal(event.action.kind, 'tool-starting');
  });

  const names: Readonly<Record<string, readonly [string, HarnessAction]>> = {
    sessionStart: ['sessionStart', { kind: 'session-started', isResumed: false }],
    'sessionStart-resumed': ['sessionStart', { kind: 'session-started', isResumed: true }],
    sessionEnd: ['sessionEnd', { kind: 'session-ended' }],
    userPromptSubmitted: ['userPromptSubmitted', { kind: 'prompt' }],
    userPromptTransformed: ['userPromptTransformed', { kind: 'other' }],
    'preToolUse-view': [
      'preToolUse',
      {
        kind: 'tool-starting',
        call: {
          name: 'str_replace_editor',
          callId: undefined,
          action: { kind: 'read', paths: ['/project/a.ts'] },
        },
      },
    ],
    'preToolUse-ownTool': [
      'preToolUse',
      {
        kind: 'tool-starting',
        call: {
          name: 'heddle-agents-who',
          callId: undefined,
          action: { kind: 'own-tool', input: { path: 'a.ts' } },
        },
      },
    ],
    'postToolUse-create': [
      'postToolUse',
      {
        kind: 'tool-ended',
        call: { name: 'create', callId: undefined, action: create },
        hasFailed: false,
      },
    ],
    'postToolUse-denied': [
      'postToolUse',
      {
        kind: 'tool-ended',
        call: { name: 'create', callId: undefined, action: create },
        hasFailed: true,
      },
    ],
    postToolUseFailure: [
      'postToolUseFailure',
      {
        kind: 'tool-ended',
        call: {
          name: 'bash',
          callId: undefined,
          action: { kind: 'shell', command: 'false', isInBackground: false },
        },
        hasFailed: true,
      },
    ],
    permissionRequest: [
      'permissionRequest',
      { kind: 'waiting', reason: 'permission', text: 'bash: npm test' },
    ],
    notification: [
      'Notification',
      { kind: 'waiting', reason: 'permission', text: 'Permission needed to run npm test' },
    ],
    agentStop: ['agentStop', { kind: 'turn-ended' }],
    subagentStart: ['subagentStart', { kind: 'other' }],
    subagentStop: ['subagentStop', { kind: 'child-ended' }],
    errorOccurred: ['errorOccurred', { kind: 'other' }],
    preCompact: ['preCompact', { kind: 'other' }],
    'PascalCase-SessionStart': ['SessionStart', { kind: 'session-started', isResumed: false }],
    'PascalCase-SessionEnd': ['SessionEnd', { kind: 'session-ended' }],
    'PascalCase-UserPromptSubmit': ['UserPromptSubmit', { kind: 'prompt' }],
    'PascalCase-PreToolUse-edit': [
      'PreToolUse',
      { kind: 'tool-starting', call: { name: 'Edit', callId: undefined, action: edit } },
    ],
    'PascalCase-PreToolUse-patch': [
      'PreToolUse',
      {
        kind: 'tool-starting',
        call: { name: 'Edit', callId: undefined, action: { kind: 'edit', paths: ['n.ts'] } },
      },
    ],
    'PascalCase-PostToolUse': [
      'PostToolUse',
      {
        kind: 'tool-ended',
        call: {
          name: 'Bash',
          callId: undefined,
          action: { kind: 'shell', command: 'ls', isInBackground: false },
        },
        hasFailed: false,
      },
    ],
    'PascalCase-Stop': ['Stop', { kind: 'turn-ended' }],
    'PascalCase-SubagentStop': ['SubagentStop', { kind: 'child-ended' }],
  };
  for (const [file, [eventName, action]] of Object.entries(names)) {
    it(`reads ${file} as it is documented`, () => {
      const event = documented(file);
      assert.equal(event.eventName, eventName);
      assert.deepEqual(event.action, action);
      assert.equal(event.sessionKey, 'cli-1');
      assert.equal(event.cwd, '/project');
    });
  }

  it('knows which subagent has ended, and whose transcript it is', () => {
    const event = documented('subagentStop');
    assert.equal(event.childKey, 'ag-1');
    assert.equal(event.childType, 'explore');
    assert.equal(event.transcriptPath, undefined);
    assert.equal(documented('agentStop').transcriptPath, transcript);
  });

  it('takes a payload of which it knows nothing for a sign of life', () => {
    const event = parsed('copilot-cli', { timestamp: 1, cwd: '/x', brandNew: true });
    assert.equal(event.eventName, 'unknown');
    assert.deepEqual(event.action, { kind: 'other' });
  });

  it('reads nothing out of a payload without an event', () => {
    assert.equal(copilotCli.dialect.parse({ cwd: '/x' }, nowhere), undefined);
  });

  const denied = '"permissionDecision":"deny","permissionDecisionReason":"held"';
  const answers: readonly (readonly [string, HookDecision, string])[] = [
    ['preToolUse-edit', { kind: 'refuse', reason: 'held' }, `{${denied}}\n`],
    [
      'PascalCase-PreToolUse-edit',
      { kind: 'refuse', reason: 'held' },
      `{${denied},"hookSpecificOutput":{"hookEventName":"PreToolUse",${denied}}}\n`,
    ],
    ['preToolUse-edit', { kind: 'replace-input', input: { a: 1 } }, '{"modifiedArgs":{"a":1}}\n'],
    ['postToolUse-create', { kind: 'tell', text: 'hello' }, '{"additionalContext":"hello"}\n'],
    [
      'PascalCase-PostToolUse',
      { kind: 'tell', text: 'hello' },
      '{"additionalContext":"hello","hookSpecificOutput":{"hookEventName":"PostToolUse","additionalContext":"hello"}}\n',
    ],
    ['postToolUse-create', { kind: 'refuse', reason: 'x' }, ''],
    ['agentStop', { kind: 'tell', text: 'x' }, ''],
    ['notification', { kind: 'tell', text: 'x' }, ''], // would be taken for a prompt
    ['preToolUse-edit', { kind: 'nothing' }, ''],
  ];
  for (const [name, decision, stdout] of answers) {
    it(`answers ${decision.kind} to ${name} with ${stdout === '' ? 'nothing' : 'one object'}`, () => {
      const answer = copilotCli.dialect.answer(documented(name), decision);
      assert.deepEqual(answer, { ...silentAnswer, stdout });
    });
  }
});
