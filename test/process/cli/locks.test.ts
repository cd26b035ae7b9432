import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildChildProgram } from '../../support/childProgram.ts';
import { cliPath } from '../../support/cliPath.ts';
import { eventually } from '../../support/eventually.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';
import { GitSandbox } from '../../unit/node/gitSandbox.ts';
import { LineChildren } from '../lineChild.ts';
import { copyVerbs, ended, runCliProcess, spawnCli, type CliEnd } from './spawnCli.ts';

interface Held {
  readonly path: string;
  readonly name: string;
}

interface LockDocument {
  readonly outcome: string;
  readonly wait?: string | null;
  readonly grants: readonly { readonly path: string; readonly token: number }[];
  readonly holders: readonly Held[];
}

interface CheckDocument {
  readonly stands: boolean;
  readonly ended: { readonly ending: string; readonly ended_at_ms: number } | null;
  readonly taken_by: { readonly name: string; readonly granted_at_ms: number } | null;
}

interface LocksDocument {
  readonly locks: readonly Held[];
  readonly waiting: readonly { readonly name: string }[];
}

describe('the verbs for locks as processes', () => {
  let root: string;
  beforeEach(async () => {
    root = makeTempFolder();
    await runCliProcess(['init'], { cwd: root });
  });
  afterEach(() => removeTempFolder(root));

  const run = (...args: string[]): Promise<CliEnd> =>
    runCliProcess([...args, '--json'], { cwd: root });
  const lock = async (path: string, agent: string, ...flags: string[]) =>
    lockEnd(await run('lock', path, '--agent', agent, ...flags));
  const locks = async (): Promise<LocksDocument> =>
    JSON.parse((await run('locks')).stdout) as LocksDocument;
  const waits = (name: string): Promise<void> =>
    eventually(`${name} waits`, async () =>
      (await locks()).waiting.some((wait) => wait.name === name),
    );
  const startWaiting = (path: string, agent: string, limit = '10m') => {
    const args = ['lock', path, '--agent', agent, '--wait', limit, '--json'];
    const child = spawnCli(args, { cwd: root });
    return { child, end: ended(child) };
  };

  it('of several shells that want a file, or the folder around it, one gets it', async () => {
    const wanted = ['src/a.ts', 'src', 'src/*.ts', 'src/a.ts', 'src', '.'];
    const ends = await Promise.all(wanted.map((path, i) => lock(path, `shell-${i}`)));
    deepEqual(ends.map(({ code }) => code).sort(), [0, 3, 3, 3, 3, 3]);
    const winner = ends.findIndex(({ code }) => code === 0);
    for (const { code, document } of ends) {
      if (code === 0) continue;
      deepEqual(
        document.holders.map(({ name, path }) => [name, path]),
        [[`shell-${winner}`, wanted[winner]]],
      );
    }
    equal((await locks()).locks.length, 1);
  });

  it('a release wakes whoever waits first, and then the next', async () => {
    await lock('a', 'one', '--ttl', '10m');
    const second = startWaiting('a', 'two');
    await waits('two');
    const third = startWaiting('a', 'three');
    await waits('three');
    await run('unlock', 'a', '--agent', 'one');
    deepEqual(lockEnd(await second.end).document.outcome, 'granted');
    deepEqual(
      (await locks()).waiting.map(({ name }) => name),
      ['three'],
    );
    await run('unlock', 'a', '--agent', 'two');
    deepEqual(lockEnd(await third.end).document.outcome, 'granted');
  });

  it('a waiter gives up after its time and leaves no trace', async () => {
    await lock('a', 'one', '--ttl', '10m');
    const { code, document } = await lock('a', 'two', '--wait', '1s');
    deepEqual(
      [code, document.wait, document.holders.map(({ name }) => name)],
      [3, 'timed-out', ['one']],
    );
    deepEqual((await locks()).waiting, []);
  });

  it('a killed waiter stands in nobody’s way', async () => {
    await lock('a', 'one', '--ttl', '10m');
    const waiter = startWaiting('a', 'two');
    await waits('two');
    waiter.child.kill('SIGKILL');
    await waiter.end;
    await run('unlock', 'a', '--agent', 'one');
    equal((await lock('a', 'three')).code, 0);
    deepEqual((await locks()).waiting, []);
  });

  it('Ctrl-C and SIGTERM leave the queue', async () => {
    await lock('a', 'one', '--ttl', '10m');
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const waiter = startWaiting('a', 'two');
      await waits('two');
      waiter.child.kill(signal);
      const { code, document } = lockEnd(await waiter.end);
      deepEqual([code, document.outcome, document.wait], [3, 'held', 'stopped'], signal);
      deepEqual((await locks()).waiting, []);
    }
  });

  it('the death of the process of a session frees its locks at once, also for who waits', async () => {
    for (const isWaiting of [false, true]) {
      const worker = startWorker();
      const { stdout } = await run('register', '--pid', String(worker.pid));
      const { agent } = JSON.parse(stdout) as { agent: { session_id: string } };
      equal((await lock('a', agent.session_id)).code, 0);
      equal((await lock('a', 'two')).code, 3);
      const waiter = isWaiting ? startWaiting('a', 'two') : undefined;
      if (waiter) await waits('two');
      await kill(worker);
      const { code } = waiter ? lockEnd(await waiter.end) : await lock('a', 'two');
      equal(code, 0);
      await run('unlock', 'a', '--agent', 'two');
    }
  });

  it('--hold-for-pid ends with the process', async () => {
    const worker = startWorker();
    equal((await lock('a', 'one', '--hold-for-pid', String(worker.pid))).code, 0);
    equal((await lock('a', 'two')).code, 3);
    await kill(worker);
    equal((await lock('a', 'two')).code, 0);
  });

  if (process.platform !== 'win32') {
    it('a holder that slept past the end of its lock is refused, and told who has it and since when', async () => {
      const children = new LineChildren();
      try {
        const program = await buildChildProgram(
          new URL('../children/cliCaller.ts', import.meta.url),
        );
        const sleeper = await children.node(program, [cliPath(), root]);
        equal(await sleeper.answer(), 'ready');
        const ask = async (...args: string[]): Promise<CliEnd> => {
          sleeper.send([...args, '--json']);
          return (await sleeper.answer()) as CliEnd;
        };
        const granted = lockEnd(await ask('lock', 'a', '--agent', 'sleeper', '--ttl', '5s'));
        const token = String(granted.document.grants[0]?.token);
        const checkIt = ['check', 'a', '--agent', 'sleeper', '--token', token];
        process.kill(sleeper.pid, 'SIGSTOP');
        const next = await lock('a', 'other', '--wait', '10m', '--ttl', '10m');
        equal(next.code, 0);
        ok(Number(next.document.grants[0]?.token) > Number(token));
        process.kill(sleeper.pid, 'SIGCONT');

        const { code, stdout } = await ask(...checkIt);
        const checked = JSON.parse(stdout) as CheckDocument;
        equal(code, 3);
        deepEqual(
          [checked.stands, checked.ended?.ending, checked.taken_by?.name],
          [false, 'expired', 'other'],
        );
        const endedAtMs = checked.ended?.ended_at_ms ?? Number.POSITIVE_INFINITY;
        ok(endedAtMs <= (checked.taken_by?.granted_at_ms ?? 0));
        equal((await ask('unlock', 'a', '--agent', 'sleeper')).code, 3);
      } finally {
        await children.dispose();
      }
    });
  }

  it('two worktrees of a repository agree on what is locked', async () => {
    const git = new GitSandbox();
    try {
      const main = git.repository('main');
      const linked = git.path('linked');
      git.git(main, 'worktree', 'add', linked, '-b', 'other');
      await runCliProcess(['init'], { cwd: main });
      const inMain = await runCliProcess(['lock', 'src/a.ts', '--agent', 'one'], { cwd: main });
      equal(inMain.code, 0);
      const args = ['lock', 'src/a.ts', '--agent', 'two', '--json'];
      const refused = lockEnd(await runCliProcess(args, { cwd: linked }));
      deepEqual([refused.code, refused.document.holders.map(({ name }) => name)], [3, ['one']]);
      const absolute = join(linked, 'src', 'a.ts');
      const { stdout } = await runCliProcess(['who', absolute, '--json'], { cwd: main });
      deepEqual(
        (JSON.parse(stdout) as { holders: readonly Held[] }).holders.map(({ path }) => path),
        ['src/a.ts'],
      );
      await runCliProcess(['unlock', 'src/a.ts', '--agent', 'one'], { cwd: linked });
      equal(lockEnd(await runCliProcess(args, { cwd: linked })).code, 0);
    } finally {
      git.dispose();
    }
  });

  it('the whole .heddle may be removed in mid-work: no token comes back, nobody hangs', async () => {
    const before = await lock('a', 'one', '--ttl', '10m');
    const token = before.document.grants[0]?.token ?? 0;
    const waiter = startWaiting('a', 'two');
    await waits('two');
    // Moved first, because whoever waits may write into it while it is removed.
    renameSync(join(root, '.heddle'), join(root, 'gone'));
    rmSync(join(root, 'gone'), { recursive: true, force: true, maxRetries: 5 });
    equal(lockEnd(await waiter.end).document.outcome, 'granted');

    equal((await run('check', 'a', '--agent', 'one', '--token', String(token))).code, 3);
    equal((await run('unlock', 'b', '--agent', 'one')).code, 0);
    await run('init');
    const after = await lock('b', 'three');
    equal(after.code, 0);
    ok((after.document.grants[0]?.token ?? 0) > token);
  });

  it('reading needs no native code', async () => {
    await lock('a', 'one', '--ttl', '10m');
    // Beside this copy there is no node_modules from which anything could be loaded.
    const cli = copyVerbs(root);
    for (const args of [['locks'], ['who', 'a'], ['locks', 'export', '-']]) {
      const { code, stdout, stderr } = await runCliProcess(args, { cwd: root, cli });
      deepEqual([code, stderr], [0, ''], args.join(' '));
      match(stdout, /one/);
    }
  });

  it('a snapshot goes through a pipe', async () => {
    await lock('a', 'one', '--ttl', '10m');
    const { stdout } = await run('locks', 'export', '-');
    await run('unlock', 'a', '--agent', 'one');
    const child = spawnCli(['locks', 'import', '-', '--json'], { cwd: root });
    const end = ended(child);
    child.stdin.end(stdout);
    equal((await end).code, 0);
    deepEqual(
      (await locks()).locks.map(({ path, name }) => [path, name]),
      [['a', 'one']],
    );
  });
});

function lockEnd({ code, stdout }: CliEnd): { code: number | null; document: LockDocument } {
  return { code, document: JSON.parse(stdout) as LockDocument };
}

function startWorker(): ChildProcess {
  return spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
}

async function kill(worker: ChildProcess): Promise<void> {
  const closed = once(worker, 'close');
  worker.kill('SIGKILL');
  await closed;
}
