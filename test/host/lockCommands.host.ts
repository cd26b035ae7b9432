import { strict as assert } from 'node:assert';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { toLockElement } from '../../src/presentation/lockElement.ts';
import { eventually } from '../support/eventually.ts';
import { HostHolds } from '../support/hostHolds.ts';
import { withPerson } from '../support/hostPerson.ts';
import { run, type Failure } from '../support/hostWorld.ts';

interface LockResult {
  readonly outcome: 'granted' | 'held';
  readonly grants: readonly { readonly path: string; readonly token: number }[];
  readonly holders: readonly { readonly path: string; readonly name: string }[];
}

describe('the commands for locks', () => {
  let holds: HostHolds;

  before(async () => {
    holds = await HostHolds.open();
  });
  afterEach(() => holds.clear());

  const lock = (...args: readonly unknown[]): Promise<LockResult> =>
    run<LockResult>('heddle.file.lock', ...args);
  const element = (kind: 'path' | 'contended', path: string): string =>
    toLockElement({ kind, root: holds.registry.root, path });

  describe('Lock This File', () => {
    it('takes the file that it is given until it is released, and keeps others from it', async () => {
      const { outcome, grants } = await lock(holds.file('src/main.ts'));
      assert.equal(outcome, 'granted');
      assert.deepEqual(
        grants.map(({ path }) => path),
        ['src/main.ts'],
      );
      assert.equal(holds.mine[0]?.endsAtMs, undefined);
      const refusal = await holds.tryAs('codex', 'src/main.ts');
      assert.equal(refusal.outcome, 'held');
    });

    it('takes the active file without arguments', async () => {
      await holds.show('README.md');
      assert.equal((await lock()).grants[0]?.path, 'README.md');
    });

    it('takes all selected files or none, and says who stands in the way', async () => {
      await holds.lockAs('codex', 'src/main.ts', '--reason', 'split it');
      const files = [holds.file('README.md'), holds.file('src/main.ts')];
      const { result, shown } = await withPerson({}, () => lock(files[0], files));
      assert.equal(result.outcome, 'held');
      assert.equal(result.holders[0]?.name, 'codex');
      assert.deepEqual(holds.mine, []);
      const [told, ...others] = shown.notifications;
      assert.deepEqual(others, []);
      assert.match(told?.text ?? '', /src\/main\.ts is held by codex.*split it/);
      assert.deepEqual(told?.buttons, ['Tell Me When Free', 'Show Holder', 'Break Lock…']);
    });

    it('refuses what lies outside the workspace', async () => {
      const { result } = await withPerson({}, () =>
        run<Failure>('heddle.file.lock', vscode.Uri.file('/etc/hosts')),
      );
      assert.equal(result.error.code, 'outside-root');
      assert.deepEqual(holds.mine, []);
    });
  });

  describe('Lock Folder', () => {
    it('takes everything in a folder', async () => {
      await run('heddle.folder.lock', holds.file('src'));
      assert.equal((await holds.tryAs('codex', 'src/new.ts')).outcome, 'held');
    });

    it('lets the person walk to a folder of the workspace', async () => {
      mkdirSync(join(holds.registry.root, 'src/deep'), { recursive: true });
      try {
        const steps = ['src', 'deep', 'Lock'];
        const { result } = await withPerson(
          {
            picks: (items) => {
              const step = steps.shift() ?? '';
              return items.find(
                ({ label }) => label.endsWith(step) || label.startsWith(`$(lock) ${step}`),
              );
            },
          },
          () => run<LockResult>('heddle.folder.lock'),
        );
        assert.equal(result.grants[0]?.path, 'src/deep');
      } finally {
        rmSync(join(holds.registry.root, 'src/deep'), { recursive: true });
      }
    });
  });

  describe('Unlock', () => {
    it('gives back a file, a row or the only thing that is held', async () => {
      for (const argument of [
        holds.file('src/main.ts'),
        element('path', 'src/main.ts'),
        undefined,
      ]) {
        await lock(holds.file('src/main.ts'));
        const result = await run<{ released: { path: string }[] }>('heddle.file.unlock', argument);
        assert.deepEqual(
          result.released.map(({ path }) => path),
          ['src/main.ts'],
        );
        assert.deepEqual(holds.mine, []);
      }
    });

    it('asks which when there are several', async () => {
      await lock(holds.file('src/main.ts'));
      await lock(holds.file('README.md'));
      const { shown } = await withPerson(
        { picks: (items) => items.filter(({ label }) => label === 'README.md') },
        () => run('heddle.file.unlock'),
      );
      assert.equal(shown.picks[0]?.length, 2);
      assert.deepEqual(
        holds.mine.map(({ path }) => path),
        ['src/main.ts'],
      );
    });

    it('says through which folder a file is held, and keeps the folder', async () => {
      await run('heddle.folder.lock', holds.file('src'));
      const { result, shown } = await withPerson({}, () =>
        run('heddle.file.unlock', holds.file('src/main.ts')),
      );
      assert.deepEqual(result, { released: [] });
      assert.match(shown.notifications[0]?.text ?? '', /src\/main\.ts through src/);
      assert.equal(holds.mine.length, 1);
    });

    it('takes nothing from somebody else', async () => {
      await holds.lockAs('codex', 'src/main.ts');
      const { result } = await withPerson({}, () =>
        run('heddle.file.unlock', holds.file('src/main.ts')),
      );
      assert.deepEqual(result, { released: [] });
      assert.equal(holds.known.length, 1);
    });
  });

  describe('Break Lock', () => {
    it('shows who holds it and why, wants a reason, and tells what was broken', async () => {
      await holds.lockAs('codex', 'src/main.ts', '--reason', 'split it');
      const file = holds.file('src/main.ts');
      const empty = await withPerson({ types: '  ' }, () => run('heddle.file.breakLock', file));
      assert.equal(empty.result, undefined);
      assert.match(empty.shown.inputs[0]?.problem ?? '', /Say why/);
      assert.match(
        empty.shown.inputs[0]?.prompt ?? '',
        /codex holds src\/main\.ts since .*split it/,
      );
      assert.equal(holds.known.length, 1);

      const { result, shown } = await withPerson({ types: 'it hangs' }, () =>
        run<{ broken: { name: string }[] }>('heddle.file.breakLock', file),
      );
      assert.deepEqual(
        result.broken.map(({ name }) => name),
        ['codex'],
      );
      assert.match(shown.notifications[0]?.text ?? '', /Broken: .*codex/);
      assert.deepEqual(holds.known, []);
      const { json } = await holds.registry.cli('activity');
      assert.match(JSON.stringify(json), /it hangs/);
    });

    it('breaks nothing of one’s own', async () => {
      await lock(holds.file('src/main.ts'));
      const { result } = await withPerson({ types: 'x' }, () =>
        run('heddle.file.breakLock', holds.file('src/main.ts')),
      );
      assert.deepEqual(result, { broken: [] });
      assert.equal(holds.mine.length, 1);
    });
  });

  it('Tell Me When Free tells once, with what to do then', async () => {
    await holds.lockAs('codex', 'src/main.ts');
    const { shown } = await withPerson({}, async () => {
      const file = holds.file('src/main.ts');
      assert.deepEqual(await run('heddle.file.tellWhenFree', file), { watching: ['src/main.ts'] });
      await run('heddle.file.tellWhenFree', file);
      await holds.unlockAs('codex');
      await holds.lockAs('ben', 'src/main.ts');
      await holds.unlockAs('ben');
    });
    assert.deepEqual(
      shown.notifications.map(({ text, buttons }) => [text, buttons]),
      [['src/main.ts is free now.', ['Lock It', 'Open']]],
    );
  });

  it('Show Holder finds an agent by its session, and anybody else by the lock', async () => {
    const sessionId = await holds.registry.cliAgent('register', '--harness', 'codex');
    await holds.registry.untilAgent(sessionId);
    await holds.registry.cli('lock', 'README.md', '--agent', sessionId, '--ttl', '10m');
    await holds.until('the agent holds it', ({ path }) => path === 'README.md');
    const shown = await run<{ sessionId: string }>(
      'heddle.file.showHolder',
      holds.file('README.md'),
    );
    assert.equal(shown.sessionId, sessionId);
    const { holder } = await holds.lockAs('ben', 'src/main.ts');
    assert.deepEqual(await run('heddle.file.showHolder', element('contended', 'src/main.ts')), {
      holder: holder.id,
      sessionId: null,
    });
  });

  it('Open File opens what a row names, and says what does not exist', async () => {
    await run('heddle.locks.openFile', element('path', 'src/main.ts'));
    assert.equal(
      vscode.window.activeTextEditor?.document.uri.fsPath,
      holds.file('src/main.ts').fsPath,
    );
    const { result } = await withPerson({}, () =>
      run<Failure>('heddle.locks.openFile', element('path', 'src/none.ts')),
    );
    assert.equal(result.error.code, 'not-found');
  });

  it('Copy Path copies the paths of all rows', async () => {
    const rows = [element('path', 'src/main.ts'), element('path', 'docs')];
    assert.deepEqual(await run('heddle.locks.copyPath', rows[0], rows), {
      text: 'src/main.ts\ndocs',
    });
    assert.equal(await vscode.env.clipboard.readText(), 'src/main.ts\ndocs');
  });

  it('Export Lock Snapshot writes what the command line reads', async () => {
    await holds.lockAs('codex', 'src/main.ts');
    const target = holds.file('snapshot.json');
    const real = vscode.window.showSaveDialog;
    Object.assign(vscode.window, { showSaveDialog: () => Promise.resolve(target) });
    try {
      const { result } = await withPerson({}, () => run('heddle.locks.exportSnapshot'));
      assert.deepEqual(result, { file: target.fsPath, holders: 1 });
      const snapshot = JSON.parse(readFileSync(target.fsPath, 'utf8')) as {
        agents: { locked_paths: Record<string, number> }[];
      };
      assert.deepEqual(Object.keys(snapshot.agents[0]?.locked_paths ?? {}), ['src/main.ts']);
    } finally {
      Object.assign(vscode.window, { showSaveDialog: real });
      rmSync(target.fsPath, { force: true });
    }
  });

  it('Reap Silent Holders says so when nobody is silent', async () => {
    await lock(holds.file('src/main.ts'));
    const { result, shown } = await withPerson({ confirms: true }, () => run('heddle.locks.reap'));
    assert.deepEqual(result, { reaped: [] });
    assert.equal(shown.questions.length, 0);
    assert.equal(holds.mine.length, 1);
  });

  it('the grouping of the view File Locks is kept for the person', async () => {
    const { Global } = vscode.ConfigurationTarget;
    const configuration = (): vscode.WorkspaceConfiguration =>
      vscode.workspace.getConfiguration('heddle');
    assert.deepEqual(await run('heddle.locks.groupByHolder'), { grouping: 'holder' });
    assert.equal(configuration().get('locks.grouping'), 'holder');
    await configuration().update('locks.grouping', undefined, Global);
  });

  it('a broken lock of this window is told once, with who and why', async () => {
    await lock(holds.file('src/main.ts'));
    const { shown } = await withPerson({}, async () => {
      await holds.registry.cli('break', 'src/main.ts', '--reason', 'needed now');
      await eventually('the lock is gone', () => holds.mine.length === 0);
      await run('heddle.registry.refresh');
    });
    assert.equal(shown.notifications.length, 1);
    assert.match(shown.notifications[0]?.text ?? '', /src\/main\.ts was broken by .*needed now/);
  });
});
