import { strict as assert } from 'node:assert';

import { clickMenuItem } from '../support/vscode/contextMenu.ts';
import { startUiSession } from '../support/vscode/uiSession.ts';
import type { UiSession } from '../support/vscode/uiSession.ts';
import type { TreeView } from '../support/vscode/treeView.ts';
import { waitUntil } from '../support/vscode/waitUntil.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { FakeAgent } from '../process/hook/hookRepository.ts';
import { heddleRootAt } from '../../src/node/heddleRoot.ts';
import { openRegistry } from '../../src/node/openRegistry.ts';
import { shopFiles } from './support/lockedShop.ts';
import { UiWorld } from './support/uiWorld.ts';
import { locksViewTitle, settle, showAgents } from './support/windowDressing.ts';

describe('refusals and violations in a window', () => {
  const world = new UiWorld();
  let holder: FakeAgent;
  let other: FakeAgent;
  let session: UiSession | undefined;
  let workbench: Workbench;
  let agents: TreeView;
  let locks: TreeView;

  const edit = (path: string) => ({
    file_path: `${world.folder}/${path}`,
    old_string: 'a',
    new_string: 'b',
  });

  before(async () => {
    for (const [path, text] of Object.entries(shopFiles)) world.writeSource(path, text);
    await world.initGit('main');
    void world.agentsFolder;
    holder = new FakeAgent(world.folder, 'holder-1', {});
    other = new FakeAgent(world.folder, 'other-2', {});
    await holder.fire('SessionStart', { source: 'startup', model: 'claude-opus-4-1' });
    await other.fire('SessionStart', { source: 'startup', model: 'claude-sonnet-4-5' });
    for (const path of ['src/cart.ts', 'src/checkout.ts']) {
      await holder.before('Edit', edit(path), `edit ${path}`);
      await holder.after('Edit', edit(path), `edit ${path}`);
    }
    session = await startUiSession({ target: world.folder, size: { width: 1200, height: 800 } });
    workbench = session.workbench;
    agents = await showAgents(workbench, { sideBarWidth: 520 });
    locks = workbench.tree(locksViewTitle);
    await locks.waitForRow('cart.ts');
  });

  after(async () => {
    await session?.stop();
    for (const agent of [holder, other]) agent.kill();
    await world.dispose();
  });

  it('shows who was refused, for what, by whom, in a group that stays closed', async () => {
    for (const id of ['1', '2']) await other.before('Edit', edit('src/checkout.ts'), `try ${id}`);
    const group = await locks.waitForRow('Refusals and Violations');
    assert.equal(group.isExpanded, false);
    assert.equal(group.icon, 'circle-slash');
    await locks.expand('Refusals and Violations');
    const row = await locks.waitForRow(({ description }) => description.includes('was refused'));
    assert.match(
      row.description,
      /^Claude Code · sonnet-4-5 was refused · held by Claude Code · opus-4-1 · 2 times · /,
    );
  });

  it('warns of a shell write, shows it in the group, and shows what it changed', async () => {
    const input = { command: "sed -i 's/total/sum/' src/cart.ts" };
    await other.before('Bash', input, 'shell 1');
    world.writeSource(
      'src/cart.ts',
      world.readSource('src/cart.ts').replace(/\n/, ' // shortened\n'),
    );
    await other.after('Bash', input, 'shell 1');
    const { activity } = openRegistry(heddleRootAt(world.folder));
    const { events } = await activity.read();
    const actor = events.findLast(({ kind }) => kind === 'lock-refused')?.actor ?? { name: '' };
    await activity.append([
      { atMs: Date.now(), kind: 'edit-unguarded', actor, paths: ['src/payments.ts'] },
    ]);

    const told = await workbench.notifications.waitFor(/shell command of Claude Code/);
    assert.deepEqual(told.buttons, ['Show Changes', 'Show Who Did It']);
    const row = await locks.waitForRow(({ description }) => description.includes('in a shell'));
    assert.equal(row.icon, 'warning');
    await locks.waitForRow(({ description }) => description.includes('edited it unguarded'));
    for (const theme of ['light', 'dark'] as const) {
      await workbench.setTheme(theme);
      await settle(workbench);
      await workbench.screenshot(`violations-${theme}`);
    }
    await workbench.notifications.clickButton(/shell command of/, 'Show Changes');
    await waitUntil('the diff', async () => {
      const titles = await workbench.editorTitles();
      return titles.length > 0 ? titles : undefined;
    });
    await settle(workbench);
    await workbench.screenshot('violation-diff-dark');
  });

  it('has the command in its tooltip, and a menu that leads to who did it', async () => {
    const isShell = ({ description }: { readonly description: string }): boolean =>
      description.includes('in a shell');
    assert.deepEqual(await locks.inlineActions(isShell), ['Show What Was Changed']);
    const text = await locks.tooltip(isShell);
    assert.match(text, /Command: sed -i/);
    await workbench.screenshot('violation-tooltip-dark');
    const labels = await locks.openContextMenu(isShell);
    assert.deepEqual(labels, [
      'Show What Was Changed',
      'Show Who Holds It',
      'Show Who Did It',
      'Copy What Happened',
    ]);
    await clickMenuItem(workbench.page, 'Show Who Did It');
    await agents.waitForRow(({ isSelected, label }) => isSelected && label.includes('sonnet-4-5'));
  });

  it('offers the same from the palette', async () => {
    await workbench.runCommand('Heddle Agents: Show What Was Changed');
    await workbench.quickInput.waitForOpen(/last 24 hours/);
    const rows = await workbench.quickInput.rows();
    assert.deepEqual(rows.map(({ label }) => label).sort(), ['src/cart.ts', 'src/payments.ts']);
    await settle(workbench);
    await workbench.screenshot('violation-pick-dark');
    await workbench.quickInput.cancel();
  });
});
