import { deepEqual, equal, match } from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CliSandbox, golden, sandboxNow, stable, type Fields } from './cliSandbox.ts';

const nowMs = Date.parse(sandboxNow);

describe('locks, who, check and break', () => {
  let sandbox: CliSandbox;
  beforeEach(() => {
    sandbox = new CliSandbox();
    mkdirSync(join(sandbox.root, 'src'));
  });
  afterEach(() => sandbox.dispose());

  const list = (document: Fields, field: string): readonly Fields[] =>
    document[field] as readonly Fields[];
  const run = async (...args: string[]): Promise<string> => {
    const { stdout } = await sandbox.run(args);
    return stable(stdout, sandbox.root).replace(/(token) \d+/gi, '$1 <token>');
  };
  const lock = async (path: string, agent: string, ...flags: string[]): Promise<number> => {
    const { document } = await sandbox.json('lock', path, '--agent', agent, ...flags);
    return Number(list(document, 'grants')[0]?.token);
  };
  const check = (path: string, agent: string, token: number) =>
    sandbox.json('check', path, '--agent', agent, '--token', String(token));

  it('locks --json prints every lock with everything that is known of it, by path', async () => {
    const agent = await sandbox.agent('register', '--pid', String(process.pid));
    const id = String(agent.session_id);
    const second = await lock('src/b.ts', id, '--reason', 'Rename');
    const first = await lock('src/a.ts', 'ana', '--shared', '--ttl', '10m');
    const { code, document } = await sandbox.json('locks');
    equal(code, 0);
    deepEqual(document, {
      locks: [
        {
          path: 'src/a.ts',
          mode: 'shared',
          token: first,
          agent: 2,
          session_id: null,
          name: 'ana',
          granted_at_ms: nowMs,
          expires_at_ms: nowMs + 600_000,
          reason: null,
          soft: false,
          liveness: 'unknown',
          liveness_reason: 'no-process',
        },
        {
          path: 'src/b.ts',
          mode: 'exclusive',
          token: second,
          agent: 1,
          session_id: id,
          name: id,
          granted_at_ms: nowMs,
          expires_at_ms: nowMs + 2 * 60 * 60_000,
          reason: 'Rename',
          soft: false,
          liveness: 'alive',
          liveness_reason: 'running',
        },
      ],
      waiting: [],
      broken: [],
    });
  });

  it('--path and --agent narrow it down to what concerns a path or belongs to somebody', async () => {
    await lock('src/a.ts', 'one');
    await lock('src/b.ts', 'two');
    await lock('docs', 'one');
    const paths = async (...flags: string[]): Promise<readonly unknown[]> => {
      const { document } = await sandbox.json('locks', ...flags);
      return list(document, 'locks').map(({ path }) => path);
    };
    deepEqual(await paths('--path', 'src'), ['src/a.ts', 'src/b.ts']);
    deepEqual(await paths('--path', 'docs/x.md'), ['docs']);
    deepEqual(await paths('--agent', 'one'), ['docs', 'src/a.ts']);
    deepEqual(await paths('--agent', '2', '--path', 'src'), ['src/b.ts']);
    deepEqual(await paths('--agent', 'nobody'), []);
    match((await sandbox.run(['locks', '--agent', 'nobody'])).stderr, /No lock matches/);
    const env = { HEDDLE_AGENTS_SESSION: 'two' };
    match((await sandbox.run(['locks'], { env })).stdout, /docs/);
  });

  it('who names everybody who holds a path, something around it or something in it', async () => {
    await lock('src/a.ts', 'one');
    await lock('src/b.ts', 'two');
    const names = async (path: string): Promise<readonly unknown[]> => {
      const { code, document } = await sandbox.json('who', path);
      equal(code, 0);
      return [document.path, ...list(document, 'holders').map(({ name, path }) => [name, path])];
    };
    deepEqual(await names('src/a.ts'), ['src/a.ts', ['one', 'src/a.ts']]);
    deepEqual(await names('./src/'), ['src', ['one', 'src/a.ts'], ['two', 'src/b.ts']]);
    deepEqual(await names('src/*.ts'), ['src/*.ts', ['one', 'src/a.ts'], ['two', 'src/b.ts']]);
    deepEqual(await names('docs'), ['docs']);
    equal(await run('who', 'docs'), 'Nobody holds docs.\n');
  });

  it('reading needs no registry and makes nothing', async () => {
    rmSync(join(sandbox.root, '.heddle'), { recursive: true });
    deepEqual((await sandbox.json('locks')).document, { locks: [], waiting: [], broken: [] });
    deepEqual((await sandbox.json('who', 'a')).document, { path: 'a', holders: [] });
    equal((await check('a', 'one', 1)).code, 3);
    equal((await sandbox.json('locks', 'export', '-')).code, 0);
    equal((await sandbox.json('break', 'a', '--reason', 'Stuck')).code, 4);
    match((await sandbox.run(['locks'])).stderr, /There is no registry/);
    equal(existsSync(join(sandbox.root, '.heddle')), false);
  });

  it('check says that a lock stands, also for what lies in it', async () => {
    const token = await lock('src', 'one', '--ttl', '10m');
    const { code, document } = await check('src/a.ts', 'one', token);
    equal(code, 0);
    deepEqual(document, {
      stands: true,
      held_path: 'src',
      mode: 'exclusive',
      expires_at_ms: nowMs + 600_000,
      ended: null,
      taken_by: null,
      path: 'src/a.ts',
      token,
    });
    equal((await check('src/a.ts', 'two', token)).code, 3);
    equal((await check('src/a.ts', 'one', token + 1)).code, 3);
    equal((await check('docs', 'one', token)).code, 3);
  });

  it('check tells who slept past the end that it expired, when, and who has it now', async () => {
    const token = await lock('a', 'one', '--ttl', '1s');
    sandbox.advance(5000);
    const next = await lock('a', 'two', '--ttl', '10m', '--reason', 'Mine now');
    const { code, document } = await check('a', 'one', token);
    equal(code, 3);
    deepEqual(document.ended, {
      path: 'a',
      ending: 'expired',
      ended_at_ms: nowMs + 1000,
      by: null,
      reason: 'ttl',
    });
    const takenBy = document.taken_by as Fields;
    deepEqual(
      [document.stands, takenBy.name, takenBy.token, takenBy.expires_at_ms, takenBy.reason],
      [false, 'two', next, nowMs + 605_000, 'Mine now'],
    );
  });

  it('break takes a path from everybody else, who are told who did it and why', async () => {
    const token = await lock('src/a.ts', 'one', '--ttl', '10m');
    await lock('src/b.ts', 'two');
    const args = ['break', 'src', '--reason', 'Stuck', '--agent', 'two'];
    const { code, document } = await sandbox.json(...args);
    equal(code, 0);
    deepEqual(document, {
      broken: [
        {
          path: 'src/a.ts',
          mode: 'exclusive',
          token,
          agent: 1,
          session_id: null,
          name: 'one',
          granted_at_ms: nowMs,
          reason: null,
          soft: false,
        },
      ],
    });
    const lost = await check('src/a.ts', 'one', token);
    deepEqual(lost.document.ended, {
      path: 'src/a.ts',
      ending: 'broken',
      ended_at_ms: nowMs,
      by: 'two',
      reason: 'Stuck',
    });
    deepEqual(await sandbox.json(...args), { code: 4, document: { broken: [] } });
  });

  it('break without an agent is done by the person', async () => {
    mkdirSync(join(sandbox.root, '.git'));
    const token = await lock('a', 'one');
    await sandbox.run(['break', 'a', '--reason', 'Stuck']);
    const { document } = await check('a', 'one', token);
    equal(typeof (document.ended as Fields).by, 'string');
    equal((document.ended as Fields).by === 'one', false);
  });

  it('what people read is calm and says what to do next', async () => {
    const said: string[] = [];
    const say = async (...args: string[]): Promise<void> => {
      said.push(`$ ${args.join(' ').replace(/--token \d+/, '--token <token>')}`);
      said.push(await run(...args));
    };
    const session = await sandbox.agent('register', '--harness', 'codex', '--model', 'gpt-5');
    const id = String(session.session_id);
    const token = await lock('src', id, '--ttl', '1m', '--reason', 'Move the parser');
    await lock('docs/*.md', 'ana', '--shared');
    await say('locks');
    await say('who', 'src/a.ts');
    await say('check', 'src/a.ts', '--agent', id, '--token', String(token));
    await say('break', 'src', '--reason', 'Gone home', '--agent', 'ana');
    await lock('src/a.ts', 'ana');
    await say('check', 'src/a.ts', '--agent', id, '--token', String(token));
    await say('break', 'src', '--reason', 'Gone home', '--agent', 'ana');
    equal(said.join('\n').replaceAll(id, '<id>'), golden('locks'));
  });
});
