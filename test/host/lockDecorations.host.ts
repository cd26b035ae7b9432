import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { LockDecorations } from '../../src/extension/lockDecorations.ts';
import { eventually } from '../support/eventually.ts';
import { HostLocks, ownName } from '../support/hostLocks.ts';
import { HostRegistry } from '../support/hostWorld.ts';

describe('the decorations of the explorer', () => {
  let registry: HostRegistry;
  let world: HostLocks;
  let decorations: LockDecorations;
  const events: (readonly vscode.Uri[] | undefined)[] = [];

  before(async () => {
    registry = await HostRegistry.open();
    await registry.reset();
    registry.makeFolder();
    world = new HostLocks();
    decorations = new LockDecorations(world.locks, world.pictures);
    decorations.onDidChangeFileDecorations((uris) => events.push(uris));
  });
  afterEach(async () => {
    for (const name of ['ana', 'ben', ownName])
      await registry.cli('unlock', '--all', '--agent', name);
    await world.untilLocked(0);
    events.length = 0;
  });
  after(async () => {
    decorations.dispose();
    world.dispose();
    await registry.reset();
  });

  const uriOf = (path: string): vscode.Uri => vscode.Uri.file(join(registry.root, path));
  const badge = (path: string): string | undefined =>
    decorations.provideFileDecoration(uriOf(path))?.badge;
  const tooltip = (path: string): string =>
    decorations.provideFileDecoration(uriOf(path))?.tooltip ?? '';
  const fired = (): readonly string[] =>
    events.flatMap((uris) => uris?.map(({ fsPath }) => fsPath) ?? ['everything']).toSorted();
  const lock = async (name: string, ...args: readonly string[]): Promise<void> => {
    const { code, json } = await registry.cli('lock', ...args, '--agent', name, '--ttl', '10m');
    assert.equal(code, 0, JSON.stringify(json));
  };

  it('show a lock that another process takes, on the file and on what contains it', async () => {
    await lock('ana', 'src/main.ts', '--reason', 'split it');
    await eventually('the file has a badge', () => badge('src/main.ts') === 'L');
    assert.equal(badge('src'), '•');
    assert.equal(badge('README.md'), undefined);
    assert.match(
      tooltip('src/main.ts'),
      /^Locked by ana\nReason: split it\nSince: .*\nTime left: /,
    );
    assert.deepEqual(fired(), [
      registry.root,
      join(registry.root, 'src'),
      join(registry.root, 'src/main.ts'),
    ]);
  });

  it('tell one’s own, shared and contended locks apart', async () => {
    await lock(ownName, 'README.md');
    await lock('ana', 'src/main.ts', '--shared');
    await world.untilLocked(2);
    assert.deepEqual([badge('README.md'), badge('src/main.ts')], ['Lm', 'Ls']);
    const waiting = registry.cli('lock', 'README.md', '--agent', 'ben', '--wait', '60s');
    await eventually('somebody waits', () => badge('README.md') === 'L!');
    assert.match(tooltip('README.md'), /Waiting: ben/);
    await registry.cli('unlock', 'README.md', '--agent', ownName);
    assert.equal((await waiting).code, 0);
    await eventually('it is handed over', () => badge('README.md') === 'L');
  });

  it('say of files below a locked folder that they are held through it, and fire those that were asked for', async () => {
    assert.equal(tooltip('src/main.ts'), '');
    await lock('ana', 'src');
    await eventually('the file says so', () =>
      tooltip('src/main.ts').startsWith('Held through src'),
    );
    assert.equal(badge('src/main.ts'), undefined);
    assert.equal(badge('src'), 'L');
    assert.ok(fired().includes(join(registry.root, 'src/main.ts')));
  });

  it('are fired in events that the host does not cut', async () => {
    const files = Array.from({ length: 600 }, (_, i) => `gen/f${i}.ts`);
    await lock('ana', ...files);
    await world.untilLocked(files.length);
    assert.equal(fired().length, files.length + 2);
    assert.ok(events.every((uris) => uris !== undefined && uris.length <= 250));
  });

  it('fire nothing for signs of life', async () => {
    await lock('ana', 'src/main.ts');
    await world.untilLocked(1);
    const count = events.length;
    await lock('ana', 'README.md');
    await world.untilLocked(2);
    const added = events.slice(count).flatMap((uris) => uris?.map(({ fsPath }) => fsPath));
    assert.deepEqual(added.toSorted(), [registry.root, join(registry.root, 'README.md')]);
  });

  it('leave files that are in no repository of ours alone', () => {
    assert.equal(decorations.provideFileDecoration(vscode.Uri.file('/etc/hosts')), undefined);
    assert.equal(decorations.provideFileDecoration(vscode.Uri.parse('untitled:x')), undefined);
  });
});
