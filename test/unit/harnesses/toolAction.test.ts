import assert from 'node:assert/strict';

import {
  argumentsOf,
  callText,
  isOwnTool,
  questionText,
  toolAction,
  type ToolNames,
} from '../../../src/harnesses/toolAction.ts';

const tools: ToolNames = {
  reads: ['read'],
  edits: ['edit'],
  patches: ['patch'],
  shells: ['sh'],
  questions: [],
  paths: { single: ['path'] },
};

describe('isOwnTool', () => {
  const own = [
    'mcp__heddle-agents__lock_files',
    'mcp__heddle_agents__lock_files',
    'mcp_heddle-agents_lock_files',
    'heddle-agents_lock_files',
    'heddle-agents-lock_files',
    'heddle-agents/lock_files',
    'MCP:heddle-agents:lock_files',
  ];
  for (const name of own) {
    it(`knows ${name}`, () => {
      assert.ok(isOwnTool(name));
    });
  }

  const others = [
    'mcp__heddle-agents-fake__x',
    'mcp__x__heddle-agents__y',
    'my_heddle-agents_x',
    'heddle-agents',
    'lock_files',
    '',
  ];
  for (const name of others) {
    it(`leaves out "${name}"`, () => {
      assert.ok(!isOwnTool(name));
    });
  }
});

describe('toolAction', () => {
  it('finds the files of a patch wherever its text is', () => {
    const text = '*** Begin Patch\n*** Add File: a\n+x\n*** End Patch';
    const expected = { kind: 'edit', paths: ['a'] };
    for (const input of [text, { command: text }, { input: text }, { patchText: text }]) {
      assert.deepEqual(toolAction('patch', input, tools), expected);
    }
  });

  it('takes the files that the arguments name when there is no patch', () => {
    const input = { command: 'str_replace', path: '/x' };
    assert.deepEqual(toolAction('patch', input, tools), { kind: 'edit', paths: ['/x'] });
  });

  it('takes a command that only applies a patch for an edit', () => {
    const command = "apply_patch <<'E'\n*** Begin Patch\n*** Delete File: a\n*** End Patch\nE";
    assert.deepEqual(toolAction('sh', { command }, tools), { kind: 'edit', paths: ['a'] });
  });

  it('joins the words of a command', () => {
    const action = toolAction('sh', { command: ['bash', '-lc', 'ls', 7] }, tools);
    assert.deepEqual(action, { kind: 'shell', command: 'bash -lc ls', isInBackground: false });
  });

  it('cuts a command between two characters', () => {
    const action = toolAction('sh', { command: `${'x'.repeat(498)}😀${'y'.repeat(9)}` }, tools);
    assert.deepEqual(action, {
      kind: 'shell',
      command: `${'x'.repeat(498)}…`,
      isInBackground: false,
    });
  });

  it('does without arguments', () => {
    for (const input of [undefined, null, 7, 'text', []]) {
      assert.deepEqual(toolAction('edit', input, tools), { kind: 'edit', paths: [] });
      assert.deepEqual(toolAction('other', input, tools), { kind: 'other' });
    }
  });

  it('takes nothing from the prototype of the arguments', () => {
    const input = JSON.parse('{"__proto__":{"path":"/evil"}}') as object;
    assert.deepEqual(toolAction('edit', input, tools), { kind: 'edit', paths: [] });
    assert.deepEqual(toolAction('edit', Object.create({ path: '/evil' }), tools), {
      kind: 'edit',
      paths: [],
    });
  });
});

describe('callText', () => {
  it('names the tool and what it is used on', () => {
    assert.equal(callText('Write', { kind: 'edit', paths: ['/a', '/b'] }), 'Write: /a');
    assert.equal(callText('X', { kind: 'shell', command: 'ls', isInBackground: false }), 'X: ls');
    assert.equal(callText('Other', { kind: 'other' }), 'Other');
  });

  it('is short', () => {
    assert.equal(callText('R', { kind: 'read', paths: ['x'.repeat(9000)] }).length, 500);
  });
});

describe('argumentsOf', () => {
  it('reads an object out of a text and leaves everything else alone', () => {
    assert.deepEqual(argumentsOf('{"a":1}'), { a: 1 });
    for (const value of ['[1]', '7', '{"a":', '', undefined, 7, { b: 2 }]) {
      assert.deepEqual(argumentsOf(value), value);
    }
  });
});

describe('questionText', () => {
  it('finds the first question', () => {
    assert.equal(questionText({ questions: [null, { question: 'A?' }, { question: 'B?' }] }), 'A?');
    assert.equal(questionText({ question: 'C?' }), 'C?');
    assert.equal(questionText({ message: 'D?' }), 'D?');
    assert.equal(questionText({ questions: [{ question: 7 }] }), undefined);
    assert.equal(questionText('E?'), undefined);
  });
});
