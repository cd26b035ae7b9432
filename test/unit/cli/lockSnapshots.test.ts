import { deepEqual, equal, match } from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { CliSandbox, sandboxNow, toDocument, type Fields } from './cliSandbox.ts';

const nowMs = Date.parse(sandboxNow);

describe('locks export and locks import', () => {
  let sandbox: CliSandbox;
  beforeEach(() => {
    sandbox = new CliSandbox();
  });
  afterEach(() => sandbox.dispose());

  const lock = (path: string, agent: string): Promise<unknown> =>
    sandbox.run(['lock', path, '--agent', agent, '--ttl', '10m']);
  const locked = async (): Promise<readonly unknown[]> => {
    const { document } = await sandbox.json('locks');
    const locks = document.locks as readonly Fields[];
    return locks.map(({ path, name, expires_at_ms }) => [path, name, expires_at_ms]);
  };
  const imported = async (
    value: unknown,
    ...flags: string[]
  ): Promise<{ code: number; document: Fields }> => {
    const stdin = typeof value === 'string' ? value : JSON.stringify(value);
    const args = ['locks', 'import', '-', '--json', ...flags];
    const { code, stdout } = await sandbox.run(args, { stdin });
    return { code, document: toDocument(stdout) };
  };
  const agentWith = (fields: object): object => ({
    id: 1,
    name: 'one',
    state: 'active',
    last_seen_ms: nowMs,
    edit_count: 0,
    locked_paths: {},
    ...fields,
  });

  it('export writes the serialised form to a file, and import reads it elsewhere', async () => {
    await lock('src/a.ts', 'one');
    await lock('b', 'two');
    const { code, document } = await sandbox.json('locks', 'export', 'snapshot.json');
    const file = join(sandbox.root, 'snapshot.json');
    equal(code, 0);
    deepEqual(document, { file, agents: 2, locks: 2 });
    const expiresAtMs = nowMs + 600_000;
    deepEqual(JSON.parse(readFileSync(file, 'utf8')), {
      next_id: 3,
      agents: [
        agentWith({ locked_paths: { 'src/a.ts': expiresAtMs } }),
        agentWith({ id: 2, name: 'two', locked_paths: { b: expiresAtMs } }),
      ],
    });
    rmSync(join(sandbox.root, '.heddle', 'file-locks'), { recursive: true });
    const again = await sandbox.json('locks', 'import', 'snapshot.json');
    equal(again.code, 0);
    deepEqual(again.document, {
      outcome: 'imported',
      imported: [
        { agent: 1, session_id: null, name: 'one' },
        { agent: 2, session_id: null, name: 'two' },
      ],
      locks: 2,
      expired: 0,
      replaced: [],
      holders: [],
    });
    deepEqual(await locked(), [
      ['b', 'two', expiresAtMs],
      ['src/a.ts', 'one', expiresAtMs],
    ]);
  });

  it('- is standard output and standard input', async () => {
    await lock('a', 'one');
    const exported = await sandbox.run(['locks', 'export', '-']);
    const document = toDocument(exported.stdout);
    deepEqual(document.agents, [agentWith({ locked_paths: { a: nowMs + 600_000 } })]);
    await sandbox.run(['unlock', 'a', '--agent', 'one']);
    equal((await imported(document)).code, 0);
    deepEqual(await locked(), [['a', 'one', nowMs + 600_000]]);
  });

  it('global flags may stand before and after each part', async () => {
    for (const args of [
      ['--json', 'locks', 'export', 'x'],
      ['locks', '--json', 'export', 'x'],
      ['locks', 'export', '--json', 'x'],
      ['locks', 'export', 'x', '--json', '--root', sandbox.root],
    ]) {
      deepEqual(toDocument((await sandbox.run(args)).stdout).agents, 0, args.join(' '));
    }
  });

  it('export replaces a file, keeps a link to one, and no folder or device', async () => {
    const at = (name: string): string => join(sandbox.root, name);
    writeFileSync(at('file'), 'old');
    symlinkSync('file', at('link'));
    equal((await sandbox.run(['locks', 'export', 'link'])).code, 0);
    match(readFileSync(at('file'), 'utf8'), /^\{\n {2}"next_id": 1,/);
    equal(readFileSync(at('link'), 'utf8'), readFileSync(at('file'), 'utf8'));

    mkdirSync(at('folder'));
    const folder = await sandbox.json('locks', 'export', 'folder');
    equal(folder.code, 2);
    match(String((folder.document.error as Fields).message), /is a folder/);
    deepEqual(readdirSync(at('folder')), []);
    if (process.platform !== 'win32') {
      equal((await sandbox.run(['locks', 'export', '/dev/null'])).code, 2);
    }
    const nowhere = await sandbox.json('locks', 'export', 'no/where');
    equal(nowhere.code, 1);
    match(String((nowhere.document.error as Fields).message), /no such file or folder/);
    deepEqual(
      readdirSync(sandbox.root).filter((name) => name.includes('.tmp-')),
      [],
    );
  });

  it('import drops what has expired and keeps who had it', async () => {
    const { code, document } = await imported({
      next_id: 9,
      agents: [agentWith({ id: 4, locked_paths: { old: nowMs, fresh: nowMs + 1 } })],
    });
    equal(code, 0);
    deepEqual([document.locks, document.expired], [1, 1]);
    deepEqual(await locked(), [['fresh', 'one', nowMs + 1]]);
  });

  it('import exits 3 with the holders when a lock is in the way, unless it replaces it', async () => {
    await lock('src', 'live');
    const snapshot = {
      agents: [agentWith({ id: 7, name: 'old', locked_paths: { 'src/a.ts': nowMs + 5000 } })],
    };
    const held = await imported(snapshot);
    equal(held.code, 3);
    deepEqual(
      [held.document.outcome, (held.document.holders as readonly Fields[]).map(({ path }) => path)],
      ['held', ['src']],
    );
    deepEqual(await locked(), [['src', 'live', nowMs + 600_000]]);

    const replaced = await imported(snapshot, '--replace');
    equal(replaced.code, 0);
    deepEqual(
      (replaced.document.replaced as readonly Fields[]).map(({ path, name }) => [path, name]),
      [['src', 'live']],
    );
    deepEqual(await locked(), [['src/a.ts', 'old', nowMs + 5000]]);
  });

  it('import refuses what is no snapshot, names the field, and changes nothing', async () => {
    const agent = (fields: object): object => ({ agents: [agentWith(fields)] });
    const wrong: readonly (readonly [unknown, RegExp])[] = [
      ['', /not valid JSON/],
      ['{"agents":', /not valid JSON/],
      ['[]', /The document must be an object/],
      [{ agents: {} }, /"agents" must be a list/],
      [{ next_id: -1 }, /"next_id" must not be negative/],
      [agent({ id: 0 }), /"id" of "agents\[0\]"/],
      [agent({ id: 2 ** 53 }), /"id" of "agents\[0\]"/],
      [agent({ name: '' }), /"name" of "agents\[0\]"/],
      [agent({ name: 'x'.repeat(201) }), /"name" of "agents\[0\]"/],
      [agent({ state: 'asleep' }), /"state" of "agents\[0\]"/],
      [agent({ last_seen_ms: 'now' }), /"last_seen_ms" of "agents\[0\]"/],
      [agent({ edit_count: -1 }), /"edit_count" of "agents\[0\]"/],
      [agent({ locked_paths: [] }), /"locked_paths" of "agents\[0\]"/],
      [agent({ locked_paths: { a: null } }), /"locked_paths" of "agents\[0\]"/],
      [agent({ locked_paths: { '../a': nowMs + 1 } }), /"locked_paths".*"\.\."/],
      [agent({ locked_paths: { '/etc/passwd': nowMs + 1 } }), /"locked_paths".*absolute/],
      [agent({ locked_paths: { 'a\u0000b': nowMs + 1 } }), /"locked_paths".*control character/],
      [{ agents: [agentWith({}), agentWith({})] }, /the same "id"/],
    ];
    for (const [value, problem] of wrong) {
      const { code, document } = await imported(value);
      const error = document.error as Fields;
      deepEqual([code, error.code], [2, 'invalid-snapshot'], JSON.stringify(value));
      match(String(error.message), problem);
    }
    deepEqual(await locked(), []);
  });

  it('import refuses what is no text, no file, or too large', async () => {
    const error = async (
      file: string,
      stdin: string | Buffer = '',
    ): Promise<readonly unknown[]> => {
      const { code, stdout } = await sandbox.run(['locks', 'import', file, '--json'], { stdin });
      return [code, (toDocument(stdout).error as Fields).code];
    };
    deepEqual(await error('-', Buffer.from([0xff, 0xfe, 0x00])), [2, 'invalid-snapshot']);
    deepEqual(await error('-', Buffer.alloc(64 * 1024 * 1024 + 1, ' ')), [2, 'invalid-snapshot']);
    deepEqual(await error('missing.json'), [4, 'not-found']);
    deepEqual(await error('.heddle'), [1, 'io']);
    deepEqual(await error('nul\0inside'), [1, 'io']);
  });

  it('import needs a registry, which only --root makes', async () => {
    rmSync(join(sandbox.root, '.heddle'), { recursive: true });
    equal((await imported({ agents: [] })).code, 4);
    equal(existsSync(join(sandbox.root, '.heddle')), false);
    equal((await imported({ agents: [] }, '--root', sandbox.root)).code, 0);
  });
});
