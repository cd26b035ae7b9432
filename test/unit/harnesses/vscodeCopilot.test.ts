import assert from 'node:assert/strict';

import type {
  HarnessAction,
  HarnessEvent,
  ToolAction,
} from '../../../src/core/harness/harnessEvent.ts';
import type { HookDecision } from '../../../src/core/harness/hookDecision.ts';
import { silentAnswer } from '../../../src/harnesses/harness.ts';
import { vscodeCopilot } from '../../../src/harnesses/vscodeCopilot.ts';
import { eventWith, nowhere, parsed } from '../../support/harnessEvents.ts';
import { readPayload } from '../../support/payloads/readPayloads.ts';

function documented(name: string): HarnessEvent {
  return parsed('vscode-copilot', readPayload('vscode-copilot', `documented/${name}`));
}

const transcript =
  '/home/me/.config/Code/User/workspaceStorage/1/GitHub.copilot-chat/transcripts/vs-1.jsonl';

describe('Copilot in VS Code', () => {
  it('names its sessions and their children', () => {
    assert.equal(vscodeCopilot.sessionActorKey('s'), 'vscode-copilot:session:s');
    assert.equal(vscodeCopilot.childActorKey('s', 'a'), 'vscode-copilot:agent:a');
  });

  it('checks the file of an edit', () => {
    assert.deepEqual(
      documented('PreToolUse-create_file'),
      eventWith({
        harness: 'vscode-copilot',
        eventName: 'PreToolUse',
        sessionKey: 'vs-1',
        cwd: '/project',
        model: 'gpt-5.5',
        transcriptPath: transcript,
        action: {
          kind: 'tool-starting',
          call: {
            name: 'create_file',
            callId: 'toolu_1__vscode-1',
            action: { kind: 'edit', paths: ['/project/new.ts'] },
          },
        },
      }),
    );
  });

  it('reads the form of older versions, with the address of a transcript as an object', () => {
    const start = documented('older-SessionStart');
    assert.equal(start.eventName, 'SessionStart');
    assert.equal(start.sessionKey, 'vs-1');
    assert.equal(start.transcriptPath, '/t/vs-1.jsonl');
    assert.deepEqual(start.action, { kind: 'session-started', isResumed: false });
    assert.equal(documented('older-PreToolUse').action.kind, 'tool-starting');
  });

  it('tells its subagents apart', () => {
    const start = documented('SubagentStart');
    const stop = documented('SubagentStop');
    assert.deepEqual(start.action, { kind: 'child-started' });
    assert.deepEqual(stop.action, { kind: 'child-ended' });
    for (const { childKey, childType } of [start, stop]) {
      assert.equal(childKey, 'subagent-456');
      assert.equal(childType, 'Plan');
    }
  });

  const calls: Readonly<Record<string, ToolAction>> = {
    replace_string_in_file: { kind: 'edit', paths: ['/project/a.ts'] },
    multi_replace: { kind: 'edit', paths: ['/project/a.ts', '/project/b.ts'] },
    insert_edit: { kind: 'edit', paths: ['/project/with space.ts'] },
    apply_patch: { kind: 'edit', paths: ['/project/a.ts'] },
    edit_notebook_file: { kind: 'edit', paths: ['/project/n.ipynb'] },
    editFiles: { kind: 'edit', paths: ['src/main.ts'] },
    read_file: { kind: 'read', paths: ['/project/a.ts'] },
    run_in_terminal: { kind: 'shell', command: 'npm test', isInBackground: true },
  };
  for (const [name, expected] of Object.entries(calls)) {
    it(`reads a call of ${name}`, () => {
      const { action } = documented(`PreToolUse-${name}`);
      assert.ok(action.kind === 'tool-starting');
      assert.deepEqual(action.call.action, expected);
    });
  }

  it('reads Windows paths and addresses', () => {
    const base = readPayload('vscode-copilot', 'documented/PreToolUse-create_file');
    const pathsOf = (filePath: unknown): unknown => {
      const { action } = parsed('vscode-copilot', { ...base, tool_input: { filePath } });
      return action.kind === 'tool-starting' ? action.call.action : undefined;
    };
    assert.deepEqual(pathsOf('c:\\src\\ä.ts'), { kind: 'edit', paths: ['c:\\src\\ä.ts'] });
    assert.deepEqual(pathsOf('file:///c%3A/src/a.ts'), { kind: 'edit', paths: ['c:/src/a.ts'] });
    assert.deepEqual(pathsOf('untitled://x'), { kind: 'edit', paths: [] });
  });

  const actions: Readonly<Record<string, HarnessAction>> = {
    SessionStart: { kind: 'session-started', isResumed: false },
    UserPromptSubmit: { kind: 'prompt' },
    PreCompact: { kind: 'other' },
    Stop: { kind: 'turn-ended' },
    'PostToolUse-create_file': {
      kind: 'tool-ended',
      call: {
        name: 'create_file',
        callId: 'toolu_1__vscode-1',
        action: { kind: 'edit', paths: ['/project/new.ts'] },
      },
      hasFailed: false,
    },
  };
  for (const [name, expected] of Object.entries(actions)) {
    it(`reads ${name} as it is documented`, () => {
      assert.deepEqual(documented(name).action, expected);
    });
  }

  it('runs where the hook runs when it names no folder', () => {
    const payload = { ...readPayload('vscode-copilot', 'documented/Stop'), cwd: undefined };
    assert.equal(parsed('vscode-copilot', payload).cwd, '/hook');
  });

  it('reads nothing out of a payload without an event', () => {
    assert.equal(vscodeCopilot.dialect.parse({ sessionId: 'x' }, nowhere), undefined);
  });

  const answers: readonly (readonly [string, HookDecision, string])[] = [
    [
      'PreToolUse-create_file',
      { kind: 'refuse', reason: 'held' },
      '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"held"}}\n',
    ],
    [
      'older-PreToolUse',
      { kind: 'replace-input', input: { a: 1 } },
      '{"hookSpecificOutput":{"hookEventName":"PreToolUse","updatedInput":{"a":1}}}\n',
    ],
    [
      'PostToolUse-create_file',
      { kind: 'tell', text: 'hello' },
      '{"hookSpecificOutput":{"hookEventName":"PostToolUse","additionalContext":"hello"}}\n',
    ],
    ['UserPromptSubmit', { kind: 'tell', text: 'x' }, ''],
    ['Stop', { kind: 'refuse', reason: 'x' }, ''],
    ['PreToolUse-create_file', { kind: 'nothing' }, ''],
  ];
  for (const [name, decision, stdout] of answers) {
    it(`answers ${decision.kind} to ${name} with ${stdout === '' ? 'nothing' : 'one object'}`, () => {
      const answer = vscodeCopilot.dialect.answer(documented(name), decision);
      assert.deepEqual(answer, { ...silentAnswer, stdout });
    });
  }
});
