import { strict as assert } from 'node:assert';

import { startUiSession } from '../support/vscode/uiSession.ts';
import type { UiSession } from '../support/vscode/uiSession.ts';
import type { TreeView } from '../support/vscode/treeView.ts';
import { waitUntil } from '../support/vscode/waitUntil.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { UiWorld } from './support/uiWorld.ts';
import { settle, showAgents, statusItem } from './support/windowDressing.ts';

const reapCommand = 'Heddle Agents: Reap Dead Agents…';
const payments = 'Gemini CLI · gemini-2.5-pro';
const search = 'OpenCode · kimi-k2';

describe('reaping and undoing', () => {
  const world = new UiWorld();
  const pids: number[] = [];
  let session: UiSession | undefined;
  let workbench: Workbench;
  let tree: TreeView;

  before(async () => {
    await world.initGit('main');
    pids.push(await world.startProcess(), await world.startProcess());
    await world.join({
      key: 'claude:checkout',
      harness: 'claude-code',
      model: 'claude-sonnet-4-5',
      thread: 'feature/checkout',
      pid: await world.startProcess(),
    });
    await world.join({
      key: 'gemini:payments',
      harness: 'gemini-cli',
      model: 'gemini-2.5-pro',
      thread: 'feature/payments',
      pid: pids[0] ?? 0,
    });
    await world.join({
      key: 'opencode:search',
      harness: 'opencode',
      model: 'kimi-k2',
      thread: 'feature/search/index-that-follows-the-folder-of-the-documents',
      pid: pids[1] ?? 0,
    });
    session = await startUiSession({ target: world.folder, size: { width: 1100, height: 700 } });
    workbench = session.workbench;
    tree = await showAgents(workbench, { sideBarWidth: 420 });
    await tree.waitForRow(payments);
  });

  after(async () => {
    await session?.stop();
    await world.dispose();
  });

  it('sees by itself that processes were killed, and warns', async function () {
    this.timeout(180_000);
    const { statusBar } = workbench;
    assert.equal((await statusBar.waitFor(statusItem)).background, 'none');
    for (const pid of pids) await world.kill(pid);
    // No file changes when a process is killed: it is found by looking at processes.
    await waitUntil(
      'a warning in the status bar',
      async () => {
        const item = await statusBar.waitFor(statusItem);
        return /^1\s+2$/.test(item.text) && item.background === 'warning' ? true : undefined;
      },
      { timeoutMs: 120_000 },
    );
    const row = await tree.waitForDescription(payments, /^dead /);
    assert.equal(row.icon, 'error');
    assert.ok((await tree.titleActions()).includes('Reap Dead Agents…'));
  });

  it('shows first who is dead, on which thread, why, and when it was last seen', async () => {
    await workbench.runCommand(reapCommand);
    await workbench.quickInput.waitForOpen(/Reap Dead Agents/);
    const rows = await waitUntil('both in the preview', async () => {
      const found = await workbench.quickInput.rows();
      return found.length === 2 ? found : undefined;
    });
    const row = rows.find(({ label }) => label === payments);
    assert.equal(row?.description, 'feature/payments');
    assert.match(row.detail, /^Process \d+ is gone\. Last seen .* ago\.$/);
    assert.deepEqual(
      rows.map(({ isChecked }) => isChecked),
      [true, true],
    );
    await settle(workbench);
    await workbench.screenshot('reap-preview');
  });

  it('reaps those that stay ticked, and offers to undo it', async () => {
    await workbench.quickInput.toggle(search);
    await settle(workbench);
    await workbench.screenshot('reap-preview-unticked');
    await workbench.quickInput.accept();
    const told = await workbench.notifications.waitFor('Reaped 1 dead agent.');
    assert.deepEqual(told.buttons, ['Undo']);
    await tree.waitForNoRow(({ label, level }) => label === payments && level === 1);
    await tree.waitForDescription(search, /^dead /);
    assert.equal(await statusOf(world, 'feature/payments'), 'abandoned');
    await settle(workbench);
    await workbench.screenshot('reaped');
  });

  it('undoes it', async () => {
    await workbench.notifications.clickButton('Reaped 1 dead agent.', 'Undo');
    await workbench.notifications.waitFor('1 entry is active again.');
    await tree.waitForDescription(payments, /^dead /);
    assert.equal(await statusOf(world, 'feature/payments'), 'active');
    await settle(workbench);
    await workbench.screenshot('reap-undone');
    await workbench.notifications.dismiss('1 entry is active again.');
  });

  it('refuses to undo once the thread has a new owner, and says so', async () => {
    await tree.clickInlineAction(payments, 'Reap Dead of This Thread');
    await workbench.quickInput.waitForOpen(/Reap/);
    await settle(workbench);
    await workbench.screenshot('reap-thread-preview');
    await workbench.quickInput.accept();
    await workbench.notifications.waitFor('Reaped 1 dead agent.');
    await world.agent('reserve', 'feature/payments', '--harness', 'codex', '--model', 'gpt-5');

    await workbench.notifications.clickButton('Reaped 1 dead agent.', 'Undo');
    const told = await workbench.notifications.waitFor('stays abandoned');
    assert.equal(told.severity, 'warning');
    assert.match(told.text, /now belongs to .*\.$/);
    await tree.waitForRow('Codex · gpt-5');
    await settle(workbench);
    await workbench.screenshot('reap-undo-refused');
    await workbench.notifications.dismiss('stays abandoned');
  });

  it('says that nobody is dead once nobody is', async () => {
    await workbench.runCommand(reapCommand);
    await workbench.quickInput.waitForOpen(/Reap/);
    await workbench.quickInput.accept();
    await workbench.notifications.waitFor('Reaped 1 dead agent.');
    await waitUntil('no warning', async () =>
      (await workbench.statusBar.waitFor(statusItem)).background === 'none' ? true : undefined,
    );
    assert.ok(!(await tree.titleActions()).includes('Reap Dead Agents…'));
    await workbench.runCommand(reapCommand);
    await workbench.notifications.waitFor('Nobody is dead');
    await settle(workbench);
    await workbench.screenshot('reap-nobody');
  });
});

/** The status of the one who had the thread first. */
async function statusOf(world: UiWorld, thread: string): Promise<string | undefined> {
  return (await world.listed()).find((agent) => agent.thread === thread)?.status;
}
