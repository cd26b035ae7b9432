/// <reference lib="dom" />
import { strict as assert } from 'node:assert';

import type { FrameLocator } from 'playwright-core';

import { startUiSession } from '../support/vscode/uiSession.ts';
import type { UiSession } from '../support/vscode/uiSession.ts';
import type { TreeView } from '../support/vscode/treeView.ts';
import { waitUntil } from '../support/vscode/waitUntil.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { joinCast } from './support/cast.ts';
import type { Cast } from './support/cast.ts';
import { UiWorld } from './support/uiWorld.ts';
import { settle, showAgents, viewTitle } from './support/windowDressing.ts';

describe('the page of an agent', () => {
  const world = new UiWorld();
  let cast: Cast;
  let session: UiSession | undefined;
  let workbench: Workbench;
  let tree: TreeView;

  before(async () => {
    await world.initGit('main');
    cast = await joinCast(world);
    world.copyFixture('heddle-agents', 'agent-hostile-text.toml');
    session = await startUiSession({ target: world.folder, size: { width: 1100, height: 700 } });
    workbench = session.workbench;
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    tree = await showAgents(workbench, { sideBarWidth: 320 });
    await tree.waitForRow('Grace');
  });

  after(async () => {
    await session?.stop();
    await world.dispose();
  });

  it('has fields, chain, usage, evidence and the raw file', async () => {
    const page = await openPage(workbench, tree, /sonnet-4-5/);
    const text = await page.locator('main').innerText();
    for (const part of [
      /alive · thread feature\/checkout · started .* ago/,
      new RegExp(`Process ${cast.pid} is running\\.`),
      /Tokens in\s+120,345/,
      /Tokens for reasoning\s+2,048/,
      /Cost\s+\$1\.84/,
      /Task\s+Try the checkout again when the payment provider times out/,
      new RegExp(`Session\\s+${cast.claude}`),
    ]) {
      assert.match(text, part);
    }
    assert.deepEqual((await chainOf(page)).map(firstWords), ['Grace', 'Claude Code']);
    assert.deepEqual(await page.locator('.actions button').allInnerTexts(), [
      'Open Entry File',
      'Open Worktree',
      'Release…',
      'Copy Session ID',
    ]);
    await settle(workbench);
    await workbench.screenshot('details-dark');

    await page.locator('#raw-summary').click();
    assert.match(await page.locator('#raw-text').innerText(), /^input_tokens = 120345$/m);
    await page.locator('#raw-text').scrollIntoViewIfNeeded();
    await settle(workbench);
    await workbench.screenshot('details-raw-dark');
  });

  it('follows the entry without losing its place', async () => {
    const page = await workbench.webview('Claude Code');
    const before = await scrollTop(page);
    assert.ok(before > 0, 'it was scrolled to the raw file');
    await world.agent('update', cast.claude, '--input-tokens', '200001', '--tool-calls', '43');
    await page.locator('table', { hasText: '200,001' }).first().waitFor({ state: 'attached' });
    await waitUntil('the new raw file', async () =>
      (await page.locator('#raw-text').innerText()).includes('input_tokens = 200001')
        ? true
        : undefined,
    );
    assert.equal(await scrollTop(page), before);
  });

  it('survives Reload Window at the place where it was', async () => {
    const before = await scrollTop(await workbench.webview('Claude Code'));
    await workbench.reloadWindow();
    const page = await workbench.webview('Claude Code');
    await page.locator('#raw-text').waitFor();
    await waitUntil('the place where it was', async () =>
      Math.abs((await scrollTop(page)) - before) < 5 ? true : undefined,
    );
    tree = workbench.tree(viewTitle);
  });

  it('copies the session id', async () => {
    const page = await workbench.webview('Claude Code');
    await page.locator('button', { hasText: 'Copy Session ID' }).click();
    await waitUntil('the session id on the clipboard', async () => {
      const copied = await workbench.page.evaluate(() => navigator.clipboard.readText());
      return copied === cast.claude ? true : undefined;
    });
  });

  it('asks how to release, and opens the entry file', async () => {
    const page = await workbench.webview('Claude Code');
    await page.locator('button', { hasText: 'Release…' }).click();
    await workbench.quickInput.waitForOpen(/Release as/);
    await settle(workbench);
    await workbench.screenshot('details-release');
    await workbench.quickInput.cancel();

    await page.locator('button', { hasText: 'Open Entry File' }).click();
    await waitUntil('the entry file', async () =>
      (await workbench.editorTitles()).includes(`${cast.claude}.toml`) ? true : undefined,
    );
    await workbench.closeAllEditors();
  });

  it('leads up the chain', async () => {
    const page = await openPage(workbench, tree, /haiku-4-5/);
    assert.deepEqual((await chainOf(page)).map(firstWords), [
      'Grace',
      'Claude Code',
      'Claude Code',
    ]);
    await settle(workbench);
    await workbench.screenshot('details-subagent');
    await page.locator('.chain button', { hasText: 'sonnet-4-5' }).click();
    const parent = await waitUntil('the page of its parent', async () => {
      const shown = await workbench.webview('feature/checkout');
      const heading = await shown.locator('h1').innerText({ timeout: 2_000 });
      return heading.includes('sonnet-4-5') ? shown : undefined;
    });
    await parent.locator('.chain button', { hasText: 'Grace' }).waitFor();
    await workbench.closeAllEditors();
  });

  it('shows hostile text as text', async () => {
    const page = await openPage(workbench, tree, '$(zap) <b>m</b>');
    assert.equal(await page.locator('h1').innerText(), '$(zap) <b>m</b>');
    assert.equal(await page.locator('main :is(img, b, a, .codicon, script, iframe)').count(), 0);
    const text = await page.locator('main').innerText();
    assert.ok(text.includes('<img src=x onerror=alert(1)>'), text);
    assert.ok(!/[\u202e\u001b]/.test(text), 'it turns or escapes nothing');
    await page.locator('#raw-summary').click();
    assert.equal(await page.locator('main :is(img, b, a, .codicon, script, iframe)').count(), 0);
    await settle(workbench);
    await workbench.screenshot('details-hostile');
    await workbench.closeAllEditors();
  });

  it('is a page of the light theme, too', async () => {
    const page = await openPage(workbench, tree, /gemini-2/);
    assert.match(await page.locator('main').innerText(), /dead · thread feature\/payments/);
    await page.locator('button', { hasText: 'Reap' }).waitFor();
    for (const theme of ['light', 'high-contrast-light', 'high-contrast-dark'] as const) {
      await workbench.setTheme(theme);
      await settle(workbench);
      await workbench.screenshot(`details-${theme}`);
    }
    await workbench.setTheme('dark');
  });

  it('says that its entry was removed, and keeps what was known', async () => {
    const page = await workbench.webview('Gemini');
    await world.removeFile(`${cast.lost}.toml`);
    await page.locator('.notice', { hasText: 'This entry was removed.' }).waitFor();
    assert.match(await page.locator('main').innerText(), /feature\/payments/);
    assert.equal(await page.locator('button', { hasText: 'Reap' }).count(), 0);
    await settle(workbench);
    await workbench.screenshot('details-removed');
  });
});

/** Clicks a row and returns the page that opens. */
async function openPage(
  workbench: Workbench,
  tree: TreeView,
  row: string | RegExp,
): Promise<FrameLocator> {
  const { label } = await tree.waitForRow(row);
  const page = await workbench.webviewOpenedBy(label, () => tree.select(row));
  await page.locator('h1').waitFor();
  return page;
}

async function chainOf(page: FrameLocator): Promise<string[]> {
  return await page.locator('.chain li').allInnerTexts();
}

function firstWords(text: string): string {
  return text.split(' · ')[0] ?? '';
}

async function scrollTop(page: FrameLocator): Promise<number> {
  return await page.locator('html').evaluate(() => window.scrollY);
}
