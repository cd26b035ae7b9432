import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { closeMenu } from '../support/vscode/contextMenu.ts';
import { startUiSession } from '../support/vscode/uiSession.ts';
import type { UiSession } from '../support/vscode/uiSession.ts';
import type { TreeView } from '../support/vscode/treeView.ts';
import { openWorkbench } from '../support/vscode/workbench.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { waitUntil } from '../support/vscode/waitUntil.ts';
import { joinCast } from './support/cast.ts';
import { UiWorld } from './support/uiWorld.ts';
import { settle, showAgents, statusItem } from './support/windowDressing.ts';

const writing = /Initialise|Reserve|Release|Reap|Delete|Terminal|Start|Send/;

describe('a window that is not trusted', () => {
  const world = new UiWorld();
  const bare = new UiWorld('bare');
  let session: UiSession | undefined;
  let workbench: Workbench;
  let tree: TreeView;

  before(async () => {
    await joinCast(world);
    session = await startUiSession({
      target: world.folder,
      isTrusted: false,
      size: { width: 1100, height: 700 },
    });
    workbench = session.workbench;
    tree = await showAgents(workbench, { sideBarWidth: 420 });
  });

  after(async () => {
    await session?.stop();
    await world.dispose();
    await bare.dispose();
  });

  it('shows the agents', async () => {
    await tree.waitForRow('Grace');
    assert.equal((await tree.waitForRow(/gemini/)).icon, 'error');
    assert.equal((await workbench.statusBar.waitFor(statusItem)).background, 'warning');
    await settle(workbench);
    await workbench.screenshot('restricted');
  });

  it('offers no command that writes, neither in the palette nor in the menus', async () => {
    await waitUntil('commands that only read', async () => {
      const found = await workbench.commandTitles('Heddle Agents: Refresh Agents');
      return found.some((title) => title.endsWith('Refresh Agents')) ? true : undefined;
    });
    assert.deepEqual(withWriting(await workbench.commandTitles('Heddle Agents: ')), []);
    for (const wanted of [
      ...['Reserve Thread', 'Reap', 'Release as Complete', 'Delete Entry'],
      ...['Start Session', 'Start Roster', 'Send Message'],
    ]) {
      const found = await workbench.commandTitles(`Heddle Agents: ${wanted}`);
      const ours = found.filter((title) => title.startsWith('Heddle Agents: '));
      assert.deepEqual(withWriting(ours), []);
    }
    assert.deepEqual(withWriting(await tree.titleActions()), []);
    assert.deepEqual(withWriting(await tree.inlineActions(/gemini/)), []);

    const items = await tree.openContextMenu(/gemini/);
    assert.ok(items.includes('Show Details'));
    assert.deepEqual(withWriting(items), []);
    await closeMenu(workbench.page);
    assert.deepEqual(withWriting(await tree.openTitleMenu()), []);
    await closeMenu(workbench.page);
  });

  it('says in the tooltip of the status bar nothing that it cannot do', async () => {
    await workbench.statusBar.tooltip(statusItem);
    await workbench.screenshot('restricted-status-bar');
    const links = await workbench.page.locator('.monaco-hover:visible a').allInnerTexts();
    assert.deepEqual(withWriting(links), []);
  });

  it('has no button on the page of an agent that writes', async () => {
    const page = await workbench.webviewOpenedBy('feature/payments', () => tree.select(/gemini/));
    await page.locator('h1').waitFor();
    await settle(workbench);
    await workbench.screenshot('restricted-details');
    assert.deepEqual(withWriting(await page.locator('.actions button').allInnerTexts()), []);
  });

  it('says where there is no registry that trust comes first', async () => {
    assert.ok(session);
    const window = await openWorkbench(session.server, {
      target: bare.folder,
      size: { width: 1100, height: 700 },
    });
    const agents = await showAgents(window);
    const welcome = await waitUntil('a welcome', async () => (await agents.welcome()) || undefined);
    assert.match(welcome, /No agent registry in this repository yet\. Trust the workspace/);
    assert.match(welcome, /Manage Workspace Trust/);
    await settle(window);
    await window.screenshot('restricted-absent');
    assert.ok(!existsSync(join(bare.folder, '.heddle')), 'looking makes nothing');
    await window.close();
  });

  it('offers everything once the folder is trusted', async () => {
    await workbench.trustWorkspace();
    const modal = workbench.page.locator('.monaco-modal-editor-block');
    if (await modal.isVisible()) {
      await modal.locator('.action-label[aria-label^="Close"]').first().click();
      await modal.waitFor({ state: 'hidden' });
    }
    await waitUntil('Reserve Thread… in the title of the view', async () =>
      (await tree.titleActions()).includes('Reserve Thread…') ? true : undefined,
    );
  });
});

function withWriting(labels: readonly string[]): string[] {
  return labels.filter((label) => writing.test(label));
}
