import { deepEqual, equal } from 'node:assert/strict';

import {
  acpPreset,
  acpPresetIds,
  acpPresets,
  toAcpAgent,
} from '../../../src/harnesses/acpPresets.ts';
import { parseCustomAgents, toCustomAcpAgent } from '../../../src/harnesses/acp/customAgents.ts';

describe('agents that can be started', () => {
  it('are started as their makers say', () => {
    deepEqual(
      acpPresets().map(({ id, programs: [{ name, args }] }) => [id, name, ...args].join(' ')),
      [
        'claude claude-agent-acp',
        'codex codex-acp',
        'gemini gemini --acp',
        'copilot copilot --acp --stdio',
        'cursor cursor-agent acp',
        'opencode opencode acp',
      ],
    );
    equal(acpPresets().length, acpPresetIds.length);
  });

  it('are the agents in the registry that their hooks are', () => {
    const agent = toAcpAgent(acpPreset('claude'), { command: '/bin/x', args: [] });
    equal(agent.registryName, 'claude-code');
    equal(agent.actorKeyOf('1'), 'claude-code:session:1');
    equal(agent.displayName, 'Claude Code');
  });

  it('are told to ask before they change something, each in its own way', () => {
    const asks = acpPresets().map(({ id, askMode }) => [id, askMode]);
    deepEqual(Object.fromEntries(asks), {
      claude: 'default',
      codex: 'read-only',
      gemini: 'default',
      copilot: undefined,
      cursor: undefined,
      opencode: undefined,
    });
    const { env } = toAcpAgent(acpPreset('opencode'), { command: '/bin/x', args: [] });
    deepEqual(Object.keys(env), ['OPENCODE_CONFIG_CONTENT']);
    deepEqual(JSON.parse(env.OPENCODE_CONFIG_CONTENT ?? ''), {
      permission: { edit: { '*': 'ask' } },
      experimental: { continue_loop_on_deny: true },
    });
    deepEqual(toAcpAgent(acpPreset('gemini'), { command: '/bin/x', args: [] }).env, {});
  });

  it('are also those that a person has set up', () => {
    const { agents, problems } = parseCustomAgents({
      goose: { name: 'Goose', command: 'goose', args: ['acp'], env: { A: 'b' } },
      qwen: { command: '/opt/qwen' },
    });
    deepEqual(problems, []);
    deepEqual(agents, [
      { id: 'goose', name: 'Goose', command: 'goose', args: ['acp'], env: { A: 'b' } },
      { id: 'qwen', name: 'qwen', command: '/opt/qwen', args: [], env: {} },
    ]);
    const [goose] = agents;
    equal(goose && toCustomAcpAgent(goose, '/bin/goose').actorKeyOf('1'), 'goose:session:1');
  });

  it('are not those that are set up wrongly, which is told with the field', () => {
    const { agents, problems } = parseCustomAgents({
      '../x': { command: 'x' },
      none: {},
      words: { command: 'x', args: 'a b' },
      numbers: { command: 'x', args: [1] },
      env: { command: 'x', env: { A: 1 } },
    });
    deepEqual(agents, []);
    deepEqual(problems, [
      '"../x" must be letters, digits, ".", "_" and "-".',
      '"none" must have a "command", a text.',
      '"words" must have a list of at most 200 texts as "args".',
      '"numbers" must have a list of at most 200 texts as "args".',
      '"env" must have an object of texts as "env".',
    ]);
    equal(parseCustomAgents([]).problems.length, 1);
    deepEqual(parseCustomAgents(undefined), { agents: [], problems: [] });
  });
});
