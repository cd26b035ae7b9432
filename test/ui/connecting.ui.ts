import { strict as assert } from 'node:assert';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { FakeAgent } from '../process/hook/hookRepository.ts';
import { startUiSession } from '../support/vscode/uiSession.ts';
import type { UiSession } from '../support/vscode/uiSession.ts';
import type { TreeView } from '../support/vscode/treeView.ts';
import { waitUntil } from '../support/vscode/waitUntil.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { shopFiles } from './support/lockedShop.ts';
import { FakeHome } from './support/fakeHome.ts';
import { UiWorld } from './support/uiWorld.ts';
import { settle, showAgents } from './support/windowDressing.ts';

const settingsText = `{
  // What Claude may do without asking.
  "permissions": {
    "allow": ["Bash(npm test)", "Bash(npm run lint)"]
  },
  "model": "opus"
}
`;

describe('connecting agents in a window', () => {
  const world = new UiWorld();
  const home = new FakeHome({ claude: '2.1.9 (Claude Code)', codex: 'codex-cli 0.50.0' });
  let running: FakeAgent;
  let session: UiSession | undefined;
  let workbench: Workbench;
  let agents: TreeView;
  const settings = join(world.folder, '.claude/settings.local.json');

  before(async () => {
    for (const [path, text] of Object.entries(shopFiles)) world.writeSource(path, text);
    await world.initGit('main');
    world.writeSource('.claude/settings.local.json', settingsText);
    void world.agentsFolder;
    running = new FakeAgent(world.folder, 'session-1', { HOME: home.folder });
    session = await startUiSession({
      target: world.folder,
      env: home.env,
      size: { width: 1200, height: 800 },
    });
    workbench = session.workbench;
    agents = await showAgents(workbench, { sideBarWidth: 380 });
  });

  after(async () => {
    await session?.stop();
    running.kill();
    await world.dispose();
    home.dispose();
  });

  it('shows who works here and is not connected, with how that is known', async () => {
    await agents.waitForRow('Not Connected');
    const row = await agents.waitForDescription('Claude Code', `process ${running.pid}`);
    assert.equal(row.level, 2);
    assert.deepEqual(await agents.inlineActions('Claude Code'), ['Connect Agents…']);
    const text = await agents.tooltip('Claude Code');
    assert.match(text, /Confidence: high/);
    await workbench.screenshot('not-connected-tooltip-dark');
  });

  it('shows one that was started in a terminal of the window, and leads to it', async () => {
    await workbench.runCommand('Terminal: Create New Terminal');
    await workbench.page.locator('.terminal-wrapper.active .xterm-helper-textarea').waitFor();
    await workbench.page.waitForTimeout(1500);
    await workbench.page.keyboard.type('claude\n', { delay: 30 });
    const isInTerminal = ({ description }: { readonly description: string }): boolean =>
      description.includes(' · terminal ');
    await agents.waitForDescription(isInTerminal, /^process \d+ · terminal \S+$/);
    for (const theme of ['dark', 'light'] as const) {
      await workbench.setTheme(theme);
      await settle(workbench);
      await workbench.screenshot(`not-connected-${theme}`);
    }
    await workbench.setTheme('dark');
    assert.deepEqual(await agents.inlineActions(isInTerminal), [
      "Show Agent's Terminal",
      'Connect Agents…',
    ]);
    await agents.clickInlineAction(isInTerminal, "Show Agent's Terminal");
    await workbench.page.locator('.terminal-wrapper.active .xterm-helper-textarea').waitFor();
    await workbench.page.keyboard.press('Control+C');
    await agents.waitForNoRow(isInTerminal);
    await workbench.runCommand('Terminal: Kill the Active Terminal Instance');
  });

  it('shows which agents are installed, and in whose settings they can be connected', async () => {
    await workbench.runCommand('Heddle Agents: Connect Agents…');
    const rows = await waitUntil('the agents', async () => {
      const found = await workbench.quickInput.rows();
      return found.length > 3 ? found : undefined;
    });
    const found = rows.slice(0, 2).map(({ label, description, isChecked }) => {
      return [label, description, isChecked];
    });
    assert.deepEqual(found, [
      ['Claude Code', '2.1.9 · not connected', true],
      ['Codex', '0.50.0 · not connected', true],
    ]);
    await settle(workbench);
    await workbench.screenshot('connect-agents-dark');
    await workbench.quickInput.accept();
    await workbench.quickInput.waitForOpen('In whose settings?');
    await settle(workbench);
    await workbench.screenshot('connect-scope-dark');
  });

  it('shows the settings now and afterwards, and changes nothing before it is told to', async () => {
    await workbench.quickInput.pick('Local');
    await workbench.quickInput.waitForOpen(/would change/);
    await waitUntil('both files to be shown', async () => {
      const titles = await workbench.editorTitles();
      return titles.some((title) => title.startsWith('Connect Agents')) ? true : undefined;
    });
    await settle(workbench);
    await workbench.screenshot('connect-review-dark');
    await workbench.quickInput.pick('Claude Code');
    await waitUntil('the diff of one file', async () => {
      const titles = await workbench.editorTitles();
      return titles.some((title) => title.includes('now ↔ afterwards')) ? true : undefined;
    });
    await settle(workbench);
    await workbench.screenshot('connect-diff-dark');
    assert.equal(readFileSync(settings, 'utf8'), settingsText);
  });

  it('does it, and says what comes next', async () => {
    await workbench.quickInput.pick('Connect');
    const told = await workbench.notifications.waitFor('Connected: Claude Code, Codex.');
    assert.ok(told.buttons.includes('Check with Doctor'));
    const text = readFileSync(settings, 'utf8');
    assert.ok(text.includes('// What Claude may do without asking.'));
    assert.ok(text.includes('hook claude-code'));
    await agents.waitForRow(({ description }) => description.includes('restart it to join'));
    await settle(workbench);
    await workbench.screenshot('connected-dark');
    await workbench.notifications.clickButton('Connected: Claude Code', 'Check with Doctor');
  });

  it('shows what the doctor found as a page', async () => {
    const page = await workbench.webview('Preview Heddle Agents Doctor');
    await page.locator('h1', { hasText: 'Heddle Agents: Doctor' }).waitFor();
    await page.locator('h2', { hasText: 'Claude Code' }).waitFor();
    for (const theme of ['dark', 'light'] as const) {
      await workbench.setTheme(theme);
      await settle(workbench);
      await workbench.screenshot(`doctor-${theme}`);
    }
    await workbench.closeAllEditors();
  });

  it('has a step of the walkthrough that leads to it', async () => {
    await workbench.runCommand('View: Close Primary Side Bar');
    await workbench.runCommand('Welcome: Open Walkthrough...');
    await workbench.quickInput.pick(/Heddle Agents/);
    const { page } = workbench;
    const step = page.locator('.getting-started-step', { hasText: 'Connect your agents' });
    const heading = page
      .frameLocator('.getting-started-media iframe.webview.ready')
      .frameLocator('#active-frame')
      .locator('h2', { hasText: 'Agents that join by themselves' });
    // The picture of a step is that of another one when they are chosen too soon one after the other.
    await waitUntil('the step with its picture', async () => {
      await page.locator('.getting-started-step', { hasText: 'Reserve a thread' }).click();
      await page.waitForTimeout(500);
      await step.first().click();
      const shown = heading.waitFor({ timeout: 3000 });
      return shown.then(
        () => true,
        () => undefined,
      );
    });
    await step.locator('.monaco-button', { hasText: 'Connect Agents…' }).waitFor();
    await page.waitForTimeout(1500);
    for (const theme of ['light', 'dark'] as const) {
      await workbench.setTheme(theme);
      await settle(workbench);
      await workbench.screenshot(`walkthrough-connect-${theme}`);
    }
    await workbench.closeAllEditors();
  });

  it('puts everything back', async () => {
    await workbench.runCommand('Heddle Agents: Disconnect Agents…');
    await workbench.quickInput.waitForOpen(/Which connections/);
    await settle(workbench);
    await workbench.screenshot('disconnect-dark');
    await workbench.quickInput.accept();
    await workbench.quickInput.waitForOpen(/would change/);
    await workbench.quickInput.pick('Disconnect');
    await workbench.notifications.waitFor('The settings are as they were before.');
    assert.equal(readFileSync(settings, 'utf8'), settingsText);
    assert.equal(existsSync(join(world.folder, '.codex')), false);
  });
});
