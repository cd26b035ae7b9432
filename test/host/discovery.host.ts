import { strict as assert } from 'node:assert';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { AgentsView } from '../../src/extension/agentsView.ts';
import { DiscoveredAgents } from '../../src/extension/discovered.ts';
import { TerminalAgents } from '../../src/extension/terminalAgents.ts';
import { eventually } from '../support/eventually.ts';
import { HostAgents } from '../support/hostAgents.ts';
import { noLocks } from '../support/hostRegistrySet.ts';
import { HostLocks, withFakeView, type FakeView } from '../support/hostLocks.ts';
import { withPerson } from '../support/hostPerson.ts';
import { withQuickPicks } from '../support/hostQuickPicks.ts';
import { fingerprint, HostRegistry, run, type Failure } from '../support/hostWorld.ts';
import { makeTempFolder, removeTempFolder } from '../support/tempFolder.ts';

describe('agents that are not connected', () => {
  const agents = new HostAgents();
  let registry: HostRegistry;
  let world: HostLocks;
  let terminals: TerminalAgents;
  let discovered: DiscoveredAgents;
  let tree: AgentsView;
  let view: FakeView;

  beforeEach(async () => {
    registry = await HostRegistry.open();
    await registry.reset();
    registry.makeFolder();
    world = new HostLocks();
    terminals = new TerminalAgents();
    discovered = new DiscoveredAgents(world.registries, { terminals, logger: world.logger });
    const made = withFakeView(() => new AgentsView(world.registries, noLocks));
    [tree, view] = [made.result, made.view];
    tree.addDiscovered(discovered);
  });
  afterEach(async () => {
    for (const each of [tree, discovered, terminals, world]) each.dispose();
    await agents.killAll();
    await set(undefined);
    rmSync(join(registry.root, '.claude'), { recursive: true, force: true });
    await registry.reset();
  });

  const set = (value: boolean | undefined): Thenable<void> =>
    vscode.workspace
      .getConfiguration('heddle')
      .update('discovery.enabled', value, vscode.ConfigurationTarget.Global);
  const rows = (): readonly string[] => {
    const group = tree.getChildren().find((element) => element.startsWith('notConnected:'));
    return group === undefined ? [] : tree.getChildren(group);
  };
  const untilRows = (count: number): Promise<void> =>
    eventually(`${count} are shown`, async () => {
      await discovered.look();
      return rows().length === count;
    });

  it('are shown while they run, and nothing is written for them', async () => {
    const found = fingerprint(registry.root);
    const agent = await agents.start(registry.root, 'one');
    await untilRows(1);
    const [element = ''] = rows();
    const { label, description, contextValue } = tree.getTreeItem(element);
    assert.deepEqual(
      [label, description, contextValue],
      ['Claude Code', `process ${agent.pid}`, 'heddle.discovered'],
    );
    const { tooltip } = tree.resolveTreeItem(new vscode.TreeItem(''), element);
    assert.ok(tooltip instanceof vscode.MarkdownString);
    assert.match(tooltip.value, /Confidence.*high/);
    assert.deepEqual(fingerprint(registry.root), found);
    await agent.kill();
    await untilRows(0);
    assert.deepEqual(fingerprint(registry.root), found);
  });

  it('are those of this repository alone', async () => {
    const elsewhere = makeTempFolder();
    try {
      await agents.start(elsewhere, 'far');
      const near = await agents.start(join(registry.root, 'src'), 'near');
      await untilRows(1);
      const { description } = tree.getTreeItem(rows()[0] ?? '');
      assert.equal(description, `process ${near.pid}`);
    } finally {
      await agents.killAll();
      removeTempFolder(elsewhere);
    }
  });

  it('are the agent of the registry as soon as they register', async () => {
    const agent = await agents.start(registry.root, 'joins');
    await untilRows(1);
    await agent.hook('SessionStart', { source: 'startup', model: 'claude-opus-4' });
    await eventually('it is no row of its own', () => rows().length === 0);
    const [only] = registry.shown?.agents ?? [];
    assert.equal(only?.pid, agent.pid);
    assert.equal(tree.getChildren().length, 1);
  });

  it('are looked for only while somebody sees the view and wants it', async () => {
    await agents.start(registry.root, 'one');
    await set(false);
    await discovered.look();
    assert.deepEqual(rows(), []);
    await set(true);
    view.show(false);
    view.show(true);
    await eventually('it is found without being asked', () => rows().length === 1);
  });

  it('say when their settings are connected, and that they join when they are started anew', async () => {
    await agents.start(registry.root, 'one');
    await untilRows(1);
    const { code } = await registry.cli('connect', 'claude-code');
    assert.equal(code, 0);
    await eventually('the row says so', async () => {
      await discovered.look();
      return String(tree.getTreeItem(rows()[0] ?? '').description).includes('restart it to join');
    });
    assert.equal(tree.getTreeItem(rows()[0] ?? '').contextValue, 'heddle.discovered+connected');
    await registry.cli('disconnect', 'claude-code');
  });

  it('are connected from their row, without being asked which', async () => {
    await agents.start(registry.root, 'one');
    await untilRows(1);
    // The extension looks by itself; here its row is asked for by the same name.
    const element = rows()[0] ?? '';
    await vscode.commands.executeCommand('heddle.agents.focus');
    const { asked } = await withQuickPicks([() => undefined], async () => {
      await eventually('the window has the row as well', async () => {
        const { result } = await withPerson({}, () =>
          run<Failure>('heddle.discovered.showTerminal', element),
        );
        return result.error.code === 'not-found';
      });
      await run('heddle.agents.connect', element);
    });
    assert.equal(asked.length, 1);
    assert.equal(asked[0]?.title, 'Connect Agents');
  });
});
