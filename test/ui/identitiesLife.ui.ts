/// <reference lib="dom" />
import { strict as assert } from 'node:assert';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { clickDialogButton, readDialog } from '../support/vscode/notifications.ts';
import { themes, type Theme } from '../support/vscode/themes.ts';
import type { RowQuery } from '../support/vscode/treeRows.ts';
import { startUiSession } from '../support/vscode/uiSession.ts';
import type { UiSession } from '../support/vscode/uiSession.ts';
import { waitUntil } from '../support/vscode/waitUntil.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { fillHistory, longWords } from './support/identityHistory.ts';
import { IdentityFolder } from './support/identityFolder.ts';
import { OutsideOwner } from './support/outsideOwner.ts';
import { SessionHome } from './support/sessionHome.ts';
import { UiWorld } from './support/uiWorld.ts';
import { settle, showAgents } from './support/windowDressing.ts';

const viewTitle = 'Identities';
const many = 1000;
const longWork = 'Go through all the pages of the shop';
const goOn = 'Your last turn was interrupted. Go on where you stopped.';
const size = { width: 1200, height: 900 };

describe('named agents through their lives', () => {
  const world = new UiWorld();
  const home = new SessionHome();
  const files = new IdentityFolder(world.folder);
  const owners: OutsideOwner[] = [];
  let others: IdentityFolder;
  let session: UiSession | undefined;
  let workbench: Workbench;

  before(async () => {
    await world.initGit('main');
    home.onPrompt(longWork, [['say', 'I begin with the first page.'], ['silence']]);
    home.onPrompt(goOn, [['say', 'I went on with **page 7**.']]);
    files.describe('a-very-long-name-of-an-agent-that-somebody-thought-was-a-good-idea-2026', [
      'agent = "codex"',
      'display_name = "Reviewer of everything that has to do with payments, refunds and chargebacks"',
    ]);
    const linked = await world.addWorktree('feature/refunds');
    others = new IdentityFolder(linked);
    others.describe('refunds', ['agent = "codex"']);
    const target = join(world.folder, '../shop.code-workspace');
    const folders = [{ path: world.folder }, { path: linked }];
    writeFileSync(target, JSON.stringify({ folders }));
    session = await startUiSession({ target, size, env: home.env });
    workbench = session.workbench;
    await showIdentities(workbench);
  });

  after(async () => {
    for (const owner of owners) await owner.kill();
    await session?.stop();
    await world.dispose();
    home.dispose();
  });

  const shoot = async (name: string): Promise<void> => {
    await settle(workbench);
    await workbench.screenshot(name);
  };

  it('have names that are cut in rows and whole in hover texts', async () => {
    const tree = workbench.tree(viewTitle);
    const row = await tree.waitForRow(/^Reviewer of everything/);
    assert.ok(row.label.length <= 40, row.label);
    const text = await tree.tooltip(/^Reviewer of everything/);
    assert.match(text, /payments, refunds and chargebacks/);
    await workbench.screenshot('identities-long-name-dark');
    assert.equal(await workbench.activityBarBadge('Heddle Agents'), '');
  });

  it('are shown when they are a thousand, and a roster of them can be stopped', async () => {
    const tree = workbench.tree(viewTitle);
    for (let i = 0; i < many; i += 1) {
      files.describe(nameOf(i), ['agent = "codex"']);
    }
    await workbench.page
      .locator(`.monaco-list-row[aria-setsize="${many + 1}"]`)
      .first()
      .waitFor();
    // A click would open a page, which takes the keys.
    const rows = workbench.page.locator('.monaco-list-row');
    await workbench.page.locator('.tree-explorer-viewlet-tree-view .monaco-list:visible').focus();
    await workbench.page.keyboard.press('End');
    await rows.filter({ hasText: 'agent-0999' }).waitFor();
    await tree.clickTitleAction('Start Roster…');
    const dialog = await readDialog(workbench.page);
    assert.equal(dialog.message, `Start ${many + 2} agents?`);
    assert.match(dialog.detail, /• agent-0000 in shop/);
    await clickDialogButton(workbench.page, 'Start');
    await workbench.notifications.waitFor(/Starting agents.*\d+ of 1002/s);
    await workbench.screenshot('identities-roster-progress-dark');
    await workbench.notifications.clickButton(/Starting agents/, 'Cancel');
    const { quickInput } = workbench;
    await quickInput.waitForOpen('Choose one to see its page');
    const title = await quickInput.title();
    const [, started, left] = /^Agents: (\d+) created, (\d+) not started$/.exec(title) ?? [];
    assert.equal(Number(started) + Number(left), many + 2, title);
    await shoot('identities-roster-stopped-dark');
    await quickInput.type('not started');
    await waitUntil('those that were not started', async () =>
      (await quickInput.rows()).every(({ description }) => description === 'not started')
        ? true
        : undefined,
    );
    await quickInput.cancel();
  });

  it('end only when the person wants it, after their files are gone', async () => {
    const tree = workbench.tree(viewTitle);
    for (let i = 0; i < many; i += 1) {
      rmSync(join(world.folder, `.heddle/identities/${nameOf(i)}.toml`));
    }
    const notice = await workbench.notifications.waitFor(/The files of \d+ agents were changed/);
    await tree.waitForRow(is(/^Reviewer of everything/, /^ready · this window/));
    assert.deepEqual(notice.buttons, ['Reconcile…']);
    await workbench.notifications.clickButton(/The files of/, 'Reconcile…');
    const first = await readDialog(workbench.page);
    assert.equal(first.message, 'Make the agents what their files say?');
    assert.match(first.detail, /agent-0000 is not described any more; what it does ends/);
    await shoot('identities-reconcile-dark');
    await clickDialogButton(workbench.page, 'Cancel');
    await tree.waitForRow(is('agent-0000', /ready · this window/));
    await workbench.runCommand('Heddle Agents: Reconcile Agents with Files…');
    await readDialog(workbench.page);
    await clickDialogButton(workbench.page, 'Reconcile');
    await tree.waitForRow(is('agent-0000', /^asleep · no file describes it/));
    await tree.waitForNoRow(is(/^agent-/, /this window/));
    // What happened is written down behind it.
    await waitUntil('nothing lasts of them', () => {
      for (let i = 0; i < many; i += 1) {
        rmSync(join(world.folder, '.heddle/continuity', nameOf(i)), {
          recursive: true,
          force: true,
        });
      }
      return Promise.resolve(true);
    });
    await tree.waitForNoRow(/^agent-/);
  });

  it('go on after their turn was interrupted, when the person says so', async () => {
    files.describe('walker', ['agent = "codex"']);
    const owner = OutsideOwner.send(world.folder, 'walker', { text: longWork, env: home.env });
    owners.push(owner);
    const host = await waitUntil('the session', () => hostOfSession(world));
    const tree = workbench.tree(viewTitle);
    await tree.waitForDescription(is('walker', /^owned elsewhere/), /process \d+/);
    await waitUntil('its owner to have kept that it is at work', () =>
      Promise.resolve(isAtWorkIn(join(world.folder, '.heddle/continuity/walker/snapshots'))),
    );
    await owner.kill();
    process.kill(host, 'SIGKILL');
    await tree.waitForRow(is('walker', /its owner .* is gone/));
    await tree.clickInlineAction('walker', 'Start Agent');
    const notice = await workbench.notifications.waitFor(/walker was interrupted/);
    assert.deepEqual(notice.buttons, ['Go On', 'Show Page']);
    await shoot('identities-interrupted-dark');
    await workbench.notifications.clickButton(/walker was interrupted/, 'Go On');
    await tree.waitForRow(is('walker', /^ready · this window/));
    const page = await workbench.webviewOpenedBy('walker', () => tree.select('walker'));
    await page.locator('#part-output').getByText('page 7').waitFor();
    await workbench.closeAllEditors();
  });

  it('say what is lost before they are respawned or retired', async () => {
    const tree = workbench.tree(viewTitle);
    await tree.clickInlineAction('walker', 'Send Message…');
    await workbench.quickInput.waitForOpen('What shall it do?');
    await workbench.quickInput.submit(longWork);
    await tree.waitForRow(is('walker', /^at work · this window/));
    await tree.clickContextMenuItem('walker', 'Respawn Agent');
    const respawn = await readDialog(workbench.page);
    assert.equal(respawn.message, 'Respawn walker?');
    assert.match(respawn.detail, /ends what it is doing now/);
    await clickDialogButton(workbench.page, 'Respawn');
    await tree.waitForRow(is('walker', /^ready · this window/));
    await tree.clickContextMenuItem('walker', 'Retire Agent…');
    const retire = await readDialog(workbench.page);
    assert.match(retire.detail, /Its conversation is kept/);
    await clickDialogButton(workbench.page, 'Retire');
    await tree.waitForRow(is('walker', /^asleep · generation 0/));
  });

  it('are taken over from an owner that does not answer, once its time is over', async () => {
    files.describe('payments', ['agent = "codex"']);
    const tree = workbench.tree(viewTitle);
    await tree.waitForRow('payments');
    const label = 'window of Ada on shop';
    owners.push(await OutsideOwner.silent(world.folder, 'payments', { label, leftMs: 8000 }));
    await tree.waitForRow(is('payments', /^owned elsewhere · no answer from window of Ada/));
    await shoot('identities-silent-dark');
    await tree.clickInlineAction('payments', 'Take Over Agent…');
    const dialog = await readDialog(workbench.page);
    assert.match(dialog.detail, /does not answer. In \d+ s it loses the agent/);
    await workbench.screenshot('identities-take-over-silent-dark');
    await clickDialogButton(workbench.page, 'Take Over');
    await tree.waitForRow(is('payments', /^ready · this window/));
  });

  it('are given up when the window is left, and had again after a reload', async () => {
    await workbench.reloadWindow();
    const tree = workbench.tree(viewTitle);
    await tree.waitForRow(is('payments', /^ready · this window/));
    const page = await workbench.webviewOpenedBy('payments', () => tree.select('payments'));
    const entries = page.locator('.history .what');
    await entries.filter({ hasText: 'owned by window of Grace' }).nth(1).waitFor();
    // The newest comes first: it was given up before it was owned again.
    const words = await entries.allInnerTexts();
    const owned = words.findIndex((each) => each.startsWith('owned by window of Grace'));
    assert.equal(words[owned + 1], 'asleep', words.join('\n'));
    await workbench.closeAllEditors();
  });

  it('are grouped by checkout, and what lasts of them is told once', async () => {
    const tree = workbench.tree(viewTitle);
    others.describe('payments', ['agent = "codex"']);
    await tree.waitForRow(is('payments', /^owned elsewhere · this window, in shop/));
    await tree.clickInlineAction('refunds', 'Start Agent');
    await tree.waitForRow(is('refunds', /^ready · this window/));
    const rows = (await tree.rows()).map(({ level, label }) => `${level} ${label.slice(0, 11)}`);
    assert.deepEqual(rows, [
      ...['1 shop', '2 Reviewer of', '2 payments', '2 walker'],
      ...['1 feature-ref', '2 payments', '2 refunds'],
    ]);
    await shoot('identities-checkouts-dark');
  });

  it('have a page that is readable with much on it, in every theme', async () => {
    const identity = 'historian';
    files.describe(identity, ['agent = "codex"', ...longWords]);
    const tree = workbench.tree(viewTitle);
    await tree.waitForRow(/^Hist/);
    await fillHistory(world.folder, identity);
    await tree.waitForRow(is(/^Hist/, /^broken · Its conversation/));
    const page = await workbench.webviewOpenedBy('Hist', () => tree.select(/^Hist/));
    await page.locator('.history li').nth(150).waitFor();
    const isWide = await page
      .locator('html')
      .evaluate((html) => html.scrollWidth > html.clientWidth);
    assert.equal(isWide, false, 'nothing makes the page scroll sideways');
    for (const theme of Object.keys(themes) as Theme[]) {
      await workbench.setTheme(theme);
      const block = page.locator('#part-output pre');
      const isLegible = await block.evaluate(
        (pre) =>
          getComputedStyle(pre).color === getComputedStyle(pre.querySelector('code') ?? pre).color,
      );
      assert.ok(isLegible, `code is as legible as its block in ${theme}`);
      await settle(workbench);
      await workbench.screenshot(`identities-much-${theme}`);
    }
  });
});

async function showIdentities(workbench: Workbench): Promise<void> {
  await showAgents(workbench, { sideBarWidth: 420 });
  for (const other of ['Agents', 'File Locks', 'Sessions']) {
    await workbench.tree(other).foldSection();
  }
  await workbench.tree(viewTitle).expandSection();
}

function nameOf(i: number): string {
  return `agent-${String(i).padStart(4, '0')}`;
}

/** The row of an agent that is described like this. */
function is(name: string | RegExp, description: RegExp): RowQuery {
  return ({ label, description: said }) =>
    (typeof name === 'string' ? label === name : name.test(label)) && description.test(said);
}

/** The process that runs the only session that goes on. */
/** Looks into the checkpoints of an agent. */
function isAtWorkIn(snapshots: string): true | undefined {
  const names = existsSync(snapshots) ? readdirSync(snapshots) : [];
  const isAtWork = names.some((name) => {
    const { data } = JSON.parse(readFileSync(join(snapshots, name), 'utf8')) as { data?: string };
    return Buffer.from(data ?? '', 'base64')
      .toString()
      .includes('"isRunning":true');
  });
  return isAtWork ? true : undefined;
}

async function hostOfSession(world: UiWorld): Promise<number | undefined> {
  const { document } = await world.cli('session', 'list');
  const { sessions = [] } = document as {
    readonly sessions?: readonly { state: string; host: { pid: number } | null }[];
  };
  return sessions.find(({ state }) => state === 'running')?.host?.pid;
}
