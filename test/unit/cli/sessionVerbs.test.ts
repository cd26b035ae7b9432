import { deepEqual, equal, match } from 'node:assert/strict';
import { mkdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliSandbox, stable, type Fields } from './cliSandbox.ts';

const later = '2026-11-21T12:00:05.000Z';

describe('verbs on one agent', () => {
  let sandbox: CliSandbox;
  let id: string;
  let registered: Fields;
  beforeEach(async () => {
    sandbox = new CliSandbox();
    registered = await sandbox.agent('register', '--model', 'm');
    id = String(registered.session_id);
    sandbox.advance(5000);
  });
  afterEach(() => sandbox.dispose());

  it('show --json prints the agent alone', async () => {
    deepEqual(await sandbox.json('show', id), { code: 0, document: { agent: registered } });
  });

  it('heartbeat changes the heartbeat and nothing else', async () => {
    const { code, document } = await sandbox.json('heartbeat', id);
    deepEqual([code, document], [0, { agent: { ...registered, heartbeat_at: later } }]);
  });

  it('heartbeat of a finished agent is refused', async () => {
    await sandbox.run(['release', id]);
    const { code, document } = await sandbox.json('heartbeat', id);
    equal(code, 1);
    equal((document.error as Fields).code, 'not-active');
  });

  it('update sets counters as totals, exactly, up to the largest', async () => {
    const counters = [
      '--input-tokens',
      '9223372036854775807',
      '--output-tokens',
      '9007199254740993',
    ];
    const small = [
      '--reasoning-tokens',
      '0',
      '--tool-calls',
      '4294967295',
      '--cost-micros-usd',
      '7',
    ];
    const { code, document } = await sandbox.json('update', id, ...counters, ...small);
    equal(code, 0);
    deepEqual(document, {
      agent: {
        ...registered,
        last_progress_at: later,
        usage_summary: {
          input_tokens: 9223372036854775807n,
          output_tokens: 9007199254740993n,
          reasoning_tokens: 0,
          tool_calls: 4294967295,
          cost_micros_usd: 7,
        },
      },
    });
    match(sandbox.read(`${id}.toml`), /^input_tokens = 9223372036854775807$/m);
    const { usage_summary } = await sandbox.agent('update', id, '--input-tokens', '1');
    equal((usage_summary as Fields).input_tokens, 1);
    equal((usage_summary as Fields).output_tokens, 9007199254740993n);
  });

  it('update changes who the agent is', async () => {
    const names = ['--provider', 'p', '--model', 'n', '--harness', 'h', '--thinking-level', 'low'];
    const keys = ['--actor-key', 'a', '--parent-key', 'b', '--task', 't', '--path', '..'];
    const agent = await sandbox.agent('update', id, ...names, ...keys);
    deepEqual(agent, {
      ...registered,
      provider: 'p',
      model: 'n',
      harness: 'h',
      thinking_level: 'low',
      native_actor_key: 'a',
      native_parent_actor_key: 'b',
      attach_reason: 't',
      path: join(sandbox.root, '..'),
      last_progress_at: later,
    });
    const withProcess = await sandbox.agent('update', id, '--pid', String(process.pid));
    deepEqual([withProcess.pid, withProcess.liveness], [process.pid, 'alive']);
  });

  it('update without a flag is refused', async () => {
    const { code, document } = await sandbox.json('update', id);
    equal(code, 2);
    match(String((document.error as Fields).message), /at least one flag/);
  });

  it('update says for people what has been used', async () => {
    const { stdout } = await sandbox.run([
      ...['update', id, '--input-tokens', '12345', '--cost-micros-usd', '1843210'],
    ]);
    equal(stable(stdout, sandbox.root), 'Updated <id>: 12,345 tokens in · $1.84.\n');
  });

  it('release completes, and again changes nothing', async () => {
    const { code, document } = await sandbox.json('release', id);
    equal(code, 0);
    const released = {
      ...registered,
      status: 'complete',
      completed_at: later,
      liveness: 'dead',
      liveness_reason: 'finished',
    };
    deepEqual(document, { agent: released });
    const before = statSync(join(sandbox.folder, `${id}.toml`)).ino;
    sandbox.advance(1000);
    deepEqual(await sandbox.agent('release', id), released);
    equal(statSync(join(sandbox.folder, `${id}.toml`)).ino, before);
  });

  it('release with another status changes it', async () => {
    await sandbox.run(['release', id]);
    for (const status of ['merged', 'abandoned', 'complete']) {
      const { stdout } = await sandbox.run(['release', id, '--status', status]);
      equal(stable(stdout, sandbox.root), `<id> is ${status}.\n`);
      equal((await sandbox.agent('show', id)).status, status);
    }
    equal((await sandbox.run(['release', id, '--status', 'active'])).code, 2);
  });

  it('release frees the thread', async () => {
    const owner = await sandbox.agent('reserve', 'main');
    const { stdout } = await sandbox.run(['release', String(owner.session_id)]);
    equal(stable(stdout, sandbox.root), 'Released main: <id> is complete.\n');
    equal((await sandbox.json('reserve', 'main')).code, 0);
  });

  it('unknown sessions exit 4, impossible ids 2, broken entries 1', async () => {
    sandbox.write('agent-broken.toml', 'session_id = ');
    const verbs = [['show'], ['chain'], ['heartbeat'], ['release'], ['update', '--model', 'x']];
    for (const [verb = '', ...flags] of verbs) {
      const outcome = async (session: string): Promise<unknown> => {
        const { code, document } = await sandbox.json(verb, session, ...flags);
        return [code, (document.error as Fields).code];
      };
      deepEqual(await outcome('agent-nobody'), [4, 'not-found'], verb);
      deepEqual(await outcome('../../etc/passwd'), [2, 'invalid-session-id'], verb);
      deepEqual(await outcome('..'), [2, 'invalid-session-id'], verb);
      deepEqual(await outcome('A'), [2, 'invalid-session-id'], verb);
      deepEqual(await outcome(''), [2, 'invalid-session-id'], verb);
      deepEqual(await outcome('agent-broken'), [1, 'broken-entry'], verb);
    }
  });

  it('list filters by thread and by liveness, and always shows broken files', async () => {
    const alive = await sandbox.agent('reserve', 'main', '--pid', String(process.pid));
    sandbox.write('agent-broken.toml', '');
    const ids = async (...flags: string[]): Promise<unknown> => {
      const { document } = await sandbox.json('list', ...flags);
      equal((document.broken as unknown[]).length, 1);
      return (document.agents as Fields[]).map(({ session_id }) => session_id);
    };
    deepEqual(await ids(), [alive.session_id, id]);
    deepEqual(await ids('--alive'), [alive.session_id]);
    deepEqual(await ids('--thread', 'main'), [alive.session_id]);
    deepEqual(await ids('--thread', 'other'), []);
  });
});

describe('reap', () => {
  const deadPid = '2147483647';
  let sandbox: CliSandbox;
  beforeEach(() => {
    sandbox = new CliSandbox();
  });
  afterEach(() => sandbox.dispose());

  it('reap abandons the dead only, on request of one thread only or of none', async () => {
    const first = await sandbox.agent('reserve', 'a', '--pid', deadPid);
    const second = await sandbox.agent('reserve', 'b', '--pid', deadPid);
    await sandbox.run(['reserve', 'c']);
    await sandbox.run(['reserve', 'd', '--pid', String(process.pid)]);
    const reaped = async (...flags: string[]): Promise<unknown> => {
      const { code, document } = await sandbox.json('reap', ...flags);
      equal(code, 0);
      deepEqual(Object.keys(document), ['reaped']);
      return [...(document.reaped as string[])].sort();
    };
    const both = [first.session_id, second.session_id].sort();
    deepEqual(await reaped('--dry-run'), both);
    deepEqual(await reaped('--dry-run', '--thread', 'b'), [second.session_id]);
    deepEqual(await reaped('--thread', 'a'), [first.session_id]);
    deepEqual(await reaped(), [second.session_id]);
    deepEqual(await reaped(), []);
  });

  it('reap says for people who and why', async () => {
    await sandbox.run(['reserve', 'feature/a', '--pid', deadPid]);
    const say = async (...flags: string[]): Promise<string> =>
      stable((await sandbox.run(['reap', ...flags])).stdout, sandbox.root);
    const who = `  <id>  feature/a  Process ${deadPid} is gone.\n`;
    equal(await say('--dry-run'), `Would abandon 1 dead agent:\n${who}`);
    equal(await say(), `Abandoned 1 dead agent:\n${who}`);
    equal(await say(), 'Nobody is dead; nothing to reap.\n');
  });
});

describe('a registry that cannot be used', () => {
  let sandbox: CliSandbox;
  beforeEach(() => {
    sandbox = new CliSandbox();
  });
  afterEach(() => sandbox.dispose());

  it('a file in the place of the folder fails every verb with a sentence', async () => {
    rmdirSync(sandbox.folder);
    writeFileSync(sandbox.folder, '');
    for (const verb of [['list'], ['init'], ['register'], ['reserve', 'x'], ['reap'], ['watch']]) {
      const { code, stdout, stderr } = await sandbox.run([...verb, '--json']);
      equal(code, 1, verb.join(' '));
      const { error } = JSON.parse(stdout) as { error: Fields };
      match(String(error.code), /^(?:io|lock-unavailable)$/);
      match(String(error.message), /\.$/);
      equal(stderr, `heddle-agents: ${String(error.message)}\n`);
    }
  });

  it('a folder in the place of the lock keeps everybody from writing, not from reading', async () => {
    mkdirSync(join(sandbox.folder, '.lock'));
    equal((await sandbox.json('list')).code, 0);
    const { code, document } = await sandbox.json('register');
    equal(code, 1);
    equal((document.error as Fields).code, 'lock-unavailable');
  });
});
