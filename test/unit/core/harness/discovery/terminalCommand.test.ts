import assert from 'node:assert/strict';
import { shellCommands } from '../../../../../src/core/harness/discovery/shellCommands.ts';
import { harnessOfCommandLine } from '../../../../../src/core/harness/discovery/terminalCommand.ts';
import type { HarnessId } from '../../../../../src/core/harness/harnessEvent.ts';

const agents: Readonly<Record<HarnessId, readonly string[]>> = {
  'claude-code': [
    'claude',
    'claude -p "fix the login"',
    'claude "update the docs"',
    'claude --resume',
    '  claude  ',
    'npx @anthropic-ai/claude-code',
    'npx -y @anthropic-ai/claude-code@latest --model opus',
    'bunx @anthropic-ai/claude-code',
    'pnpm dlx @anthropic-ai/claude-code',
    'npm exec -- @anthropic-ai/claude-code -p hi',
    'npx --package @anthropic-ai/claude-code claude',
    'ANTHROPIC_BASE_URL=http://127.0.0.1:1 IS_SANDBOX=1 claude',
    'env -u CLAUDECODE A="b c" claude',
    'sudo -u me -- claude',
    'time nice -n 5 claude',
    'timeout 60s claude -p x',
    '~/.claude/local/claude',
    '"/home/a b/.local/bin/claude" --continue',
    "'/opt/x/claude'",
    '/opt/my\\ tools/claude',
    'C:\\Users\\me\\.local\\bin\\claude.exe',
    '& "C:\\Program Files\\nodejs\\claude.cmd" -p x',
    "$env:A = '1'; claude",
    'node node_modules/@anthropic-ai/claude-code/cli.js',
    'node --import tsx ./node_modules/@anthropic-ai/claude-code/cli.js -p x',
    'cat prompt.txt | claude -p | tee out.txt',
    'cd app && claude',
    'cd app; claude &',
    'echo "a | b" | claude -p',
    'git pull\nclaude',
    '(cd app && claude)',
    'bash -lc "cd app && claude -p x"',
    'powershell -Command claude',
    'claude 2>&1 | tee log',
    'claude <prompt.txt',
    'claude \\\n  --resume',
    'claude -- --help',
  ],
  codex: ['codex', 'codex exec "x"', 'npx @openai/codex@0.50 exec x', 'codex resume --last'],
  'gemini-cli': ['gemini', 'gemini -p x', 'npx @google/gemini-cli'],
  opencode: ['opencode', 'opencode run "x"', 'npx opencode-ai@latest', 'opencode serve'],
  cursor: ['cursor-agent', 'cursor-agent -p x', '~/.local/bin/cursor-agent resume'],
  'copilot-cli': ['copilot', 'npx @github/copilot', 'GH_TOKEN=x copilot -p y'],
  'vscode-copilot': [],
};

const others: readonly string[] = [
  '',
  '   ',
  'echo claude',
  'vim claude',
  'ls | grep codex',
  '# claude',
  'ls # then claude',
  'echo "run; claude"',
  "echo 'a && codex'",
  'cd ~/.claude',
  'cat claude.md',
  './claude-helper',
  'myclaude',
  'claude.md',
  'claude --version',
  'claude --help',
  'claude mcp list',
  'claude update',
  'codex login',
  'gemini extensions list',
  'opencode auth login',
  'cursor-agent status',
  'cursor .',
  'npx',
  'npx cowsay claude',
  'npm install -g @anthropic-ai/claude-code',
  'npm i @openai/codex',
  'which claude',
  'ssh host claude',
  'docker run x claude',
  'gh copilot suggest x',
  'CLAUDE=claude',
  'bash claude.sh',
  'bash -c "echo claude"',
  'heddle-agents hook claude-code',
];

describe('harnessOfCommandLine', () => {
  for (const [harness, lines] of Object.entries(agents)) {
    for (const line of lines) {
      it(`takes ${JSON.stringify(line)} for ${harness}`, () => {
        assert.equal(harnessOfCommandLine(line), harness);
      });
    }
  }

  for (const line of others) {
    it(`takes ${JSON.stringify(line)} for no agent`, () => {
      assert.equal(harnessOfCommandLine(line), undefined);
    });
  }

  it('takes the first of several agents', () => {
    assert.equal(harnessOfCommandLine('codex exec x | claude -p'), 'codex');
    assert.equal(harnessOfCommandLine('claude --version && codex'), 'codex');
  });

  it('answers hostile lines at once, and no deeper than people nest', () => {
    for (const piece of ['"', "'", '\\', '(', '"\\', 'sh -c "', 'env ', 'a=b ', '#', '>&', '@a/']) {
      assert.equal(harnessOfCommandLine(piece.repeat(100_000)), undefined);
    }
    const nested = (depth: number): string =>
      depth === 0 ? 'claude' : `sh -c ${JSON.stringify(nested(depth - 1))}`;
    assert.equal(harnessOfCommandLine(nested(3)), 'claude-code');
    assert.equal(harnessOfCommandLine(nested(4)), undefined);
  });
});

describe('shellCommands', () => {
  it('splits commands and keeps quoted text in one word', () => {
    assert.deepEqual(shellCommands(`a "b c"'d' | e && f;g\nh`), [
      ['a', 'b cd'],
      ['e'],
      ['f'],
      ['g'],
      ['h'],
    ]);
  });

  it('keeps empty words and unfinished quotes', () => {
    assert.deepEqual(shellCommands(`a '' "b c`), [['a', '', 'b c']]);
  });
});
