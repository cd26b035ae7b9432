import assert from 'node:assert/strict';
import type { ListedProcess } from '../../../src/core/harness/discovery/listedProcess.ts';
import { agentOf, nearestAgent, standaloneAgentOf } from '../../../src/harnesses/agentAncestor.ts';
import { cursor } from '../../../src/harnesses/cursor.ts';
import { vscodeCopilot } from '../../../src/harnesses/vscodeCopilot.ts';

/** Recognises an agent as carelessly as can be: by a word anywhere. */
function careless(id: 'claude-code' | 'codex', word: string) {
  return {
    id,
    isAgentProcess: ({ name, args }: ListedProcess) =>
      name.includes(word) || args.some((arg) => arg.includes(word)),
  };
}
const claude = careless('claude-code', 'claude');
const codex = careless('codex', 'codex');
const both = [claude, codex];

function listed(pid: number, ...args: readonly string[]): ListedProcess {
  const [program = ''] = args;
  const name = program.slice(program.lastIndexOf('/') + 1).slice(0, 15);
  return { pid, parentPid: pid - 1, name, args, executable: undefined };
}

describe('nearestAgent', () => {
  it('passes over the shell of the hook, whose command names the agent', () => {
    const chain = [
      listed(9, '/bin/sh', '-c', '~/.heddle-agents/bin/heddle-agents hook claude-code'),
      listed(8, 'claude'),
      listed(7, '-bash'),
    ];
    const found = nearestAgent(chain, both);
    assert.equal(found?.process.pid, 8);
    assert.equal(found.harness, claude);
  });

  it('takes the native program rather than the script that started it', () => {
    const chain = [
      listed(9, 'sh', '-c', 'x'),
      listed(8, '/lib/node_modules/@openai/codex/vendor/x/codex', 'exec'),
      listed(7, 'node', '/usr/bin/codex', 'exec'),
    ];
    assert.equal(nearestAgent(chain, both)?.process.pid, 8);
  });

  it('takes the agent that runs inside another agent, unless the other is asked for', () => {
    const chain = [listed(9, 'codex'), listed(8, 'bash', '-c', 'codex'), listed(7, 'claude')];
    assert.equal(nearestAgent(chain, both)?.process.pid, 9);
    assert.equal(nearestAgent(chain, [claude])?.process.pid, 7);
  });

  it('reads no further than to the agent', () => {
    function* chain(): Generator<ListedProcess> {
      yield listed(9, 'claude');
      assert.fail('read too far');
    }
    assert.equal(nearestAgent(chain(), both)?.process.pid, 9);
  });

  it('finds none where there is none', () => {
    assert.equal(nearestAgent([listed(9, 'bash'), listed(1, 'init')], both), undefined);
    assert.equal(nearestAgent([], both), undefined);
  });
});

describe('agentOf', () => {
  const bystanders: readonly (readonly string[])[] = [
    ['/bin/bash', '-c', 'claude -p x'],
    ['-zsh', 'claude'],
    ['/bin/dash', '/opt/claude/hook.sh'],
    ['npx', '@anthropic-ai/claude-code'],
    ['npm exec @anthropic-ai/claude-code'],
    ['node', '/usr/lib/node_modules/npm/bin/npx-cli.js', '@anthropic-ai/claude-code'],
    ['/usr/bin/node', '/usr/lib/node_modules/npm/bin/npm-cli.js', 'exec', 'claude'],
    ['node', '/ext/heddle-agents.heddle-agents-0.1.0/dist/cli.cjs', 'hook', 'claude-code'],
    ['node', '/usr/local/bin/heddle-agents', 'hook', 'claude-code'],
    ['/home/me/.heddle-agents/bin/heddle-agents', 'hook', 'claude-code'],
    ['env', 'claude'],
    ['C:\\Windows\\System32\\cmd.exe', '/c', 'claude'],
    ['powershell.exe', '-Command', 'claude'],
  ];
  for (const args of bystanders) {
    it(`takes ${args.join(' ')} for no agent`, () => {
      const process = { ...listed(9, ...args), name: args[0]?.split(/[/\\]/).pop() ?? '' };
      assert.equal(agentOf(process, both), undefined);
    });
  }

  it('takes a shell that has become the agent for the agent', () => {
    assert.equal(agentOf({ ...listed(9, 'claude'), name: 'sh' }, both), claude);
  });

  it('takes an agent that was started by a path with heddle-agents in it for the agent', () => {
    assert.equal(agentOf(listed(9, '/work/heddle-agents/node_modules/.bin/claude'), both), claude);
    const script = '/work/heddle-agents/node_modules/@anthropic-ai/claude-code/cli.js';
    assert.equal(agentOf(listed(9, 'node', script), both), claude);
  });
});

describe('standaloneAgentOf', () => {
  it('takes the command-line agent of Cursor, and not the editor around others', () => {
    const agent = listed(9, 'node', '/home/me/.local/share/cursor-agent/versions/1/index.js');
    assert.equal(standaloneAgentOf(agent, [cursor]), cursor);
    const editor = listed(9, '/opt/Cursor/cursor');
    assert.equal(agentOf(editor, [cursor]), cursor);
    assert.equal(standaloneAgentOf(editor, [cursor]), undefined);
  });

  it('takes no extension host of VS Code', () => {
    const host = { ...vscodeCopilot, isAgentProcess: () => true };
    assert.equal(agentOf(listed(9, 'node', 'x'), [host]), host);
    assert.equal(standaloneAgentOf(listed(9, 'node', 'x'), [host]), undefined);
  });
});
