import assert from 'node:assert/strict';

import { harnessIds, type HarnessId } from '../../../src/core/harness/harnessEvent.ts';
import type { HookPayload } from '../../../src/harnesses/harness.ts';
import { allHarnesses, harnessById } from '../../../src/harnesses/harnesses.ts';
import { dialectOf, recogniseDialect } from '../../../src/harnesses/recogniseDialect.ts';
import { allPayloads } from '../../support/payloads/readPayloads.ts';

const kept = allPayloads();
const snake = { session_id: 's', cwd: '/x' };
const time = '2026-11-21T14:38:42.000Z';
const rollout = '/odd home/sessions/rollout-2026-11-21T14-38-42-s.jsonl';

describe('recogniseDialect', () => {
  for (const { harness, file, payload } of kept) {
    it(`takes ${file} for ${harness}`, () => {
      assert.equal(recogniseDialect(payload)?.id, harness);
    });
  }

  it('has payloads of real agents and of documentations to try', () => {
    for (const harness of ['claude-code', 'cursor', 'vscode-copilot', 'copilot-cli']) {
      assert.ok(kept.filter((one) => one.harness === harness).length >= 10, harness);
    }
  });

  const cases: readonly (readonly [string, HookPayload, HarnessId])[] = [
    [
      'a start of Codex',
      {
        ...snake,
        hook_event_name: 'SessionStart',
        model: 'm',
        permission_mode: 'default',
        transcript_path: rollout,
        source: 'startup',
      },
      'codex',
    ],
    [
      'an end of Codex, which tells little',
      { ...snake, hook_event_name: 'SessionEnd', transcript_path: rollout, reason: 'other' },
      'codex',
    ],
    [
      'a turn of Codex without a transcript',
      { ...snake, hook_event_name: 'Stop', transcript_path: null },
      'codex',
    ],
    [
      'a call of Codex',
      { ...snake, hook_event_name: 'PreToolUse', turn_id: 't', tool_name: 'Bash' },
      'codex',
    ],
    [
      'Claude Code with a model and a mode',
      {
        ...snake,
        hook_event_name: 'SessionStart',
        model: 'm',
        permission_mode: 'default',
        transcript_path: '/odd/projects/p/s.jsonl',
      },
      'claude-code',
    ],
    [
      'a future event of Claude Code',
      {
        ...snake,
        hook_event_name: 'BrandNew',
        transcript_path: '/home/x/.claude/projects/p/s.jsonl',
      },
      'claude-code',
    ],
    [
      'a start of Gemini CLI',
      {
        ...snake,
        hook_event_name: 'SessionStart',
        timestamp: time,
        source: 'startup',
        transcript_path: '/h/.gemini/tmp/p/chats/session-1.json',
      },
      'gemini-cli',
    ],
    [
      'Gemini CLI before it has a transcript',
      {
        ...snake,
        hook_event_name: 'SessionStart',
        timestamp: time,
        source: 'startup',
        transcript_path: '',
      },
      'gemini-cli',
    ],
    [
      'Gemini CLI on Windows',
      {
        ...snake,
        hook_event_name: 'SessionEnd',
        timestamp: time,
        transcript_path: 'C:\\Users\\me\\.gemini\\tmp\\p\\chats\\s.json',
      },
      'gemini-cli',
    ],
    [
      'a tool of Gemini CLI',
      { ...snake, hook_event_name: 'BeforeTool', timestamp: time },
      'gemini-cli',
    ],
    ['a payload of our plugin', { harness: 'opencode', event: 'session.idle' }, 'opencode'],
    [
      'Cursor with the hook file of Claude Code',
      {
        conversation_id: 'c',
        cursor_version: '3',
        hook_event_name: 'PreToolUse',
        session_id: 'c',
        transcript_path: '/h/.claude/projects/p/c.jsonl',
      },
      'cursor',
    ],
    [
      'an older Cursor',
      { conversation_id: 'c', generation_id: 'g', hook_event_name: 'stop' },
      'cursor',
    ],
  ];
  for (const [what, payload, harness] of cases) {
    it(`knows ${what}`, () => {
      assert.equal(recogniseDialect(payload)?.id, harness);
    });
  }

  const unknown: readonly HookPayload[] = [
    {},
    { hook_event_name: 'PreToolUse' },
    { session_id: 's' },
    { hook_event_name: 'preToolUse', session_id: 's' },
    { hook_event_name: 7, session_id: 's' },
    { hook_event_name: '', session_id: 's' },
    { harness: 'opencode' },
    { timestamp: 1 },
    { conversation_id: 'c', hook_event_name: 'stop' },
    JSON.parse('{"__proto__":{"cursor_version":"3","hook_event_name":"stop"}}') as HookPayload,
  ];
  for (const payload of unknown) {
    it(`leaves ${JSON.stringify(payload)} alone`, () => {
      assert.equal(recogniseDialect(payload), undefined);
    });
  }
});

describe('dialectOf', () => {
  const ofCursor = { cursor_version: '3', hook_event_name: 'PreToolUse' };
  const ofEditor = { hookEventName: 'PreToolUse', sessionId: 's', timestamp: time };
  const ofClaude = { ...snake, hook_event_name: 'Stop' };

  it('recognises a payload when nobody is named', () => {
    assert.equal(dialectOf(ofCursor, undefined)?.id, 'cursor');
    assert.equal(dialectOf({}, undefined), undefined);
  });

  it('believes the name', () => {
    assert.equal(dialectOf(ofClaude, 'codex')?.id, 'codex');
    assert.equal(dialectOf({}, 'gemini-cli')?.id, 'gemini-cli');
    assert.equal(dialectOf(ofCursor, 'codex')?.id, 'codex');
  });

  it('sees through those who run the hooks of another agent', () => {
    assert.equal(dialectOf(ofCursor, 'claude-code')?.id, 'cursor');
    assert.equal(dialectOf(ofEditor, 'claude-code')?.id, 'vscode-copilot');
    assert.equal(dialectOf(ofEditor, 'copilot-cli')?.id, 'vscode-copilot');
    assert.equal(dialectOf({ timestamp: 1, cwd: '/x' }, 'claude-code')?.id, 'copilot-cli');
  });
});

describe('allHarnesses', () => {
  it('has every harness once, under its own name everywhere', () => {
    assert.deepEqual(allHarnesses.map(({ id }) => id).sort(), [...harnessIds].sort());
    for (const id of harnessIds) {
      const harness = harnessById(id);
      assert.equal(harness.id, id);
      assert.equal(harness.registryName, id);
    }
  });
});
