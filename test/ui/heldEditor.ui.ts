import { strict as assert } from 'node:assert';

import { textNow } from '../support/vscode/textNow.ts';
import { startUiSession } from '../support/vscode/uiSession.ts';
import type { UiSession } from '../support/vscode/uiSession.ts';
import { isContaining, waitUntil } from '../support/vscode/waitUntil.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { joinCast } from './support/cast.ts';
import type { Cast } from './support/cast.ts';
import { lockShop, shopFiles } from './support/lockedShop.ts';
import { UiWorld } from './support/uiWorld.ts';
import { settle } from './support/windowDressing.ts';

const checkout = 'src/checkout.ts';
const payments = 'src/payments.ts';

describe('the editor of a held file', () => {
  const world = new UiWorld();
  let cast: Cast;
  let session: UiSession | undefined;
  let workbench: Workbench;

  before(async () => {
    for (const [path, text] of Object.entries(shopFiles)) world.writeSource(path, text);
    await world.initGit('feature/login');
    cast = await joinCast(world);
    await lockShop(world, cast);
    session = await startUiSession({
      target: world.folder,
      size: { width: 1200, height: 800 },
      settings: { 'files.autoSave': 'off', 'editor.minimap.enabled': false },
    });
    workbench = session.workbench;
    await workbench.runCommand('View: Show Explorer');
    await workbench.explorer.expand('src');
  });

  after(async () => {
    await session?.stop();
    await world.dispose();
  });

  async function open(name: string): Promise<void> {
    await workbench.explorer.select(name);
    await waitUntil(`${name} in an editor`, async () =>
      (await workbench.editorTitles()).includes(name) ? true : undefined,
    );
  }

  async function typeAtEnd(text: string): Promise<void> {
    const { page } = workbench;
    await page.locator('.editor-instance .view-line').last().click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type(text);
  }

  async function save(): Promise<void> {
    await workbench.page.keyboard.press('Escape');
    await workbench.page.keyboard.press('Control+s');
  }

  async function banner(): Promise<string> {
    return textNow(workbench.page.locator('.codelens-decoration:visible'));
  }

  /** Its parts are painted one after the other. */
  async function waitForBanner(...parts: readonly (string | RegExp)[]): Promise<void> {
    await waitUntil(`a banner with ${parts.join(', ')}`, async () => {
      const text = plainSpaces(await banner());
      return parts.every((part) => isContaining(text, part)) ? true : undefined;
    });
  }

  it('has a line with the holder, the time left and what can be done, and an entry in the status bar', async () => {
    await open('checkout.ts');
    const actions = ['Tell Me When Free', 'Break', 'Show Holder', 'Compare'];
    await waitForBanner(/Held by Claude Code · sonnet-4-5 · .+ left/, ...actions);
    await waitUntil('the holder in the status bar', async () => {
      const items = workbench.page.locator('.statusbar .right-items .statusbar-item:visible');
      const texts = await items.allInnerTexts();
      return texts.some((each) => each.includes('Claude Code · sonnet-4-5')) ? true : undefined;
    });
    await settle(workbench);
    await workbench.screenshot('held-editor-dark');
  });

  it('warns at the first keystroke, once', async () => {
    await typeAtEnd('// one');
    const warning = await workbench.notifications.waitFor(
      /Claude Code · sonnet-4-5 holds src\/checkout\.ts/,
    );
    assert.equal(warning.severity, 'warning');
    assert.match(warning.text, /Retry when the provider times out/);
    assert.deepEqual(warning.buttons, ['Tell Me When Free', 'Show Holder', 'Break Lock…']);
    await settle(workbench);
    await workbench.screenshot('held-warning-dark');
    await workbench.setTheme('light');
    await settle(workbench);
    await workbench.screenshot('held-warning-light');
    await workbench.setTheme('dark');
    await workbench.notifications.dismiss(/holds src\/checkout\.ts/);
    await typeAtEnd(' two');
    await workbench.page.waitForTimeout(2000);
    const again = (await workbench.notifications.all()).filter(({ text }) =>
      text.includes('holds src'),
    );
    assert.deepEqual(again, []);
  });

  it('keeps what was on disk when a person saves over it, shows the difference and restores it', async () => {
    const before = world.readSource(checkout);
    await save();
    const kept = await workbench.notifications.waitFor(/You saved src\/checkout\.ts while/);
    assert.deepEqual(kept.buttons, ['Compare', 'Restore']);
    assert.match(world.readSource(checkout), /one two/);
    await settle(workbench);
    await workbench.screenshot('saved-over-dark');
    await workbench.notifications.clickButton(/You saved src\/checkout\.ts while/, 'Restore');
    await waitUntil('the version from before', () =>
      Promise.resolve(world.readSource(checkout) === before ? true : undefined),
    );
  });

  it('offers the difference when the holder changes a file with unsaved changes on disk', async () => {
    await open('checkout.ts');
    await typeAtEnd('// mine');
    world.writeSource(checkout, 'export function checkOut(): number {\n  return 2;\n}\n');
    const told = await workbench.notifications.waitFor(/checkout\.ts.*(changed|disk)/);
    assert.ok(
      told.buttons.some((button) => button.includes('Compare')),
      told.buttons.join(),
    );
    await settle(workbench);
    await workbench.screenshot('changed-below-dark');
    await workbench.runCommand('File: Revert File');
    await workbench.runCommand('Notifications: Clear All Notifications');
  });

  it('keeps agents from a file while it has unsaved changes, and no longer', async () => {
    await open('payments.ts');
    await typeAtEnd('// hers');
    await waitUntil('a lock for the unsaved changes', async () =>
      (await world.holdersOf(payments)).length > 0 ? true : undefined,
    );
    const refused = await world.cli('lock', payments, '--agent', cast.codex);
    assert.equal(refused.exitCode, 3);
    assert.equal(refused.document.holders?.[0]?.name, 'Grace');
    assert.match(refused.document.holders[0].reason ?? '', /[Uu]nsaved changes/);
    await save();
    await waitUntil('the end of the lock', async () =>
      (await world.holdersOf(payments)).length === 0 ? true : undefined,
    );
    assert.equal((await world.cli('lock', payments, '--agent', cast.codex)).exitCode, 0);
    await waitForBanner(/Held by Codex · gpt-5-codex/);
    assert.equal((await world.cli('unlock', payments, '--agent', cast.codex)).exitCode, 0);
    await waitUntil('no banner', async () => ((await banner()) === '' ? true : undefined));
  });

  it('tells once when a file is free', async () => {
    await open('cart.ts');
    await workbench.runCommand('Heddle Agents: Tell Me When Free');
    assert.equal((await world.cli('unlock', 'src/cart.ts', '--agent', cast.codex)).exitCode, 0);
    const told = await workbench.notifications.waitFor(/cart\.ts is free/);
    assert.equal(told.severity, 'info');
    await settle(workbench);
    await workbench.screenshot('free-dark');
    await workbench.runCommand('Notifications: Clear All Notifications');
  });

  it('breaks a lock with a reason, which the holder is told', async () => {
    const granted = await world.cli('lock', 'src/cart.ts', '--agent', cast.codex);
    const token = String(granted.document.grants?.[0]?.token);
    await open('cart.ts');
    await waitForBanner(/Held by Codex/);
    await workbench.runCommand('Heddle Agents: Break Lock…');
    await workbench.quickInput.waitForOpen(/reason|why/i);
    await settle(workbench);
    await workbench.screenshot('break-lock');
    await workbench.quickInput.submit('The release is in an hour');
    await waitUntil('nobody to hold it', async () =>
      (await world.holdersOf('src/cart.ts')).length === 0 ? true : undefined,
    );
    const flags = ['--agent', cast.codex, '--token', token];
    const checked = await world.cli('check', 'src/cart.ts', ...flags);
    assert.equal(checked.exitCode, 3);
    assert.match(JSON.stringify(checked.document), /broken.*Grace|Grace.*broken/);
    assert.match(JSON.stringify(checked.document), /The release is in an hour/);
    await workbench.runCommand('Notifications: Clear All Notifications');
  });

  it('holds a file by hand, also across Reload Window, until it is released', async () => {
    await workbench.explorer.clickContextMenuItem('README.md', 'Lock This File');
    await workbench.explorer.waitForRow(
      ({ label, badge }) => label === 'README.md' && badge === 'Lm',
    );
    const lock = ['lock', 'README.md', '--agent', cast.codex];
    assert.equal((await world.cli(...lock)).exitCode, 3);

    await workbench.reloadWindow();
    await workbench.explorer.waitForRow(
      ({ label, badge }) => label === 'README.md' && badge === 'Lm',
    );
    assert.deepEqual(await world.holdersOf('README.md'), ['Grace']);
    await settle(workbench);
    await workbench.screenshot('held-by-hand-dark');
    await workbench.explorer.clickContextMenuItem('README.md', 'Unlock');
    await workbench.explorer.waitForRow(
      ({ label, badge }) => label === 'README.md' && badge === '',
    );
    assert.equal((await world.cli(...lock)).exitCode, 0);
    assert.equal((await world.cli('unlock', ...lock.slice(1))).exitCode, 0);
  });

  it('tells the person whose lock somebody breaks, with the reason', async () => {
    await workbench.explorer.clickContextMenuItem('docs', 'Lock Folder…');
    const refused = await workbench.notifications.waitFor(/docs/);
    assert.equal(refused.severity, 'warning', 'agents read in it');
    await workbench.runCommand('Notifications: Clear All Notifications');

    await workbench.explorer.clickContextMenuItem('README.md', 'Lock This File');
    await workbench.explorer.waitForRow(
      ({ label, badge }) => label === 'README.md' && badge === 'Lm',
    );
    const flags = ['--reason', 'It was forgotten', '--agent', cast.claude];
    assert.equal((await world.cli('break', 'README.md', ...flags)).exitCode, 0);
    const told = await workbench.notifications.waitFor(/It was forgotten/);
    assert.match(told.text, /README\.md/);
    await settle(workbench);
    await workbench.screenshot('broken-dark');
  });
});

function plainSpaces(text: string): string {
  return text.replaceAll('\u00a0', ' ');
}
