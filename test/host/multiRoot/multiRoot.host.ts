import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { entryText } from '../../support/entryBuilder.ts';
import { eventually } from '../../support/eventually.ts';
import { failOnLostRejections } from '../../support/hostRejections.ts';
import { withPerson } from '../../support/hostPerson.ts';
import { fingerprint, HostRegistry, run, workspaceFolder } from '../../support/hostWorld.ts';

failOnLostRejections();

describe('a window with several folders', () => {
  let first: HostRegistry;
  let second: HostRegistry;
  const rootsNow = (): readonly string[] => first.api.getSnapshot().map(({ root }) => root);
  const untilRoots = (...roots: readonly string[]): Promise<void> =>
    eventually(`the roots are ${roots.join()}`, () => rootsNow().join() === roots.join());
  const beside = (name: string): string => join(workspaceFolder(), '..', name);

  before(async () => {
    first = await HostRegistry.open(workspaceFolder(0));
    second = await HostRegistry.open(workspaceFolder(1));
  });
  beforeEach(async () => {
    await first.reset();
    await second.reset();
  });

  it('has a registry for each repository', async () => {
    assert.deepEqual(rootsNow(), [first.root, second.root]);
    first.makeFolder();
    first.write('agent-a', entryText('agent-a'));
    await first.untilAgent('agent-a');
    assert.equal(second.shown?.state, 'absent');

    second.makeFolder();
    second.write('agent-a', entryText('agent-a', { thread: 'other' }));
    await second.untilAgent('agent-a', ({ thread }) => thread === 'other');
    assert.equal(first.agent('agent-a')?.thread, 'agent/agent-a');
  });

  it('keeps the snapshot of a registry while only the other changes', async () => {
    first.makeFolder();
    second.makeFolder();
    first.write('agent-a', entryText('agent-a'));
    await first.untilAgent('agent-a');
    const agents = first.shown?.agents;
    second.write('agent-b', entryText('agent-b'));
    await second.untilAgent('agent-b');
    assert.deepEqual(first.shown?.agents, agents);
  });

  it('writes to the registry that a row or a folder names', async () => {
    for (const registry of [first, second]) {
      registry.makeFolder();
      registry.write('agent-a', entryText('agent-a'));
      await registry.untilAgent('agent-a');
    }
    const before = fingerprint(first.folder);
    const { result } = await withPerson({}, () =>
      run('heddle.agent.releaseMerged', second.element('agent-a')),
    );
    assert.deepEqual(result, { released: ['agent-a'] });
    assert.equal((await second.cliShow('agent-a')).status, 'merged');
    assert.deepEqual(fingerprint(first.folder), before);

    const reserved = await withPerson({}, () =>
      run<{ sessionId: string }>('heddle.thread.reserve', {
        thread: 'feature/x',
        folder: second.root,
      }),
    );
    assert.ok(second.has(reserved.result.sessionId));
    assert.deepEqual(fingerprint(first.folder), before);
  });

  it('asks which folder to initialise', async () => {
    const { result, shown } = await withPerson({ picks: (items) => items[1] }, () =>
      run('heddle.registry.initialise'),
    );
    assert.deepEqual(
      shown.picks[0]?.map(({ label }) => label),
      ['first', 'second'],
    );
    assert.deepEqual(result, { folder: second.folder, isCreated: true });
    await second.until('it is there', ({ state }) => state === 'ready');
    assert.equal(first.shown?.state, 'absent');
  });

  it('reaps the dead of both after one preview, and takes both back', async () => {
    for (const registry of [first, second]) {
      registry.makeFolder();
      registry.write('agent-a', entryText('agent-a', { thread: 'x', more: 'pid = 0' }));
      await registry.untilAgent('agent-a', ({ liveness }) => liveness === 'dead');
    }
    const { result, shown } = await withPerson({ picks: (items) => items }, () =>
      run('heddle.agents.reap'),
    );
    assert.deepEqual(result, { reaped: ['agent-a', 'agent-a'] });
    assert.equal(shown.picks.length, 1);
    assert.deepEqual(
      shown.picks[0]?.map(({ description }) => description),
      ['x · first', 'x · second'],
    );
    const undone = await withPerson({}, () => run('heddle.agents.undoReap'));
    assert.deepEqual(undone.result, { restored: ['agent-a', 'agent-a'], refused: [] });
  });

  describe('when folders come and go', () => {
    /** Done when everybody in this host was told. */
    const change = async (...args: Parameters<typeof vscode.workspace.updateWorkspaceFolders>) => {
      const told = new Promise<void>((resolve) => {
        const subscription = vscode.workspace.onDidChangeWorkspaceFolders(() => {
          subscription.dispose();
          resolve();
        });
      });
      assert.ok(vscode.workspace.updateWorkspaceFolders(...args));
      await told;
    };
    const count = (): number => vscode.workspace.workspaceFolders?.length ?? 0;
    const add = (path: string): Promise<void> => change(count(), 0, { uri: vscode.Uri.file(path) });
    const removeLast = (): Promise<void> => change(count() - 1, 1);
    afterEach(async () => {
      if (count() === 3) await removeLast();
      await untilRoots(first.root, second.root);
    });

    it('opens the registry of a new one and closes it again', async () => {
      const third = new HostRegistry(first.api, beside('third'));
      mkdirSync(third.root, { recursive: true });
      third.makeFolder();
      third.write('agent-a', entryText('agent-a'));
      third.write('agent-b', 'oops');
      const uri = vscode.Uri.file(third.entryPath('agent-b'));
      await add(third.root);
      await third.untilAgent('agent-a');
      await eventually('its problem is told', () => {
        return vscode.languages.getDiagnostics(uri).length === 1;
      });
      third.write('agent-c', entryText('agent-c'));
      await third.untilAgent('agent-c');

      await removeLast();
      await untilRoots(first.root, second.root);
      assert.deepEqual(vscode.languages.getDiagnostics(uri), []);
    });

    it('shares one registry between a checkout and its linked worktree', async () => {
      const worktree = beside('first-worktree');
      await git(first.root, 'worktree', 'add', '--quiet', '-b', 'other', worktree);
      first.makeFolder();
      first.write('agent-a', entryText('agent-a'));
      await first.untilAgent('agent-a');
      // Its own .heddle counts for nothing.
      const own = new HostRegistry(first.api, worktree);
      own.makeFolder();
      own.write('agent-own', entryText('agent-own'));
      await add(worktree);
      await run('heddle.registry.refresh');
      assert.deepEqual(rootsNow(), [first.root, second.root]);
      assert.equal(first.agent('agent-own'), undefined);

      const { result } = await withPerson({}, () =>
        run<{ sessionId: string }>('heddle.thread.reserve', {
          thread: 'feature/x',
          folder: worktree,
        }),
      );
      const entry = await first.cliShow(result.sessionId);
      assert.equal(entry.path, worktree);
      assert.equal((await first.cli('reserve', 'feature/x')).json.outcome, 'live_owner');
      await removeLast();
      assert.ok(first.agent(result.sessionId));
      await git(first.root, 'worktree', 'remove', '--force', worktree);
    });

    it('keeps the registry of the others as it is', async () => {
      first.makeFolder();
      first.write('agent-a', entryText('agent-a'));
      await first.untilAgent('agent-a');
      mkdirSync(beside('fourth'), { recursive: true });
      await add(beside('fourth'));
      assert.equal(first.agent('agent-a')?.sessionId, 'agent-a');
      first.write('agent-b', entryText('agent-b'));
      await first.untilAgent('agent-b');
    });
  });

  it('has one registry where the setting of a folder names that of the other', async () => {
    const folder = vscode.workspace.workspaceFolders?.[1];
    const configuration = vscode.workspace.getConfiguration('heddle', folder?.uri);
    const target = vscode.ConfigurationTarget.WorkspaceFolder;
    await configuration.update('root', first.root, target);
    await untilRoots(first.root);
    await configuration.update('root', undefined, target);
    await untilRoots(first.root, second.root);
    rmSync(join(second.root, '.vscode'), { recursive: true, force: true });
  });
});

async function git(cwd: string, ...args: readonly string[]): Promise<void> {
  await promisify(execFile)('git', args, { cwd });
}
