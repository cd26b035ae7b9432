import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliSandbox, golden, sandboxNow, stable, type Fields } from './cliSandbox.ts';

const nowMs = Date.parse(sandboxNow);

describe('lock and unlock', () => {
  let sandbox: CliSandbox;
  beforeEach(() => {
    sandbox = new CliSandbox();
    mkdirSync(join(sandbox.root, 'src'));
  });
  afterEach(() => sandbox.dispose());

  const lock = (...args: string[]): Promise<{ code: number; document: Fields }> =>
    sandbox.json('lock', ...args);
  const list = (document: Fields, field: string): readonly Fields[] =>
    document[field] as readonly Fields[];
  const locked = async (): Promise<readonly unknown[]> => {
    const { document } = await sandbox.json('locks');
    return list(document, 'locks').map(({ path, name }) => [path, name]);
  };
  const text = async (args: readonly string[], cwd = sandbox.root): Promise<string> =>
    stableTokens((await sandbox.run(args, { cwd })).stdout, sandbox.root);

  it('lock --json prints the grants with token, end and mode, and who has them', async () => {
    const { code, document } = await lock('src/b.ts', 'src/a.ts', '--agent', 'worker');
    equal(code, 0);
    const grants = list(document, 'grants');
    deepEqual(
      grants.map((grant) => ({ ...grant, token: typeof grant.token })),
      ['src/b.ts', 'src/a.ts'].map((path) => ({
        path,
        token: 'number',
        expires_at_ms: nowMs + 45_000,
        mode: 'exclusive',
      })),
    );
    deepEqual(
      { ...document, grants: [] },
      { outcome: 'granted', grants: [], holders: [], agent: 1, session_id: null, name: 'worker' },
    );
    const tokens = grants.map(({ token }) => Number(token));
    ok(Number(tokens[0]) >= nowMs && Number(tokens[1]) > Number(tokens[0]), String(tokens));
  });

  it('lock --json tells who is refused what stands in the way, exits 3 and takes nothing', async () => {
    await lock('src', '--agent', 'worker', '--ttl', '10m', '--reason', 'Moving');
    const { code, document } = await lock('docs', 'src/a.ts', '--agent', 'other');
    equal(code, 3);
    deepEqual(document, {
      outcome: 'held',
      grants: [],
      holders: [
        {
          path: 'src',
          agent: 1,
          session_id: null,
          name: 'worker',
          expires_at_ms: nowMs + 600_000,
          reason: 'Moving',
          mode: 'exclusive',
          soft: false,
          waits_first: false,
          requested_path: 'src/a.ts',
        },
      ],
      wait: null,
      cycle: [],
    });
    deepEqual(await locked(), [['src', 'worker']]);
    deepEqual(readdirSync(join(sandbox.root, '.heddle', 'file-locks')).filter(isHolderFile), [
      'holder-1.json',
    ]);
  });

  it('shared locks stand beside each other and refuse an exclusive one', async () => {
    equal((await lock('a', '--agent', 'one', '--shared')).code, 0);
    equal((await lock('a', '--agent', 'two', '--shared')).code, 0);
    const { code, document } = await lock('a', '--agent', 'three');
    equal(code, 3);
    deepEqual(
      list(document, 'holders').map(({ name, mode }) => [name, mode]),
      [
        ['one', 'shared'],
        ['two', 'shared'],
      ],
    );
  });

  it('locking again keeps the token and extends the time', async () => {
    const first = await lock('a', '--agent', 'one', '--ttl', '10s');
    sandbox.advance(5000);
    const second = await lock('a', '--agent', 'one', '--ttl', '10s');
    const [before, after] = [first, second].map(({ document }) => list(document, 'grants')[0]);
    equal(after?.token, before?.token);
    equal(after?.expires_at_ms, nowMs + 15_000);
  });

  it('a promised time is exactly what was promised', async () => {
    await lock('a', '--agent', 'one', '--ttl', '500ms');
    equal((await lock('a', '--agent', 'two')).code, 3);
    sandbox.advance(500);
    equal((await lock('a', '--agent', 'two')).code, 0);
  });

  it('HEDDLE_AGENTS_SESSION stands in for --agent, which wins', async () => {
    const agent = await sandbox.agent('register', '--harness', 'codex');
    const env = { HEDDLE_AGENTS_SESSION: String(agent.session_id) };
    await sandbox.run(['lock', 'a'], { env });
    await sandbox.run(['lock', 'b', '--agent', 'other'], { env });
    deepEqual(await locked(), [
      ['a', 'codex'],
      ['b', 'other'],
    ]);
    equal((await sandbox.run(['unlock', 'a'], { env })).code, 0);
    deepEqual(await locked(), [['b', 'other']]);
    equal((await sandbox.run(['lock', 'a'])).code, 2);
    const empty = await sandbox.run(['lock', 'a'], { env: { HEDDLE_AGENTS_SESSION: '' } });
    equal(empty.code, 2);
    match(empty.stderr, /--agent takes a session id, a number or any other name/);
  });

  it('--agent takes a session id, a number or a name, and tells each by its number', async () => {
    const agent = await sandbox.agent('register', '--harness', 'codex', '--model', 'gpt-5');
    const id = String(agent.session_id);
    const who = async (...args: string[]): Promise<unknown> => {
      const { document } = await lock(...args);
      return [document.agent, document.session_id, document.name];
    };
    deepEqual(await who('a', '--agent', id), [1, id, 'codex · gpt-5']);
    deepEqual(await who('b', '--agent', '7'), [7, null, 'agent-7']);
    deepEqual(await who('c', '--agent', 'ana'), [8, null, 'ana']);
    deepEqual(await who('d', '--agent', '8'), [8, null, 'ana']);
  });

  it('an agent that has ended, or whose process is gone, is told so', async () => {
    const ended = await sandbox.agent('register');
    const id = String(ended.session_id);
    await sandbox.run(['release', id]);
    const refused = await lock('a', '--agent', id);
    equal(refused.code, 1);
    equal((refused.document.error as Fields).code, 'not-active');

    const gone = await sandbox.agent('register', '--pid', '2147483647');
    const { code, document } = await lock('a', '--agent', String(gone.session_id));
    equal(code, 1);
    match(String((document.error as Fields).message), /is gone, so it can hold nothing/);
    deepEqual(await locked(), []);
  });

  it('--hold-for-pid holds while the process runs, and not a moment longer', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const pid = String(child.pid);
    await lock('a', '--agent', 'one', '--hold-for-pid', pid);
    sandbox.advance(60 * 60_000);
    equal((await lock('a', '--agent', 'two')).code, 3);
    equal(await text(['who', 'a']), lockedRow(`while process ${pid} runs, at most 1 h`));
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
    equal((await lock('a', '--agent', 'two')).code, 0);
    // Whoever goes on under the name has its time like everybody else.
    const { document } = await lock('b', '--agent', 'one');
    equal(list(document, 'grants')[0]?.expires_at_ms, nowMs + 60 * 60_000 + 45_000);
    deepEqual(await locked(), [
      ['a', 'two'],
      ['b', 'one'],
    ]);
  });

  it('--hold-for-pid refuses a process that does not run', async () => {
    const { code, document } = await lock('a', '--agent', 'one', '--hold-for-pid', '2147483647');
    equal(code, 2);
    equal((document.error as Fields).code, 'invalid-holder');
  });

  it('a child may lock inside what its parent holds, and the parent gives both back', async () => {
    const parent = await sandbox.agent('register', '--actor-key', 'p');
    const child = await sandbox.agent('register', '--actor-key', 'c', '--parent-key', 'p');
    const [parentId, childId] = [String(parent.session_id), String(child.session_id)];
    equal((await lock('src', '--agent', parentId)).code, 0);
    equal((await lock('src/a.ts', '--agent', childId)).code, 0);
    equal((await lock('src/a.ts', '--agent', 'stranger')).code, 3);
    const { code, document } = await sandbox.json('unlock', 'src', '--agent', parentId);
    equal(code, 0);
    deepEqual(
      list(document, 'released').map(({ path, session_id }) => [path, session_id]),
      [
        ['src', parentId],
        ['src/a.ts', childId],
      ],
    );
  });

  it('unlock --json prints what was released; what was not held is no error', async () => {
    await lock('a', 'b', '--agent', 'one', '--reason', 'Rename');
    const { code, document } = await sandbox.json('unlock', 'a', 'c', '--agent', 'one');
    equal(code, 0);
    const released = list(document, 'released');
    deepEqual(
      released.map(({ token, ...rest }) => ({ ...rest, token: typeof token })),
      [
        {
          path: 'a',
          mode: 'exclusive',
          token: 'number',
          agent: 1,
          session_id: null,
          name: 'one',
          granted_at_ms: nowMs,
          reason: 'Rename',
          soft: false,
        },
      ],
    );
    deepEqual([document.holders, document.kept], [[], []]);
    deepEqual(await sandbox.json('unlock', 'a', '--agent', 'nobody'), {
      code: 0,
      document: { released: [], holders: [], kept: [] },
    });
  });

  it('unlock exits 3 with the holders when somebody else has it', async () => {
    await lock('src', '--agent', 'one');
    await lock('b', '--agent', 'two');
    const { code, document } = await sandbox.json('unlock', 'src/a.ts', 'b', '--agent', 'two');
    equal(code, 3);
    deepEqual(
      list(document, 'holders').map(({ path, name }) => [path, name]),
      [['src', 'one']],
    );
    deepEqual(
      list(document, 'released').map(({ path }) => path),
      ['b'],
    );
    deepEqual(await locked(), [['src', 'one']]);
  });

  it('unlock says what of its own stays locked under another name', async () => {
    await lock('src', '--agent', 'one');
    const inside = await sandbox.json('unlock', 'src/a.ts', '--agent', 'one');
    equal(inside.code, 0);
    deepEqual(
      list(inside.document, 'kept').map(({ path }) => path),
      ['src'],
    );
    match(await text(['unlock', '.', '--agent', 'one']), /You still hold src: give it back/);
    deepEqual(await locked(), [['src', 'one']]);
  });

  it('unlock --all gives everything back and takes no paths', async () => {
    await lock('a', 'b', '--agent', 'one');
    await lock('c', '--agent', 'two');
    equal((await sandbox.run(['unlock', 'a', '--all', '--agent', 'one'])).code, 2);
    equal((await sandbox.run(['unlock', '--agent', 'one'])).code, 2);
    equal((await sandbox.run(['unlock', '--all', '--agent', 'one'])).code, 0);
    deepEqual(await locked(), [['c', 'two']]);
  });

  it('paths count from the working directory, or from --root', async () => {
    const cwd = join(sandbox.root, 'src');
    const inFolder = await sandbox.run(['lock', 'a.ts', '../b', '--agent', 'one'], { cwd });
    equal(inFolder.code, 0);
    const args = ['lock', 'c', '--agent', 'one', '--root', sandbox.root];
    equal((await sandbox.run(args, { cwd })).code, 0);
    deepEqual(
      (await locked()).map((each) => (each as readonly unknown[])[0]),
      ['b', 'c', 'src/a.ts'],
    );
    match(await text(['lock', 'a.ts', '--agent', 'two'], cwd), /^src\/a\.ts is held by one, /);
  });

  it('lock needs a registry, which only --root makes; unlock needs none', async () => {
    rmSync(join(sandbox.root, '.heddle'), { recursive: true });
    const { code, document } = await lock('a', '--agent', 'one');
    equal(code, 4);
    match(String((document.error as Fields).message), /"heddle-agents init"/);
    equal((await sandbox.run(['unlock', 'a', '--agent', 'one'])).code, 0);
    equal(existsSync(join(sandbox.root, '.heddle')), false);
    equal((await lock('a', '--agent', 'one', '--root', sandbox.root)).code, 0);
  });

  it('what people read is calm and says what to do next', async () => {
    const said: string[] = [];
    const say = async (...args: string[]): Promise<void> => {
      said.push(`$ ${args.join(' ')}`, await text(args));
    };
    await say('lock', 'src/a.ts', 'a long name', '--agent', 'one', '--reason', 'Fix the login');
    await say('lock', 'src/a.ts', '--agent', 'two');
    await say('lock', 'src', 'b', '--agent', 'two');
    await say('lock', 'c', '--shared', '--agent', 'two', '--ttl', '90m');
    await say('lock', 'c', '--agent', 'one');
    await say('unlock', 'src/a.ts', '--agent', 'two');
    await say('unlock', '--all', '--agent', 'one');
    await say('unlock', 'src/a.ts', '--agent', 'one');
    equal(said.join('\n'), golden('lock'));
  });

  it('prints nothing that a terminal would obey', async () => {
    await lock('a\u202eb', '--agent', 'x\u202e', '--reason', '\u001b[31mred\n\u0007');
    for (const args of [['lock', 'a\u202eb', '--agent', 'y'], ['locks'], ['who', '.']]) {
      const { stdout } = await sandbox.run(args);
      match(stdout, /⟨U\+202E⟩/);
      equal(/[\u0007\u001b\u202e]/.test(stdout), false);
    }
  });

  it('a broken file of a holder hides nobody else, and is named', async () => {
    await lock('a', '--agent', 'one');
    writeFileSync(join(sandbox.root, '.heddle', 'file-locks', 'holder-9.json'), '{"version":1');
    const { document } = await sandbox.json('locks');
    equal(list(document, 'locks').length, 1);
    deepEqual(
      list(document, 'broken').map(({ file }) => file),
      ['holder-9.json'],
    );
    match(await text(['locks']), /unreadable {2}holder-9\.json: It is not valid JSON\./);
    equal((await lock('b', '--agent', 'two')).code, 0);
  });
});

function isHolderFile(name: string): boolean {
  return name.endsWith('.json');
}

function stableTokens(text: string, root: string): string {
  return stable(text, root).replace(/token \d+/gi, 'token <token>');
}

function lockedRow(timeLeft: string): string {
  const fill = ' '.repeat(timeLeft.length - 'TIME LEFT'.length);
  return `PATH  WHO  MODE       TIME LEFT${fill}  REASON\na     one  exclusive  ${timeLeft}\n`;
}
