import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileLocksFolder } from '../../../../src/node/fileLocksFolder.ts';
import { AgentFiles } from '../../../../src/node/harnessSessions/agentFiles.ts';
import {
  newestKeptBefore,
  readKeptBefore,
} from '../../../../src/node/harnessSessions/keptBefore.ts';
import {
  keptBeforeFolder,
  keptBeforePrefix,
  ShellWatchFiles,
} from '../../../../src/node/harnessSessions/shellWatchFiles.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { SessionLocks } from './sessionLocks.ts';
import { makeFifo, SessionSandbox } from './sessionSandbox.ts';

const dayMs = 24 * 60 * 60_000;
const nobody: ReadonlySet<string> = new Set();

describe('files of others around a shell command', () => {
  let sandbox: SessionSandbox;
  let store: SessionLocks;
  let clock: FakeClock;
  let watch: ShellWatchFiles;

  beforeEach(() => {
    sandbox = new SessionSandbox();
    sandbox.makeFolder();
    store = new SessionLocks(sandbox.location);
    clock = new FakeClock(Date.now());
    watch = watchOf('claude-code-s1');
  });
  afterEach(() => sandbox.dispose());

  function watchOf(session: string): ShellWatchFiles {
    const { paths } = store;
    return new ShellWatchFiles({
      folder: sandbox.folder,
      locksFolder: fileLocksFolder(sandbox.location),
      session,
      files: new AgentFiles(paths),
      rules: () => paths.rules,
      toAbsolute: (path, cwd) => paths.toAbsolute(path, cwd),
      clock,
    });
  }

  function write(name: string, text: string): string {
    const path = join(sandbox.root, name);
    writeFileSync(path, text);
    return path;
  }

  function copies(): readonly string[] {
    const folder = keptBeforeFolder(sandbox.folder);
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  }

  it('are those that others hold, not its own', async () => {
    write('x.ts', 'one');
    await store.hold('agent-a', ['x.ts', 'missing.ts']);
    await store.hold('agent-b', ['y.ts']);
    const seen = watch.foreignFiles(new Set(['agent-b']), sandbox.root);
    const held = seen.map(({ path, holderEntryId, holder }) => {
      return [path, holderEntryId, holder.sessionId];
    });
    assert.deepEqual(held.sort(), [
      ['missing.ts', 'agent-a', 'agent-a'],
      ['x.ts', 'agent-a', 'agent-a'],
    ]);
    const signatures = new Map(seen.map(({ path, signature }) => [path, signature]));
    assert.equal(signatures.get('missing.ts'), 'none');
    assert.match(signatures.get('x.ts') ?? '', /^[\d.]+-3$/);
  });

  it('are copied as they were, each version once, for as long as it is needed', async () => {
    const path = write('x.ts', 'one');
    await store.hold('agent-a', ['x.ts']);
    watch.foreignFiles(nobody, sandbox.root);
    watch.foreignFiles(nobody, sandbox.root);
    assert.equal(copies().length, 1);
    const beforeMs = Date.now();
    writeFileSync(path, 'two!');
    const kept = await newestKeptBefore(sandbox.folder, 'x.ts', { beforeMs });
    assert.ok(kept !== undefined);
    assert.equal(Buffer.from((await readKeptBefore(kept)) ?? []).toString(), 'one');
    watch.foreignFiles(nobody, sandbox.root);
    assert.equal(copies().length, 2);
    rmSync(kept.file);
    assert.equal(await readKeptBefore(kept), undefined);
    clock.advance(2 * dayMs);
    watch.foreignFiles(nobody, sandbox.root);
    assert.equal(copies().length, 1, 'the old ones went, the one of now came');
  });

  it('are not copied when they are large, links, folders or FIFOs, nor is anything waited for', async () => {
    write('large.bin', 'x'.repeat(1024 * 1024 + 1));
    writeFileSync(join(sandbox.elsewhere, 'secret'), 'secret');
    mkdirSync(join(sandbox.root, 'folder'));
    makeFifo(join(sandbox.root, 'fifo'));
    await store.hold('agent-a', ['large.bin', 'folder', 'fifo', 'link']);
    symlinkSync(join(sandbox.elsewhere, 'secret'), join(sandbox.root, 'link'));
    assert.ok(watch.foreignFiles(nobody, sandbox.root).length >= 3);
    assert.deepEqual(copies(), []);
  });

  it('are not copied to where a link leads, and nothing is removed there', async () => {
    write('x.ts', 'one');
    await store.hold('agent-a', ['x.ts']);
    const name = `${keptBeforePrefix('x.ts')}1`;
    writeFileSync(join(sandbox.elsewhere, name), 'mine');
    symlinkSync(sandbox.elsewhere, keptBeforeFolder(sandbox.folder));
    clock.advance(2 * dayMs);
    assert.equal(watch.foreignFiles(nobody, sandbox.root).length, 1);
    assert.deepEqual(readdirSync(sandbox.elsewhere), [name]);
  });

  it('are known although files of holders are broken, links or FIFOs', async () => {
    write('x.ts', 'one');
    await store.hold('agent-a', ['x.ts']);
    const folder = fileLocksFolder(sandbox.location);
    writeFileSync(join(folder, 'broken.json'), '{');
    symlinkSync(join(sandbox.elsewhere, 'no'), join(folder, 'link.json'));
    makeFifo(join(folder, 'fifo.json'));
    const seen = watch.foreignFiles(nobody, sandbox.root);
    assert.deepEqual(
      seen.map(({ path }) => path),
      ['x.ts'],
    );
  });

  it('are remembered from the start of a call to its end, once, each call for itself', () => {
    const holder = { name: 'a', sessionId: 'agent-a' };
    const file = { path: 'x.ts', signature: '1-1', holderEntryId: 'agent-a', holder };
    const first = { sinceMs: 5, files: [file] };
    watch.remember('/1', first);
    watch.remember('k/1', { sinceMs: 6, files: [] });
    assert.equal(watchOf('claude-code-s2').recall('/1'), undefined);
    assert.deepEqual(watchOf('claude-code-s1').recall('/1'), first);
    assert.equal(watch.recall('/1'), undefined);
    assert.equal(watch.recall('k/1')?.sinceMs, 6);
    assert.deepEqual(readdirSync(sandbox.folder), []);
  });

  it('are remembered under names that lead nowhere, whatever the id of the call is', () => {
    watch.remember('../../../x', { sinceMs: 5, files: [] });
    const [name = '', ...more] = readdirSync(sandbox.folder);
    assert.deepEqual(more, []);
    assert.match(name, /^claude-code-s1\.[\da-f]{16}\.shell\.json$/);
  });

  it('are not believed when what was remembered is none of ours', () => {
    watch.remember('/1', { sinceMs: 5, files: [] });
    const [name = ''] = readdirSync(sandbox.folder);
    const path = join(sandbox.folder, name);
    for (const text of ['', '{', 'null', '[]', '{"sinceMs":"5","files":[]}', '{"sinceMs":5}']) {
      writeFileSync(path, text);
      assert.equal(watch.recall('/1'), undefined, text);
    }
    const files = [null, 7, {}, { path: 'x', signature: 's', holder: null }, { path: 7 }];
    writeFileSync(path, JSON.stringify({ sinceMs: 5, files }));
    assert.deepEqual(watch.recall('/1'), { sinceMs: 5, files: [] });
  });

  it('are not remembered through a link', () => {
    watch.remember('/1', { sinceMs: 5, files: [] });
    const [name = ''] = readdirSync(sandbox.folder);
    const path = join(sandbox.folder, name);
    rmSync(path);
    const target = join(sandbox.elsewhere, 'target');
    writeFileSync(target, JSON.stringify({ sinceMs: 7, files: [] }));
    symlinkSync(target, path);
    assert.throws(() => watch.remember('/1', { sinceMs: 5, files: [] }), { code: 'ELOOP' });
    assert.equal(watch.recall('/1'), undefined);
    assert.match(readFileSync(target, 'utf8'), /7/);
  });
});

describe('copies from before a command', () => {
  let sandbox: SessionSandbox;
  let folder = '';
  beforeEach(() => {
    sandbox = new SessionSandbox();
    folder = keptBeforeFolder(sandbox.folder);
    mkdirSync(folder, { recursive: true });
  });
  afterEach(() => sandbox.dispose());

  const find = (beforeMs: number) => newestKeptBefore(sandbox.folder, 'x.ts', { beforeMs });
  const put = (version: string, text: string): number => {
    const path = join(folder, `${keptBeforePrefix('x.ts')}${version}`);
    writeFileSync(path, text);
    return statSync(path).ctimeMs;
  };

  it('are found by their path, the newest that is not too new', async () => {
    writeFileSync(join(folder, `${keptBeforePrefix('y.ts')}1`), 'other');
    assert.equal(await find(Date.now()), undefined);
    const firstMs = put('1', 'first');
    assert.match((await find(firstMs + 1000))?.file ?? '', /-1$/);
    assert.equal(await find(firstMs - 1000), undefined);
  });

  it('are neither links, nor folders, nor very large', async () => {
    writeFileSync(join(sandbox.elsewhere, 'secret'), 'secret');
    symlinkSync(join(sandbox.elsewhere, 'secret'), join(folder, `${keptBeforePrefix('x.ts')}1`));
    mkdirSync(join(folder, `${keptBeforePrefix('x.ts')}2`));
    put('3', 'x'.repeat(4 * 1024 * 1024 + 1));
    assert.equal(await find(Date.now() + 1000), undefined);
  });

  it('are none where there is no folder', async () => {
    rmSync(folder, { recursive: true });
    assert.equal(await find(Date.now()), undefined);
    writeFileSync(folder, '');
    assert.equal(await find(Date.now()), undefined);
  });
});
