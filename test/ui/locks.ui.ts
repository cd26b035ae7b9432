import { strict as assert } from 'node:assert';

import { clickMenuItem } from '../support/vscode/contextMenu.ts';
import type { TreeRow } from '../support/vscode/treeRows.ts';
import type { TreeView } from '../support/vscode/treeView.ts';
import { startUiSession } from '../support/vscode/uiSession.ts';
import type { UiSession } from '../support/vscode/uiSession.ts';
import { waitUntil } from '../support/vscode/waitUntil.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { joinCast } from './support/cast.ts';
import type { Cast } from './support/cast.ts';
import { lockShop, shopFiles } from './support/lockedShop.ts';
import { UiWorld } from './support/uiWorld.ts';
import { locksViewTitle, settle, showAgents, statusItem } from './support/windowDressing.ts';

describe('held files in a window', () => {
  const world = new UiWorld();
  let cast: Cast;
  let session: UiSession | undefined;
  let workbench: Workbench;
  let agents: TreeView;
  let locks: TreeView;

  before(async () => {
    for (const [path, text] of Object.entries(shopFiles)) world.writeSource(path, text);
    await world.initGit('feature/login');
    cast = await joinCast(world);
    await lockShop(world, cast);
    for (let i = 0; i < 3; i += 1) {
      const { exitCode } = await world.cli('lock', 'src/cart.ts', '--agent', cast.claude);
      assert.equal(exitCode, 3);
    }
    void world.cli(...['lock', 'src/checkout.ts', '--agent', cast.codex, '--wait', '10m']);
    session = await startUiSession({ target: world.folder, size: { width: 1200, height: 800 } });
    workbench = session.workbench;
    agents = await showAgents(workbench, { sideBarWidth: 460 });
    locks = workbench.tree(locksViewTitle);
    await locks.waitForRow('checkout.ts');
  });

  after(async () => {
    await session?.stop();
    await world.dispose();
  });

  it('shows by folder who holds what, for how much longer, and who waits in which place', async () => {
    await locks.waitForRow(/^Codex · gpt-5-codex$/);
    assert.deepEqual(outline(await locks.rows()), [
      'shop',
      '  test',
      'docs',
      '  orders.md',
      '    Codex · gpt-5-codex',
      '    Codex · gpt-5-mini',
      'src',
      '  cart.ts',
      '  checkout.ts',
      '    Codex · gpt-5-codex',
      'Refusals and Violations',
      'Contention',
    ]);
    await locks.waitForDescription('checkout.ts', /^Claude Code · sonnet-4-5 · .+ left$/);
    await locks.waitForDescription('orders.md', /^2 hold it/);
    const waiting = await locks.waitForRow(({ label, description }) =>
      label.startsWith('Codex') ? description.startsWith('waits') : false,
    );
    assert.match(waiting.description, /^waits, 1st, for /);
    await locks.expand('Contention');
    const contended = await locks.waitForRow(
      ({ label, description }) => label.includes('cart.ts') && description.includes('3'),
    );
    assert.equal(contended.level, 2);
    await settle(workbench);
    await workbench.screenshot('locks-by-folder-dark');
    await locks.collapse('Contention');
  });

  it('shows under an agent what it holds', async () => {
    await agents.waitForRow('orders.md');
    const rows = outline(await agents.rows());
    const codex = rows.findIndex((row) => row.trim() === 'Codex · gpt-5-codex');
    const below = rows.slice(codex + 1, codex + 3).map((row) => row.trim());
    assert.deepEqual(below, ['orders.md', 'cart.ts']);
    assert.match(await agents.tooltip(/sonnet-4-5/), /Files held: 1/);
  });

  it('has badges and summaries in the explorer, also on collapsed folders, with everything in the tooltip', async () => {
    await workbench.runCommand('View: Show Explorer');
    const { explorer } = workbench;
    await explorer.waitForRow('src');
    assert.equal((await explorer.waitForRow('src')).badge, '•!');
    assert.equal((await explorer.waitForRow('docs')).badge, '•s');
    assert.equal((await explorer.waitForRow('test')).badge, 'L');
    await explorer.expand('src');
    await explorer.expand('docs');
    assert.equal((await explorer.waitForRow('checkout.ts')).badge, 'L!');
    assert.equal((await explorer.waitForRow('cart.ts')).badge, 'L');
    assert.equal((await explorer.waitForRow('orders.md')).badge, 'Ls');
    const free = await explorer.waitForRow('payments.ts');
    assert.equal(free.badge, '');
    const held = await explorer.waitForRow('cart.ts');
    assert.equal(held.color, free.color, 'a lock does not look like a change');

    const text = await explorer.tooltip('checkout.ts');
    for (const part of [
      'Locked by Claude Code · sonnet-4-5',
      'Grace › Claude Code · sonnet-4-5',
      'Retry when the provider times out',
      'Waiting: Codex · gpt-5-codex',
    ]) {
      assert.ok(text.includes(part), `the tooltip lacks "${part}":\n${text}`);
    }
    await settle(workbench);
    await workbench.screenshot('explorer-dark');
    await workbench.setTheme('light');
    await settle(workbench);
    await workbench.screenshot('explorer-light');
    await workbench.setTheme('dark');
  });

  it('shows a lock that another process takes, and its end', async () => {
    const { explorer } = workbench;
    const lock = ['lock', 'src/payments.ts', '--agent', cast.reviewer];
    assert.equal((await world.cli(...lock)).exitCode, 0);
    await explorer.waitForRow(({ label, badge }) => label === 'payments.ts' && badge === 'L');
    assert.equal((await world.cli('unlock', ...lock.slice(1))).exitCode, 0);
    await explorer.waitForRow(({ label, badge }) => label === 'payments.ts' && badge === '');
  });

  it('counts down without a change of any file', async () => {
    const named = ['lock', 'src/tax/rates.ts', '--agent', 'a script', '--ttl', '55s'];
    assert.equal((await world.cli(...named)).exitCode, 0);
    await workbench.openActivityBarContainer('Heddle Agents');
    const row = await locks.waitForDescription('rates.ts', /^a script · \d+ s left$/);
    await waitUntil('less time left', async () => {
      const { description } = await locks.waitForRow('rates.ts');
      return secondsLeft(description) < secondsLeft(row.description) ? true : undefined;
    });
    assert.equal((await world.cli('unlock', '--all', '--agent', 'a script')).exitCode, 0);
    await locks.waitForNoRow('rates.ts');
  });

  it('frees what a killed agent held, at once', async () => {
    const pid = await world.startProcess();
    const doomed = await world.join({ key: 'opencode:x', harness: 'opencode', model: 'k2', pid });
    assert.equal((await world.cli('lock', 'src/tax', '--agent', doomed)).exitCode, 0);
    await locks.waitForRow('tax');
    await world.kill(pid);
    await locks.waitForNoRow('tax');
  });

  it('counts agents, held files and who waits in the status bar', async () => {
    const item = await workbench.statusBar.waitFor(statusItem);
    assert.match(item.ariaLabel, /alive.*1 dead reservation.*4 .*1 /);
    await workbench.statusBar.tooltip(statusItem);
    await workbench.screenshot('locks-status-bar');
  });

  it('arranges by holder through the menu of the view', async () => {
    await settle(workbench);
    await locks.openTitleMenu();
    await clickMenuItem(workbench.page, 'Group by Holder');
    const claude = await locks.waitForRow(
      ({ label, level }) => level === 1 && label === 'Claude Code · sonnet-4-5',
    );
    assert.equal(claude.level, 1);
    await settle(workbench);
    await workbench.screenshot('locks-by-holder-dark');
    for (const theme of ['light', 'high-contrast-dark'] as const) {
      await workbench.setTheme(theme);
      await settle(workbench);
      await workbench.screenshot(`locks-by-holder-${theme}`);
    }
    await workbench.setTheme('dark');
  });
});

/** The labels, each indented by its level. */
function outline(rows: readonly TreeRow[]): string[] {
  return rows.map(({ label, level }) => `${'  '.repeat(level - 1)}${label}`);
}

function secondsLeft(description: string): number {
  return Number(/(\d+) s left/.exec(description)?.[1]);
}
