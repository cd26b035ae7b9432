import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { eventually } from '../../support/eventually.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';
import { call } from '../../unit/mcp/mcpFixture.ts';
import { runCliProcess } from '../cli/spawnCli.ts';
import { RawMcp, request, startMcp, toolCall, type McpProcess } from './mcpProcess.ts';

interface LocksDocument {
  readonly locks: readonly { readonly path: string; readonly name: string }[];
  readonly waiting: readonly { readonly name: string }[];
}

describe('the server as a process', () => {
  let root: string;
  let servers: McpProcess[];
  beforeEach(async () => {
    root = makeTempFolder();
    servers = [];
    await cli('init');
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.close()));
    removeTempFolder(root);
  });

  const cli = async (...args: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await runCliProcess([...args, '--json'], { cwd: root });
    equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  const locks = async (): Promise<LocksDocument> => (await cli('locks')) as LocksDocument;
  const held = async (): Promise<readonly string[]> =>
    (await locks()).locks.map(({ path, name }) => `${path} ${name}`);
  const untilWaiting = (name: string): Promise<void> =>
    eventually(`${name} waits`, async () =>
      (await locks()).waiting.some((wait) => wait.name === name),
    );
  const start = async (options: Partial<Parameters<typeof startMcp>[0]> = {}) => {
    const server = await startMcp({ cwd: root, ...options });
    servers.push(server);
    return server;
  };

  it('of two clients that want a file at the same moment, one gets it', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(
        [one, two].map(({ client }, i) =>
          call(client, 'lock_files', { paths: [`f${round}`, 'shared'], agent: `client-${i}` }),
        ),
      );
      deepEqual(answers.map(({ data }) => data.outcome).sort(), ['granted', 'held']);
      for (const [i, { client }] of [one, two].entries()) {
        await call(client, 'unlock_files', { all: true, agent: `client-${i}` });
      }
    }
  });

  it('a wait is woken by a release in another process', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    await call(one.client, 'lock_files', { paths: ['a'], agent: 'one' });
    const waiting = call(two.client, 'wait_for_files', {
      ...{ paths: ['a'], agent: 'two', timeout_seconds: 55 },
    });
    await untilWaiting('two');
    await call(one.client, 'unlock_files', { all: true, agent: 'one' });
    equal((await waiting).data.outcome, 'granted');
    deepEqual(await held(), ['a two']);
  });

  it('a server that is killed frees what it held for a name, and its place in the queue', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    await call(one.client, 'lock_files', { paths: ['a'], agent: 'one' });
    await cli('lock', 'b', '--agent', 'shell', '--ttl', '10m');
    const lost = call(one.client, 'wait_for_files', { paths: ['b'], agent: 'one' }).catch(
      () => 'the connection broke',
    );
    await untilWaiting('one');
    process.kill(one.pid, 'SIGKILL');
    equal(await lost, 'the connection broke');
    const { data } = await call(two.client, 'wait_for_files', { paths: ['a'], agent: 'two' });
    equal(data.outcome, 'granted');
    deepEqual((await locks()).waiting, []);
  });

  it('a session keeps what it holds when its server is killed, because its own process runs', async () => {
    const pid = String(process.pid);
    const { agent } = (await cli('register', '--harness', 'codex', '--pid', pid)) as {
      readonly agent: { readonly session_id: string };
    };
    const server = await start({ env: { HEDDLE_AGENTS_SESSION: agent.session_id } });
    const { data } = await call(server.client, 'lock_files', { paths: ['a'] });
    deepEqual(data.caller, {
      ...{ session_id: agent.session_id, name: 'Codex', source: 'environment' },
    });
    process.kill(server.pid, 'SIGKILL');
    equal((await held()).length, 1);
  });

  it('knows the agent whose process started it, through other processes too', async () => {
    const pid = String(process.pid);
    const { agent } = (await cli('register', '--harness', 'codex', '--pid', pid)) as {
      readonly agent: { readonly session_id: string };
    };
    const { client } = await start();
    const { data } = await call(client, 'lock_files', { paths: ['a'], agent: 'somebody' });
    deepEqual(data.caller, {
      ...{ session_id: agent.session_id, name: 'Codex', source: 'process' },
    });
  });

  it('serves the repository of --root from anywhere, and paths count from there', async () => {
    const elsewhere = makeTempFolder();
    try {
      const { client } = await start({ cwd: elsewhere, args: ['--root', root] });
      await call(client, 'lock_files', { paths: ['src/a.ts'], agent: 'me' });
      deepEqual(await held(), ['src/a.ts me']);
    } finally {
      removeTempFolder(elsewhere);
    }
  });

  it('survives what is no protocol, and says nothing but protocol on stdout', async () => {
    const raw = new RawMcp({ cwd: root });
    raw.greet();
    raw.send('{"jsonrpc":', 'nonsense', '[]', 'null', '"\u0000"', '{}', '{"id":1}');
    raw.child.stdin.write(Buffer.from([0xff, 0xfe, 0x00, 0x0a]));
    raw.send(
      toolCall(1, 'lock_files', { paths: 'not a list' }),
      toolCall(2, 'no_such_tool'),
      request(3, 'no/such/method'),
      toolCall(4, 'lock_files', { paths: ['../../etc/passwd'], agent: 'me' }),
      toolCall(5, 'lock_files', { paths: ['x'.repeat(5_000_000)], agent: 'me' }),
      toolCall(6, 'lock_files', { paths: Array.from({ length: 100_000 }, () => 'a') }),
      request(7, 'tools/call', { name: 'lock_files', arguments: 'text' }),
      toolCall(8, 'list_locks'),
    );
    equal(await raw.end(), 0);
    const messages = raw.messages();
    const byId = (id: number): Readonly<Record<string, unknown>> => {
      const found = messages.find((message) => message.id === id);
      ok(found, `${id} is answered: ${raw.stdout.slice(0, 2000)}`);
      return found;
    };
    for (const id of [1, 4, 5, 6]) {
      equal((byId(id).result as { isError?: boolean }).isError, true, String(id));
    }
    for (const id of [2, 3, 7]) ok('error' in byId(id), String(id));
    match(JSON.stringify(byId(8).result), /Nothing is locked/);
    match(raw.stderr, /A message could not be used/);
  });

  it('ends when its client does, by the end of its input or by a signal', async () => {
    const quiet = new RawMcp({ cwd: root });
    equal(await quiet.end(), 0);
    const waiting = new RawMcp({ cwd: root });
    await cli('lock', 'a', '--agent', 'shell', '--ttl', '10m');
    waiting.greet();
    waiting.send(toolCall(1, 'wait_for_files', { paths: ['a'], agent: 'me' }));
    await untilWaiting('me');
    equal(await waiting.end(), 0);
    deepEqual((await locks()).waiting, []);
    const signalled = new RawMcp({ cwd: root });
    signalled.greet();
    await eventually('it answers', () => signalled.stdout !== '');
    signalled.child.kill('SIGTERM');
    equal(await signalled.closed, 0);
    for (const { messages } of [quiet, waiting, signalled].map((raw) => ({
      messages: raw.messages(),
    }))) {
      ok(messages.every(({ jsonrpc }) => jsonrpc === '2.0'));
    }
  });

  it('explains wrong usage on stderr and starts nothing', async () => {
    const raw = new RawMcp({ cwd: root, args: ['--rot', root] });
    equal(await raw.closed, 2);
    match(raw.stderr, /--rot[^]*Usage: heddle-agents mcp \[--root DIR\]/);
    equal(raw.stdout, '');
  });
});
