import { strict as assert } from 'node:assert';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startUiSession } from '../support/vscode/uiSession.ts';
import type { UiSession } from '../support/vscode/uiSession.ts';
import type { TreeRow } from '../support/vscode/treeRows.ts';
import type { TreeView } from '../support/vscode/treeView.ts';
import { waitUntil } from '../support/vscode/waitUntil.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { UiWorld } from './support/uiWorld.ts';
import type { ListedAgent } from './support/uiWorld.ts';
import { settle, showAgents, viewTitle } from './support/windowDressing.ts';

const reserveCommand = 'Heddle Agents: Reserve Thread…';
const task = 'Let people sign in with a passkey';

describe('reserving and releasing', () => {
  const world = new UiWorld();
  let session: UiSession | undefined;
  let workbench: Workbench;
  let tree: TreeView;

  before(async () => {
    await world.initGit('feature/login', 'Grace Hopper');
    const pid = await world.startProcess();
    await world.join({
      key: 'codex:rounding',
      harness: 'codex',
      model: 'gpt-5-codex',
      thread: 'fix/cart-rounding',
      pid,
    });
    session = await startUiSession({ target: world.folder, size: { width: 1100, height: 700 } });
    workbench = session.workbench;
    tree = await showAgents(workbench, { sideBarWidth: 420 });
    await tree.waitForRow(/gpt-5-codex/);
  });

  after(async () => {
    await session?.stop();
    await world.dispose();
  });

  it('asks for the thread, which is the current branch, and for the task', async () => {
    const { quickInput } = workbench;
    await workbench.runCommand(reserveCommand);
    await quickInput.waitForOpen(/Reserve Thread/);
    assert.equal(await quickInput.value(), 'feature/login');
    assert.match(await quickInput.title(), /\(1\/2\)/);
    await settle(workbench);
    await workbench.screenshot('reserve-thread');

    await quickInput.submit('');
    await waitUntil('what is wrong with no thread', async () =>
      /thread/i.test(await quickInput.message()) ? true : undefined,
    );
    await settle(workbench);
    await workbench.screenshot('reserve-invalid');
    await quickInput.submit('feature/login');

    await quickInput.waitForOpen(/What you are going to do/);
    await quickInput.type(task);
    await settle(workbench);
    await workbench.screenshot('reserve-task');
    await workbench.page.locator('.quick-input-titlebar .codicon-quick-input-back').click();
    await quickInput.waitForOpen(/The thread/);
    assert.equal(await quickInput.value(), 'feature/login');
    await quickInput.accept();
    await quickInput.waitForOpen(/What you are going to do/);
    await quickInput.submit(task);

    await workbench.notifications.waitFor('"feature/login" is reserved for you.');
    const row = await tree.waitForDescription('Grace Hopper', /^alive .* · feature\/login$/);
    assert.equal(row.icon, 'account');
    await settle(workbench);
    await workbench.screenshot('reserved');
  });

  it('keeps the thread from every other process', async () => {
    const { exitCode, document } = await world.cli('reserve', 'feature/login');
    assert.equal(exitCode, 3);
    assert.equal(document.outcome, 'live_owner');
    assert.equal(document.agent?.session_id, (await reservation(world)).session_id);
  });

  it('tells who holds a thread that somebody wants', async () => {
    await workbench.notifications.dismiss('is reserved for you');
    await workbench.runCommand(reserveCommand);
    await workbench.quickInput.waitForOpen(/Reserve Thread/);
    await workbench.quickInput.submit('fix/cart-rounding');
    await workbench.quickInput.waitForOpen(/What you are going to do/);
    await workbench.quickInput.submit('');
    const told = await workbench.notifications.waitFor('is held by Codex · gpt-5-codex');
    assert.equal(told.severity, 'warning');
    assert.match(told.text, /Process \d+ is running\./);
    assert.deepEqual(told.buttons, ['Show Details']);
    await settle(workbench);
    await workbench.screenshot('reserve-held');
    await workbench.notifications.dismiss('is held by');
  });

  it('is still the same reservation of the same person after Reload Window', async () => {
    const before = await reservation(world);
    await workbench.reloadWindow();
    tree = workbench.tree(viewTitle);
    await tree.waitForRow(/^Grace Hopper/);
    const after = await waitUntil('the window to have adopted it', async () => {
      const now = await reservation(world);
      return now.heartbeat_at === before.heartbeat_at ? undefined : now;
    });
    assert.equal(after.session_id, before.session_id);
    assert.equal(after.client_instance_id, before.client_instance_id);
    assert.equal(after.liveness, 'alive');
    const rows = (await tree.rows()).filter(({ description }) =>
      description.includes('feature/login'),
    );
    assert.equal(rows.length, 1);
    await settle(workbench);
    await workbench.screenshot('reserved-after-reload');
  });

  it('is released through the menu of its row, without a question', async () => {
    const { session_id: sessionId } = await reservation(world);
    const items = await tree.openContextMenu(/^Grace Hopper/);
    assert.ok(items.includes('Release as Complete'), items.join());
    assert.ok(!items.includes('Reap Dead of This Thread…'), 'it is alive');
    await settle(workbench);
    await workbench.screenshot('row-menu');
    await workbench.page.keyboard.press('Escape');
    await tree.clickContextMenuItem(/^Grace Hopper/, 'Release as Complete');

    await workbench.notifications.waitFor('Released as complete: feature/login.');
    await tree.waitForNoRow(({ label, level }) => label.startsWith('Grace Hopper') && level === 1);
    await tree.expand('Finished');
    const row = await tree.waitForDescription(isFinishedGrace, /^complete .* · feature\/login$/);
    assert.equal(row.icon, 'pass');
    const file = await readFile(join(world.agentsFolder, `${sessionId}.toml`), 'utf8');
    assert.match(file, /^status = "complete"$/m);
    await settle(workbench);
    await workbench.screenshot('released');
  });

  it('asks before it releases what somebody else still runs', async () => {
    await tree.clickContextMenuItem(/gpt-5-codex/, 'Release as Abandoned');
    const { page } = workbench;
    const dialog = page.locator('.monaco-dialog-box:visible');
    await dialog.waitFor();
    await settle(workbench);
    await workbench.screenshot('release-running');
    assert.match(await dialog.innerText(), /still running/);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    const [codex] = (await world.listed()).filter(({ thread }) => thread === 'fix/cart-rounding');
    assert.equal(codex?.status, 'active');
  });
});

function isFinishedGrace({ label, level }: TreeRow): boolean {
  return label.startsWith('Grace Hopper') && level === 2;
}

async function reservation(world: UiWorld): Promise<ListedAgent> {
  const held = (await world.listed()).filter(
    ({ thread, status }) => thread === 'feature/login' && status === 'active',
  );
  assert.equal(held.length, 1);
  const [only] = held;
  assert.ok(only);
  return only;
}
