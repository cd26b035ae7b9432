import assert from 'node:assert/strict';

import type { HarnessId } from '../../../src/core/harness/harnessEvent.ts';
import { allHarnesses } from '../../../src/harnesses/harnesses.ts';

interface Shown {
  readonly args: readonly string[];
  readonly name?: string;
  readonly executable?: string;
}

/** Which agents take a process for themselves. */
function claimants({ args, name = '', executable }: Shown): readonly HarnessId[] {
  const process = { pid: 2, parentPid: 1, name, args, executable };
  return allHarnesses.filter((harness) => harness.isAgentProcess(process)).map(({ id }) => id);
}

const gemini = '/usr/lib/node_modules/@google/gemini-cli/bundle/gemini.js';
const agents: readonly (readonly [HarnessId, Shown])[] = [
  ['claude-code', { args: ['claude', '-p', 'x'] }],
  [
    'claude-code',
    {
      args: ['/home/me/.local/bin/claude'],
      executable: '/home/me/.local/share/claude/versions/2.1.330',
    },
  ],
  ['claude-code', { args: ['/n/@anthropic-ai/claude-code-linux-x64/claude', '-p'] }],
  ['claude-code', { args: ['C:\\Users\\me\\.local\\bin\\claude.exe'] }],
  ['claude-code', { args: ['node', '--no-warnings', '/n/@anthropic-ai/claude-code/cli.js', '-p'] }],
  ['claude-code', { args: ['C:\\nodejs\\node.exe', 'C:\\n\\@anthropic-ai\\claude-code\\cli.js'] }],
  ['claude-code', { args: ['/usr/bin/node', '/n/@anthropic-ai/claude-agent-sdk/cli.js'] }],
  ['claude-code', { args: ['claude'], name: 'claude', executable: '/usr/bin/node' }],
  ['claude-code', { args: [], name: 'claude' }],
  ['codex', { args: ['/n/@openai/codex/vendor/x86_64-unknown-linux-musl/codex/codex', 'exec'] }],
  ['codex', { args: ['codex-x86_64-unknown-linux-musl', 'exec'] }],
  ['codex', { args: ['codex.exe'] }],
  ['gemini-cli', { args: ['node', '--no-warnings=DEP0040', '/usr/local/bin/gemini', '-p', 'x'] }],
  ['gemini-cli', { args: ['/usr/bin/node', gemini] }],
  ['opencode', { args: ['/n/opencode-linux-x64/bin/opencode', 'run'] }],
  ['opencode', { args: ['C:\\n\\opencode-ai\\bin\\opencode.exe'] }],
  ['cursor', { args: ['/Applications/Cursor.app/Contents/MacOS/Cursor'] }],
  [
    'cursor',
    {
      args: [
        '/x/Cursor Helper (Plugin).app/Contents/MacOS/Cursor Helper (Plugin)',
        '--type=utility',
      ],
    },
  ],
  ['cursor', { args: ['/opt/cursor/cursor', '--type=extensionHost'] }],
  [
    'cursor',
    {
      args: ['/home/me/.local/bin/cursor-agent', 'x'],
      executable: '/home/me/.local/share/cursor-agent/versions/1/node',
    },
  ],
  [
    'vscode-copilot',
    { args: ['/usr/share/code/code', '--type=utility', '--vscode-utility-kind=extensionHost'] },
  ],
  ['vscode-copilot', { args: ['/srv/node', '/srv/out/bootstrap-fork', '--type=extensionHost'] }],
  ['copilot-cli', { args: ['node', '/usr/lib/node_modules/@github/copilot/npm-loader.js'] }],
  ['copilot-cli', { args: ['/usr/local/bin/copilot'] }],
];

const others: readonly Shown[] = [
  { args: ['/bin/sh', '-c', 'claude -p x'] },
  { args: ['bash', '-lc', 'codex exec'], name: 'bash' },
  { args: ['node', '/n/@anthropic-ai/claude-code/cli-wrapper.cjs'] },
  { args: ['node', '/n/@openai/codex/bin/codex.js', 'exec'] },
  { args: ['node', '/n/opencode-ai/bin/opencode', 'run'] },
  { args: ['node', '/ext/heddle-agents/dist/cli.cjs', 'hook', 'claude-code'] },
  { args: ['node', '/home/me/claude-code/dist/cli.cjs', 'hook', 'claude-code'] },
  { args: ['/home/me/.heddle-agents/bin/heddle-agents', 'hook', 'codex'] },
  { args: ['codex-linux-sandbox', '--', 'ls'] },
  { args: ['/Applications/Claude.app/Contents/MacOS/Claude'] },
  { args: ['vim', 'claude'] },
  { args: ['node', '-e', '0', 'claude'] },
  { args: ['cat', '/usr/bin/gemini'] },
  { args: ['/usr/share/code/code', '--type=renderer'] },
  { args: ['node'] },
  { args: [] },
];

describe('isAgentProcess', () => {
  for (const [id, shown] of agents) {
    it(`knows ${shown.args.join(' ')} for ${id} and no other agent`, () => {
      assert.deepEqual(claimants(shown), [id]);
    });
  }

  for (const shown of others) {
    it(`takes "${shown.args.join(' ')}" for none`, () => {
      assert.deepEqual(claimants(shown), []);
    });
  }
});
