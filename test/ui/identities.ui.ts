import { strict as assert } from 'node:assert';

import { clickDialogButton, readDialog } from '../support/vscode/notifications.ts';
import type { RowQuery } from '../support/vscode/treeRows.ts';
import { startUiSession } from '../support/vscode/uiSession.ts';
import type { UiSession } from '../support/vscode/uiSession.ts';
import { waitUntil } from '../support/vscode/waitUntil.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { IdentityFolder } from './support/identityFolder.ts';
import { SessionHome } from './support/sessionHome.ts';
import { UiWorld } from './support/uiWorld.ts';
import { settle, showAgents } from './support/windowDressing.ts';

const viewTitle = 'Identities';
const review = 'Look at the last change of the checkout page';
/** What the first message of an agent with instructions begins with. */
const instructed =
  'You are the agent named "reviewer". Your standing instructions, which hold for everything that follows:';

describe('named agents', () => {
  const world = new UiWorld();
  const home = new SessionHome();
  const files = new IdentityFolder(world.folder);
  let session: UiSession | undefined;
  let workbench: Workbench;

  before(async () => {
    await world.initGit('main');
    home.onPrompt(instructed, [
      ['say', 'The change is fine, but **the total** is rounded twice. I would round it once.'],
    ]);
    session = await startUiSession({
      target: world.folder,
      size: { width: 1200, height: 900 },
      env: home.env,
    });
    workbench = session.workbench;
    await showAgents(workbench, { sideBarWidth: 420 });
    for (const other of ['Agents', 'File Locks', 'Sessions']) {
      await workbench.tree(other).foldSection();
    }
    await workbench.tree(viewTitle).expandSection();
  });

  after(async () => {
    await session?.stop();
    await world.dispose();
    home.dispose();
  });

  const shoot = async (name: string): Promise<void> => {
    await settle(workbench);
    await workbench.screenshot(name);
  };
  const shootInLight = async (name: string): Promise<void> => {
    await workbench.setTheme('light');
    await shoot(name);
    await workbench.setTheme('dark');
  };

  it('are begun with a commented file', async () => {
    const tree = workbench.tree(viewTitle);
    const { quickInput } = workbench;
    const welcome = await waitUntil('the welcome', async () => (await tree.welcome()) || undefined);
    assert.match(welcome, /No named agents yet/);
    await shoot('identities-none-dark');
    await tree.clickWelcomeButton('New Agent');
    await quickInput.waitForOpen('reviewer');
    await quickInput.submit('reviewer');
    await quickInput.waitForOpen('Which coding agent is it?');
    await shoot('identities-new-dark');
    await quickInput.pick(/Codex/);
    await tree.waitForRow(/reviewer/);
    assert.match(await workbench.editorText(), /agent\s=\s"codex"/);
    await shoot('identities-file-dark');
    await workbench.closeAllEditors();
  });

  it('are listed with state, owner and what is wrong', async () => {
    files.describe('reviewer', [
      'agent = "codex"',
      'display_name = "Code reviewer"',
      'instructions = "You review changes in this repository. You never edit files yourself."',
      'peers = ["docs"]',
      '[labels]',
      'team = "platform"',
    ]);
    files.describe('docs', ['agent = "codex"']);
    files.describe('backend', ['agent = "gemini"']);
    files.describe('mail', ['agnet = "codex"']);
    files.describe('payments', ['agent = "codex"']);
    files.describe('release', ['agent = "codex"']);
    await files.abandon('payments', 'window of Ada on shop');
    await files.hold('release', 'window of Ben on shop');
    const tree = workbench.tree(viewTitle);
    await tree.waitForDescription(
      is('release', /^owned elsewhere/),
      /window of Ben on shop \(process \d+\)/,
    );
    await tree.waitForRow(is('payments', /its owner .* is gone/));
    await tree.waitForRow(is('mail', /unusable · .*agnet/));
    assert.equal(await workbench.activityBarBadge('Heddle Agents'), '1');
    await shoot('identities-view-dark');
    await shootInLight('identities-view-light');
  });

  it('are taken over when their owner is gone', async () => {
    const tree = workbench.tree(viewTitle);
    await tree.clickInlineAction(/payments/, 'Take Over Agent…');
    const dialog = await readDialog(workbench.page);
    assert.equal(dialog.message, 'Take over payments?');
    assert.match(dialog.detail, /window of Ada on shop \(process \d+\) is gone/);
    await shoot('identities-take-over-dark');
    await clickDialogButton(workbench.page, 'Take Over');
    await tree.waitForRow(is('payments', /ready · this window/));
  });

  it('start as a roster, with a result for each', async () => {
    const tree = workbench.tree(viewTitle);
    await tree.clickTitleAction('Start Roster…');
    const dialog = await readDialog(workbench.page);
    assert.equal(dialog.message, 'Start 4 agents?');
    for (const name of [/backend/, /docs/, /release, owned by window of Ben/, /reviewer/]) {
      assert.match(dialog.detail, name);
    }
    await shoot('identities-roster-dark');
    await clickDialogButton(workbench.page, 'Start');
    const { quickInput } = workbench;
    await quickInput.waitForOpen('Choose one to see its page');
    const rows = await quickInput.rows();
    assert.deepEqual(
      rows.map(({ label, description }) => `${label} ${description}`),
      ['backend broken', 'release held elsewhere', 'docs created', 'reviewer created'],
    );
    await shoot('identities-roster-result-dark');
    await quickInput.pick(/backend/);
  });

  it('say why they are broken and what to do', async () => {
    const page = await workbench.webview('backend');
    await page.locator('#part-trouble .failed').waitFor();
    const text = await page.locator('main').innerText();
    assert.match(text, /was not found on this machine/);
    await shoot('identities-broken-dark');
    await shootInLight('identities-broken-light');
    await workbench.closeAllEditors();
  });

  it('work when they have a message, and show what they said', async () => {
    const tree = workbench.tree(viewTitle);
    const { quickInput } = workbench;
    await tree.clickInlineAction(/Code reviewer/, 'Send Message…');
    await quickInput.waitForOpen('What shall it do?');
    assert.match(await quickInput.message(), /It is ready and begins at once/);
    await shoot('identities-send-dark');
    await quickInput.submit(review);
    const page = await workbench.webviewOpenedBy('Code reviewer', () =>
      tree.select(/Code reviewer/),
    );
    await page.locator('#part-output').getByText('rounded twice').waitFor();
    await page.locator('#part-status').getByText('ready').waitFor();
    const text = await page.locator('main').innerText();
    for (const part of [/this window/, /You review changes/, /docs/, new RegExp(review)]) {
      assert.match(text, part);
    }
    await shoot('identities-page-dark');
    await shootInLight('identities-page-light');
    await page.locator('#part-history').scrollIntoViewIfNeeded();
    await page.locator('.history li').last().scrollIntoViewIfNeeded();
    await shoot('identities-history-dark');
  });

  it('are the same after the window was reloaded', async () => {
    await workbench.reloadWindow();
    const tree = workbench.tree(viewTitle);
    await tree.waitForRow(is('Code reviewer', /ready · this window/));
    const page = await workbench.webview('Code reviewer');
    await page.locator('#part-output').getByText('rounded twice').waitFor();
  });

  it('begin anew when they are reset, after what is lost was told', async () => {
    const page = await workbench.webview('Code reviewer');
    await page.locator('#action-reset').click();
    const dialog = await readDialog(workbench.page);
    assert.equal(dialog.message, 'Reset Code reviewer?');
    assert.match(dialog.detail, /what it has in mind is lost/);
    await shoot('identities-reset-dark');
    await clickDialogButton(workbench.page, 'Reset');
    await workbench.tree(viewTitle).waitForRow(is('Code reviewer', /generation 1/));
    await workbench.closeAllEditors();
  });

  it('are described with help from the schema', async () => {
    await workbench.tree(viewTitle).clickContextMenuItem(/docs/, 'Open File of Agent');
    await workbench.page.locator('.monaco-editor .view-lines').first().click();
    await workbench.page.keyboard.press('Control+End');
    await workbench.page.keyboard.press('Control+Space');
    await workbench.page
      .locator('.suggest-widget .monaco-list-row', { hasText: 'peers' })
      .waitFor();
    await shoot('identities-completion-dark');
    await workbench.page.keyboard.press('Escape');
    await workbench.closeAllEditors();
  });
});

/** The row of an agent that is described like this. */
function is(name: string, description: RegExp): RowQuery {
  return (row) => row.label === name && description.test(row.description);
}
