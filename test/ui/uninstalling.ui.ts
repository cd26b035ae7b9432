import { strict as assert } from 'node:assert';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { installVsix, startCodeServer, type CodeServer } from '../support/vscode/codeServer.ts';
import { findPackage } from '../support/vscode/uiSession.ts';
import { openWorkbench, type Workbench } from '../support/vscode/workbench.ts';
import { FakeHome } from './support/fakeHome.ts';
import { UiWorld } from './support/uiWorld.ts';
import { showAgents } from './support/windowDressing.ts';

describe('uninstalling the extension', () => {
  const world = new UiWorld();
  const home = new FakeHome({ claude: '2.1.9 (Claude Code)' });
  let extensionsDir: string;
  let server: CodeServer | undefined;
  let workbench: Workbench;

  before(async () => {
    void world.agentsFolder;
    await world.initGit('main');
    extensionsDir = await mkdtemp(join(tmpdir(), 'heddle-uninstall-'));
    await installVsix(await findPackage(), extensionsDir);
    server = await startCodeServer({
      ...{ folder: world.folder, extensionsDir, trustedWorkspaces: true },
      ...{ env: home.env, idleTimeoutSeconds: 900 },
    });
    workbench = await openWorkbench(server, { target: world.folder });
    await showAgents(workbench);
    const { exitCode } = await world.cli('connect', 'claude-code');
    assert.equal(exitCode, 0);
  });

  after(async () => {
    await workbench.close();
    await server?.stop();
    await rm(extensionsDir, { recursive: true, force: true });
    await world.dispose();
    home.dispose();
  });

  it('offers to disconnect the agents that are still connected, and does it', async () => {
    await workbench.runCommand('Extensions: Show Installed Extensions');
    const { page } = workbench;
    const entry = page.locator('.extension-list-item', { hasText: 'Heddle Agents' }).first();
    await entry.click();
    await page.locator('.extension-editor .action-label.uninstall').first().click();
    const told = await workbench.notifications.waitFor('Heddle Agents was uninstalled');
    assert.match(told.text, /Claude Code/);
    assert.deepEqual(told.buttons, ['Disconnect Agents…']);
    await workbench.screenshot('uninstalled-dark');
    await workbench.notifications.clickButton('was uninstalled', 'Disconnect Agents…');
    await workbench.quickInput.waitForOpen(/Which connections/);
    await workbench.quickInput.accept();
    await workbench.quickInput.waitForOpen(/would change/);
    await workbench.quickInput.pick('Disconnect');
    await workbench.notifications.waitFor('The settings are as they were before.');
    const left = await readdir(world.folder);
    assert.ok(!left.includes('.claude'), left.join(', '));
  });
});
