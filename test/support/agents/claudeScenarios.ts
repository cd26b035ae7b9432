import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runClaudeOnce, startClaudeSession } from './claudeCode.ts';
import {
  agent,
  allowEverything,
  denial,
  end,
  interruptTurn,
  untilEvents,
  untilRunning,
  withShell,
} from './claudeScenarioSteps.ts';
import { runTerminal } from './claudeTerminalScenario.ts';
import type { ClaudeWorld, HookAnswer } from './claudeWorld.ts';
import type { ModelGate } from './modelGate.ts';
import { callTool, type ModelStep, type ModelUsage } from './scriptedClaudeModel.ts';

/** What a scenario may use while it is prepared. */
export interface ScenarioPlace {
  readonly repo: string;
  /** For scenarios that stop a turn while the model is asked. */
  readonly gate: ModelGate;
}

/** A real session of Claude Code whose hook payloads are recorded. */
export interface ClaudeScenario {
  readonly name: string;
  readonly about: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly answers?: readonly HookAnswer[];
  /** Runs in a terminal, which is not there on every platform. */
  readonly terminal?: true;
  /** What the model says, by prompt. */
  readonly plan: (place: ScenarioPlace) => Readonly<Record<string, readonly ModelStep[]>>;
  readonly run: (world: ClaudeWorld, place: ScenarioPlace) => Promise<unknown>;
}

/** Everything that is recorded, in the order in which it is run. */
export const claudeScenarios: readonly ClaudeScenario[] = [
  {
    name: 'edit',
    about: 'Writes a new file, reads one, edits it, edits a notebook.',
    files: { 'notes.ipynb': notebook() },
    plan: ({ repo }) => ({
      'edit them': [
        callTool('Write', { file_path: join(repo, 'src/new.ts'), content: 'export {};\n' }),
        callTool('Read', { file_path: join(repo, 'README.md') }),
        callTool('Edit', {
          file_path: join(repo, 'README.md'),
          old_string: '# Demo',
          new_string: '# A demo',
        }),
        callTool('ToolSearch', { query: 'select:NotebookEdit', max_results: 3 }),
        callTool('Read', { file_path: join(repo, 'notes.ipynb') }),
        callTool('NotebookEdit', {
          notebook_path: join(repo, 'notes.ipynb'),
          cell_id: 'first',
          new_source: 'print(2)',
        }),
      ],
    }),
    run: (world) => runClaudeOnce('edit them', world.options).exit,
  },
  {
    name: 'refused',
    about: 'The hook refuses a Write with permissionDecision deny.',
    answers: [{ event: 'PreToolUse', stdout: denial('Held by k7 until 12:00. Take src/b.ts.') }],
    plan: ({ repo }) => ({
      'write it': [callTool('Write', { file_path: join(repo, 'a.txt'), content: 'a\n' })],
    }),
    run: (world) => runClaudeOnce('write it', world.options).exit,
  },
  {
    name: 'bash',
    about: 'A shell command that works, one that fails, one that changes the folder.',
    plan: () => ({
      'run them': [
        callTool('Bash', { command: 'echo shell > shell.txt', description: 'Write a file' }),
        callTool('Bash', { command: 'ls missing' }),
        callTool('Bash', { command: 'mkdir -p sub && cd sub' }),
        callTool('Bash', { command: 'pwd' }),
      ],
    }),
    run: (world) => runClaudeOnce('run them', withShell(world)).exit,
  },
  {
    name: 'background-bash',
    about: 'A shell command in the background that ends after the turn, and wakes the agent.',
    plan: () => ({
      'run it': [
        callTool('Bash', { command: 'sleep 1; echo late > late.txt', run_in_background: true }),
      ],
    }),
    run: async (world) => {
      const claude = startClaudeSession(withShell(world));
      await claude.prompt('run it');
      await untilEvents(world, { event: 'Stop', count: 2 });
      await end(claude);
    },
  },
  {
    name: 'parallel',
    about: 'Two Writes and two Reads in one message.',
    plan: ({ repo }) => ({
      'all at once': [
        {
          calls: [
            { tool: 'Write', input: { file_path: join(repo, 'a.txt'), content: 'a\n' } },
            { tool: 'Write', input: { file_path: join(repo, 'b.txt'), content: 'b\n' } },
            { tool: 'Read', input: { file_path: join(repo, 'README.md') } },
            { tool: 'Read', input: { file_path: join(repo, 'README.md') } },
          ],
        },
      ],
    }),
    run: (world) => runClaudeOnce('all at once', world.options).exit,
  },
  {
    name: 'subagent',
    about: 'A subagent in the foreground that writes a file.',
    plan: ({ repo }) => ({
      'send one': [agent('child one')],
      'child one': [callTool('Write', { file_path: join(repo, 'one.txt'), content: '1\n' })],
    }),
    run: (world) => runClaudeOnce('send one', world.options).exit,
  },
  {
    name: 'subagents',
    about: 'Two subagents at the same time, each writing a file.',
    plan: ({ repo }) => ({
      'send two': [
        { calls: [...(agent('child one').calls ?? []), ...(agent('child two').calls ?? [])] },
      ],
      'child one': [callTool('Write', { file_path: join(repo, 'one.txt'), content: '1\n' })],
      'child two': [callTool('Write', { file_path: join(repo, 'two.txt'), content: '2\n' })],
    }),
    run: (world) => runClaudeOnce('send two', world.options).exit,
  },
  {
    name: 'background-subagent',
    about: 'A subagent in the background: it works on after its parent stopped, and wakes it.',
    plan: ({ repo, gate }) => ({
      'send one': [agent('child one', true), { text: 'It works on its own.' }],
      'child one': [
        { ...callTool('Write', { file_path: join(repo, 'one.txt'), content: '1\n' }), gate },
      ],
    }),
    run: async (world, { gate }) => {
      const claude = startClaudeSession(world.options);
      await claude.prompt('send one');
      gate.open();
      await untilEvents(world, { event: 'Stop', count: 2 });
      await end(claude);
    },
  },
  {
    name: 'permission',
    about: 'A Write that a person has to allow, and is kept waiting.',
    plan: ({ repo }) => ({
      'write it': [callTool('Write', { file_path: join(repo, 'a.txt'), content: 'a\n' })],
    }),
    run: async (world) => {
      const args = ['--permission-prompt-tool', 'stdio'];
      const options = { ...world.options, permissionMode: 'default', args };
      const claude = startClaudeSession(options);
      const turn = claude.prompt('write it');
      await untilEvents(world, { event: 'Notification', count: 1 });
      allowEverything(claude);
      await turn;
      await end(claude);
    },
  },
  {
    name: 'permission-refused',
    about: 'A Write that nobody may allow, as in a program without a person.',
    plan: ({ repo }) => ({
      'write it': [callTool('Write', { file_path: join(repo, 'a.txt'), content: 'a\n' })],
    }),
    run: (world) => runClaudeOnce('write it', { ...world.options, permissionMode: 'default' }).exit,
  },
  {
    name: 'resume',
    about: 'A session, the same one resumed, and a fork of it.',
    plan: () => ({}),
    run: async (world) => {
      const first = runClaudeOnce('first', world.options);
      await first.exit;
      const resumed = { ...world.options, resume: first.sessionId };
      await runClaudeOnce('second', resumed).exit;
      await runClaudeOnce('third', { ...resumed, args: ['--fork-session'] }).exit;
    },
  },
  {
    name: 'compact-clear',
    about: 'A prompt, /compact, /clear, and a prompt in the session that follows.',
    plan: () => ({}),
    run: async (world) => {
      const claude = startClaudeSession(world.options);
      for (const prompt of ['hello', '/compact', '/clear', 'again']) await claude.prompt(prompt);
      await end(claude);
    },
  },
  {
    name: 'interrupt',
    about: 'A turn that is interrupted in a shell command, one in the model, then a whole turn.',
    plan: ({ gate }) => ({
      'watch it': [callTool('Bash', { command: 'tail -f README.md' })],
      'think hard': [{ text: 'never said', gate }],
    }),
    run: async (world, { gate }) => {
      const claude = startClaudeSession(withShell(world));
      const watching = claude.prompt('watch it');
      await untilEvents(world, { event: 'PreToolUse', count: 1 });
      await untilRunning(claude);
      interruptTurn(claude);
      await watching;
      const thinking = claude.prompt('think hard');
      await gate.arrived;
      interruptTurn(claude);
      await thinking;
      gate.open();
      await claude.prompt('go on');
      await end(claude);
    },
  },
  {
    name: 'sigint',
    about: 'Ctrl-C while the model is asked.',
    plan: ({ gate }) => ({ 'think hard': [{ text: 'never said', gate }] }),
    run: async (world, { gate }) => {
      const claude = runClaudeOnce('think hard', world.options);
      await gate.arrived;
      claude.interrupt();
      await claude.exit;
      gate.open();
    },
  },
  {
    name: 'failure',
    about: 'The model answers with an error: the turn fails, and the next one works.',
    plan: () => ({
      'fail now': [
        { fail: { status: 400, type: 'invalid_request_error', message: 'scripted failure' } },
      ],
    }),
    run: async (world) => {
      const claude = startClaudeSession(world.options);
      await claude.prompt('fail now');
      await untilEvents(world, { event: 'StopFailure', count: 1 });
      await claude.prompt('go on');
      await end(claude);
    },
  },
  {
    name: 'terminal',
    about:
      'In a terminal: a permission prompt, Esc at it, Esc in a shell command, Esc before the ' +
      'model has answered, a whole turn, the wait after it, /exit.',
    terminal: true,
    plan: ({ repo, gate }) => ({
      'write it': [callTool('Write', { file_path: join(repo, 'a.txt'), content: 'a\n' })],
      'watch it': [callTool('Bash', { command: 'tail -f README.md' })],
      'think hard': [{ text: 'never said', gate }],
    }),
    run: runTerminal,
  },
  {
    name: 'stop-blocked',
    about: 'The Stop hook keeps the agent working once.',
    answers: [
      { event: 'Stop', times: 1, stdout: '{"decision":"block","reason":"Run the tests."}' },
    ],
    plan: () => ({}),
    run: (world) => runClaudeOnce('hello', world.options).exit,
  },
  {
    name: 'mcp',
    about: "A call of an MCP server's tool, whose input the hook replaces.",
    answers: [
      {
        event: 'PreToolUse',
        tool: 'mcp__heddle__echo',
        stdout: JSON.stringify({
          hookSpecificOutput: {
            hookEventName: 'PreToolUse',
            updatedInput: { word: 'hello', session: 'stamped' },
          },
        }),
      },
    ],
    plan: () => ({
      'call it': [
        callTool('ToolSearch', { query: 'select:mcp__heddle__echo', max_results: 3 }),
        callTool('mcp__heddle__echo', { word: 'hello' }),
      ],
    }),
    run: (world) => {
      const file = join(world.root, 'mcp.json');
      const server = fileURLToPath(new URL('mcpEcho.cjs', import.meta.url));
      const heddle = { command: process.execPath, args: [server] };
      writeFileSync(file, JSON.stringify({ mcpServers: { heddle } }));
      const args = ['--mcp-config', file, '--allowedTools', 'mcp__heddle__echo'];
      return runClaudeOnce('call it', { ...world.options, args }).exit;
    },
  },
];

/** The session whose transcript is kept, with token counts that add up to known sums. */
export const transcriptScenario: ClaudeScenario = {
  name: 'transcript',
  about: 'A turn with parallel calls and a subagent; every answer has token counts of its own.',
  plan: ({ repo }) => ({
    'send one': [
      {
        text: 'I look at it and send somebody.',
        calls: [
          { tool: 'Read', input: { file_path: join(repo, 'README.md') } },
          ...(agent('child one').calls ?? []),
        ],
        usage: usage([1000, 200, 3000, 400]),
      },
      {
        ...callTool('Write', { file_path: join(repo, 'a.txt'), content: 'a\n' }),
        usage: usage([11, 22, 33, 44]),
      },
      { text: 'All done.', usage: usage([7, 5, 3, 2]) },
    ],
    'child one': [
      {
        ...callTool('Write', { file_path: join(repo, 'one.txt'), content: '1\n' }),
        usage: usage([100, 20, 300, 40]),
      },
      { text: 'Written.', usage: usage([50, 6, 70, 8]) },
    ],
  }),
  run: (world) => runClaudeOnce('send one', world.options).exit,
};

/** In the order input, output, cache creation, cache read. */
function usage(counts: readonly [number, number, number, number]): ModelUsage {
  return {
    input_tokens: counts[0],
    output_tokens: counts[1],
    cache_creation_input_tokens: counts[2],
    cache_read_input_tokens: counts[3],
  };
}

function notebook(): string {
  const cell = { cell_type: 'code', execution_count: 1, id: 'first', metadata: {}, outputs: [] };
  const cells = [{ ...cell, source: ['print(1)'] }];
  return JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
}
