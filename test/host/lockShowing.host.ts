import { strict as assert } from 'node:assert';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { AgentsView } from '../../src/extension/agentsView.ts';
import { LocksView } from '../../src/extension/locksView.ts';
import { entryText } from '../support/entryBuilder.ts';
import { eventually } from '../support/eventually.ts';
import { HostLocks, ownName, withFakeView, type FakeView } from '../support/hostLocks.ts';
import { HostRegistry, run } from '../support/hostWorld.ts';

describe('what is held', () => {
  let registry: HostRegistry;
  let world: HostLocks;
  const real = vscode.commands.executeCommand;
  const keys = new Map<string, unknown>();

  before(async () => {
    registry = await HostRegistry.open();
    Object.assign(vscode.commands, {
      executeCommand: (command: string, ...args: readonly unknown[]) => {
        if (command === 'setContext') keys.set(String(args[0]), args[1]);
        return real(command, ...args);
      },
    });
    await registry.reset();
    registry.makeFolder();
    world = new HostLocks();
  });
  afterEach(async () => {
    for (const name of ['ana', 'ben', ownName])
      await registry.cli('unlock', '--all', '--agent', name);
    await world.untilLocked(0);
  });
  after(async () => {
    Object.assign(vscode.commands, { executeCommand: real });
    world.dispose();
    await registry.reset();
  });

  const lock = async (name: string, ...args: readonly string[]): Promise<void> => {
    const { code, json } = await registry.cli('lock', ...args, '--agent', name, '--ttl', '10m');
    assert.equal(code, 0, JSON.stringify(json));
  };

  it('is told to other extensions, frozen', async () => {
    await lock('ana', 'src/main.ts', '--reason', 'split it');
    const locksOf = (): readonly string[] =>
      registry.api
        .getLocks()
        .flatMap(({ locks }) => locks.map(({ path, holder }) => `${holder.name} ${path}`));
    await eventually('the lock is known', () => locksOf().includes('ana src/main.ts'));
    const [root] = registry.api.getLocks();
    assert.equal(registry.api.getLocks()[0], root);
    assert.ok(
      Object.isFrozen(root) && Object.isFrozen(root?.locks) && Object.isFrozen(root?.locks[0]),
    );
    assert.equal(root?.locks[0]?.reason, 'split it');
  });

  it('is known to the menus by its files', async () => {
    const file = join(registry.root, 'src/main.ts');
    await lock('ana', 'src/main.ts');
    const others = (): object => keys.get('heddle.othersLockedPaths') ?? {};
    await eventually('the menus know it', () => file in others());
    await eventually('the view has rows', () => keys.get('heddle.locksState') === 'ready');
    await registry.cli('unlock', 'src/main.ts', '--agent', 'ana');
    await eventually('the menus know that it is free', () => !(file in others()));
    await eventually('the view has none', () => keys.get('heddle.locksState') === 'empty');
  });

  it('is known to the menus of the file in front when its folder is held', async () => {
    const file = join(registry.root, 'src/main.ts');
    await vscode.window.showTextDocument(vscode.Uri.file(file));
    await lock('ana', 'src');
    const others = (): object => keys.get('heddle.othersLockedPaths') ?? {};
    await eventually('the file in front counts as held', () => file in others());
    await real('workbench.action.closeAllEditors');
    await eventually('it does no more', () => !(file in others()));
    assert.ok(join(registry.root, 'src') in others());
  });

  describe('in the view File Locks', () => {
    let view: LocksView;
    let fake: FakeView;
    before(() => {
      const made = withFakeView(() => new LocksView(world.pictures, world.logger));
      ({ result: view, view: fake } = made);
    });
    after(() => view.dispose());

    const lines = (parent?: string): readonly string[] =>
      view.getChildren(parent).flatMap((element) => {
        const { label, description } = view.getTreeItem(element);
        const name = typeof label === 'string' ? label : '';
        return [`${name} | ${String(description)}`, ...lines(element)];
      });
    const elements = (parent?: string): readonly string[] =>
      view.getChildren(parent).flatMap((element) => [element, ...elements(element)]);

    it('has a row for each file, with its holder and the time left', async () => {
      await lock('ana', 'src/main.ts', 'README.md');
      await eventually('both are there', () => lines().some((line) => line.startsWith('main.ts')));
      assert.ok(lines().includes('main.ts | ana · 10 min left'));
      const row = elements().find((element) => element.includes('main.ts')) ?? '';
      const item = view.getTreeItem(row);
      assert.deepEqual(item.command?.arguments, [row]);
      assert.equal(item.contextValue, 'heddle.lock+other');
      const { tooltip } = view.resolveTreeItem(item, row);
      assert.ok(tooltip instanceof vscode.MarkdownString && tooltip.isTrusted === false);
      await view.reveal(row);
      assert.deepEqual(fake.revealed, [row]);
      for (const element of elements()) {
        assert.ok(view.getChildren(view.getParent(element)).includes(element), element);
      }
    });

    it('shows who waits, and says so with a badge when it is for one’s own file', async () => {
      await lock(ownName, 'README.md');
      const waiting = registry.cli('lock', 'README.md', '--agent', 'ben', '--wait', '60s');
      await eventually('somebody waits', () =>
        lines().some((line) => line.startsWith('ben | waits, 1st')),
      );
      await eventually('there is a badge', () => fake.badge?.value === 1);
      await registry.cli('unlock', 'README.md', '--agent', ownName);
      await waiting;
      await eventually('there is none', () => fake.badge === undefined);
    });

    it('ranks what was refused', async () => {
      await lock('ana', 'README.md');
      const { code } = await registry.cli('lock', 'README.md', '--agent', 'ben');
      assert.equal(code, 3);
      await eventually('it is listed', () =>
        lines().some((line) => /^README\.md \| \d+ refused/.test(line)),
      );
    });

    it('shows a file of a holder that cannot be read', async () => {
      await lock('ana', 'README.md');
      const folder = join(registry.root, '.heddle/file-locks');
      writeFileSync(join(folder, 'holder-999.json'), '{');
      await eventually('it is listed', () =>
        lines().some((line) => line.startsWith('holder-999.json |')),
      );
    });

    it('builds nothing while nobody sees it', async () => {
      fake.show(false);
      const fired: unknown[] = [];
      const subscription = view.onDidChangeTreeData((change) => fired.push(change));
      await lock('ana', 'src/unseen.ts');
      await world.untilLocked(1);
      assert.deepEqual(fired, []);
      fake.show(true);
      await eventually('it is painted', () => fired.length > 0);
      subscription.dispose();
    });
  });

  it('stands under its agent in the view Agents', async () => {
    registry.write('agent-a', entryText('agent-a', { more: 'harness = "codex"' }));
    await registry.untilAgent('agent-a');
    const { result: view } = withFakeView(() => new AgentsView(world.registries, world.locks));
    await lock('agent-a', 'src/main.ts');
    const labels = (): readonly unknown[] =>
      view.getChildren(registry.element('agent-a')).map((row) => view.getTreeItem(row).label);
    await eventually('the file is there', () => labels().includes('main.ts'));
    const [row = ''] = view.getChildren(registry.element('agent-a'));
    assert.equal(view.getTreeItem(row).contextValue, 'heddle.lock+other+session');
    assert.equal(view.getTreeItem(row).command?.command, 'heddle.locks.openFile');
    await run('heddle.registry.refresh');
    await registry.cli('unlock', '--all', '--agent', 'agent-a');
    await eventually('it is gone', () => labels().length === 0);
    view.dispose();
  });
});
