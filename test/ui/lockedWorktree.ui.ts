import { strict as assert } from 'node:assert';

import { startUiSession } from '../support/vscode/uiSession.ts';
import type { UiSession } from '../support/vscode/uiSession.ts';
import { openWorkbench } from '../support/vscode/workbench.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { shopFiles } from './support/lockedShop.ts';
import { UiWorld } from './support/uiWorld.ts';
import { settle } from './support/windowDressing.ts';

describe('two windows on two worktrees of one repository', () => {
  const world = new UiWorld();
  let session: UiSession | undefined;
  let main: Workbench;
  let linked: Workbench;

  before(async () => {
    for (const [path, text] of Object.entries(shopFiles)) world.writeSource(path, text);
    await world.initGit('main');
    const worktree = await world.addWorktree('feature/tax');
    await world.cli('init');
    session = await startUiSession({ target: world.folder, size: { width: 1000, height: 600 } });
    main = session.workbench;
    linked = await openWorkbench(session.server, {
      target: worktree,
      size: { width: 1000, height: 600 },
    });
    for (const window of [main, linked]) {
      await window.runCommand('View: Show Explorer');
      await window.explorer.expand('src');
    }
  });

  after(async () => {
    await session?.stop();
    await world.dispose();
  });

  it('agree on who holds a file, each from its own place', async () => {
    await linked.explorer.clickContextMenuItem('cart.ts', 'Lock This File');
    await linked.explorer.waitForRow(({ label, badge }) => label === 'cart.ts' && badge === 'Lm');
    await main.explorer.waitForRow(({ label, badge }) => label === 'cart.ts' && badge === 'L');
    assert.match(await main.explorer.tooltip('cart.ts'), /Locked by Grace/);
    await settle(linked);
    await linked.screenshot('worktree-linked');
    await main.screenshot('worktree-main');
    assert.deepEqual(await world.holdersOf('src/cart.ts'), ['Grace']);
  });

  it('exclude each other', async () => {
    await main.explorer.clickContextMenuItem('src', 'Lock Folder…');
    const refused = await main.notifications.waitFor(/Grace/);
    assert.equal(refused.severity, 'warning');
    await linked.explorer.clickContextMenuItem('cart.ts', 'Unlock');
    await main.explorer.waitForRow(({ label, badge }) => label === 'cart.ts' && badge === '');
    await main.explorer.clickContextMenuItem('src', 'Lock Folder…');
    await linked.explorer.waitForRow(({ label, badge }) => label === 'src' && badge === 'L');
  });
});
