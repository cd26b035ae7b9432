import { deepEqual, equal, match, doesNotMatch } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { copyFixtures, heddleListPath } from '../../support/fixtures.ts';
import { noFields } from './agentFields.ts';
import { CliSandbox, golden, parseExact, stable, type Fields } from './cliSandbox.ts';

const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe('list over the fixtures', () => {
  let sandbox: CliSandbox;
  beforeEach(() => {
    sandbox = new CliSandbox();
    copyFixtures('heddle-agents', sandbox.folder);
  });
  afterEach(() => sandbox.dispose());

  it('list --json equals what Heddle lists, in content and in order of start', async () => {
    const expected = parseExact(readFileSync(heddleListPath, 'utf8')) as Fields[];
    const { code, document } = await sandbox.json('list');
    const agents = document.agents as Fields[];

    equal(code, 0);
    deepEqual(document.broken, []);
    deepEqual(Object.keys(document), ['agents', 'broken']);
    for (const agent of agents) deepEqual(Object.keys(agent), Object.keys(noFields));
    deepEqual(byId(agents.map(withoutOurs)), byId(expected));
    deepEqual(starts(agents), starts(expected));
  });

  it('list --json prints counters beyond 2^53 to the digit', async () => {
    const { stdout } = await sandbox.run(['list', '--json']);
    match(stdout, /"input_tokens":9223372036854775807,/);
    match(stdout, /"cost_micros_usd":9007199254740993[,}]/);
  });

  it('list says who is dead and on what evidence', async () => {
    const { document } = await sandbox.json('list');
    const verdicts: Record<string, unknown> = Object.fromEntries(
      (document.agents as Fields[]).map((agent) => [
        String(agent.session_id),
        [agent.liveness, agent.liveness_reason],
      ]),
    );
    deepEqual(verdicts['agent-dead-pid'], ['dead', 'rebooted']);
    deepEqual(verdicts['agent-no-pid'], ['unknown', 'no-process']);
    deepEqual(verdicts['agent-complete'], ['dead', 'finished']);
  });

  it('list shows aligned columns, and nothing that a terminal would obey', async () => {
    copyFixtures('odd-agents', sandbox.folder);
    const { code, stdout, stderr } = await sandbox.run(['list']);
    equal(code, 0);
    equal(stderr, '');
    doesNotMatch(stdout, obeyed);
    equal(stdout, golden('list'));
  });

  it('list --json shows broken files beside the others and exits 0', async () => {
    copyFixtures('odd-agents', sandbox.folder);
    const { code, document } = await sandbox.json('list');
    equal(code, 0);
    equal((document.agents as Fields[]).length, 17);
    deepEqual(
      (document.broken as Fields[]).map(({ file, line }) => [file, line]),
      [
        ['agent-bad-types.toml', 2],
        ['agent-empty.toml', null],
        ['agent-missing-thread.toml', null],
        ['agent-not-utf8.toml', 2],
        ['agent-truncated.toml', 2],
        ['agent-unknown-status.toml', 5],
        ['agent-wrong-name.toml', 1],
      ],
    );
    for (const record of document.broken as Fields[]) {
      deepEqual(Object.keys(record), ['file', 'problem', 'line']);
      match(String(record.problem), /\.$/);
    }
  });

  it('list --json has no raw character that a terminal would obey', async () => {
    const { stdout } = await sandbox.run(['list', '--json']);
    doesNotMatch(stdout, obeyed);
    match(stdout, /\\u202egnp\.exe \\u001b\[31mred/);
  });

  it('show prints hostile text harmlessly', async () => {
    const { stdout } = await sandbox.run(['show', 'agent-hostile-text']);
    doesNotMatch(stdout, obeyed);
    equal(stable(stdout, sandbox.root), golden('show-hostile-text'));
  });

  it('show prints every field that is set, usage, queries, chain and file', async () => {
    const { stdout } = await sandbox.run(['show', 'agent-full']);
    equal(stable(stdout, sandbox.root), golden('show-full'));
  });

  it('reserve names a hostile owner harmlessly', async () => {
    const [hostile] = ((await sandbox.json('list')).document.agents as Fields[]).filter(
      ({ session_id }) => session_id === 'agent-hostile-text',
    );
    const thread = String(hostile?.thread).replace(/\u001b.*/, '');
    const file = sandbox.read('agent-hostile-text.toml').replace('\\u001B[31mred', '');
    sandbox.write('agent-hostile-text.toml', file);
    const { code, stdout } = await sandbox.run(['reserve', thread]);
    equal(code, 3);
    doesNotMatch(stdout, obeyed);
    equal(
      stable(stdout, sandbox.root),
      'x](command:workbench.action.terminal.new) <img src=x onerror=alert(1)> ⟨U+202E⟩gnp.exe is held by agent-hostile-text ($(zap) <b>m</b>) since <local time> (for 26 h). No process was recorded, so only a release ends this entry.\n' +
        'Wait for it, choose another thread, or end it with: heddle-agents release agent-hostile-text\n',
    );
  });

  it('chain ends in a cycle and follows parents to the root', async () => {
    deepEqual(await chainIds(sandbox, 'agent-chain-leaf'), [
      'agent-chain-root',
      'agent-chain-mid',
      'agent-chain-leaf',
    ]);
    deepEqual(await chainIds(sandbox, 'agent-cycle-a'), ['agent-cycle-b', 'agent-cycle-a']);
    deepEqual(await chainIds(sandbox, 'agent-self-parent'), ['agent-self-parent']);
    deepEqual(await chainIds(sandbox, 'agent-orphan'), ['agent-orphan']);
  });

  it('chain --json has exactly the fields of a chain', async () => {
    const { document } = await sandbox.json('chain', 'agent-chain-root');
    deepEqual(document, {
      chain: [
        {
          session_id: 'agent-chain-root',
          native_actor_key: 'human:ana',
          native_parent_actor_key: null,
          thread: 'main',
          status: 'active',
          provider: 'human',
          model: null,
          harness: null,
        },
      ],
    });
  });

  it('chain prints a step to the right for each generation', async () => {
    const { stdout } = await sandbox.run(['chain', 'agent-chain-leaf']);
    equal(
      stdout,
      'human:ana               active  main                  agent-chain-root\n' +
        '  codex:thread:parent   active  feature/search        agent-chain-mid\n' +
        '    codex:thread:child  active  feature/search/index  agent-chain-leaf\n',
    );
  });

  it('update keeps every field of a newer version', async () => {
    copyFixtures('odd-agents', sandbox.folder);
    const agent = await sandbox.agent('update', 'agent-newer-fields', '--output-tokens', '5');
    equal(agent.task_assignment_id, 'task-9');
    deepEqual(agent.future_table, { nested: { keep: true, list: [1, 2, 3] } });
    const { stdout } = await sandbox.run(['show', 'agent-newer-fields']);
    match(stdout, /task_assignment_id +task-9/);
    match(stdout, /future_table +\{"nested": \{"keep": true/);
  });
});

async function chainIds(sandbox: CliSandbox, sessionId: string): Promise<readonly unknown[]> {
  const { document } = await sandbox.json('chain', sessionId);
  return (document.chain as Fields[]).map(({ session_id }) => session_id);
}

function withoutOurs(agent: Fields): Fields {
  const ours = ['process_start', 'pid_namespace', 'liveness', 'liveness_reason'];
  return Object.fromEntries(Object.entries(agent).filter(([name]) => !ours.includes(name)));
}

function byId(agents: readonly Fields[]): readonly Fields[] {
  return [...agents].sort((a, b) => (String(a.session_id) < String(b.session_id) ? -1 : 1));
}

function starts(agents: readonly Fields[]): readonly unknown[] {
  return agents.map(({ started_at }) => started_at);
}
