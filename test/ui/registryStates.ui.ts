import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { startUiSession } from '../support/vscode/uiSession.ts';
import type { UiSession } from '../support/vscode/uiSession.ts';
import { readTreeRows } from '../support/vscode/treeRows.ts';
import type { TreeView } from '../support/vscode/treeView.ts';
import { waitUntil } from '../support/vscode/waitUntil.ts';
import { openWorkbench } from '../support/vscode/workbench.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { UiWorld, entryFile } from './support/uiWorld.ts';
import { settle, showAgents, statusItem } from './support/windowDressing.ts';

const size = { width: 1100, height: 700 };

describe('the view Agents with none, one and many', () => {
  const fresh = new UiWorld('fresh');
  const crowd = new UiWorld('crowd');
  let session: UiSession | undefined;
  let window: Workbench | undefined;

  /** One window at a time, as one extension host is enough for this machine. */
  const open = async (target?: string): Promise<Workbench> => {
    assert.ok(session);
    await window?.close();
    window = await openWorkbench(session.server, {
      size,
      ...(target === undefined ? {} : { target }),
    });
    return window;
  };

  before(async () => {
    session = await startUiSession({ size });
    window = session.workbench;
  });

  after(async () => {
    await window?.close();
    await session?.stop();
    await fresh.dispose();
    await crowd.dispose();
  });

  it('asks for a folder where there is none', async () => {
    assert.ok(window);
    const tree = await showAgents(window);
    assert.match(await welcomeOf(tree), /Open a folder to see the agents/);
    await settle(window);
    await window.screenshot('welcome-no-folder');
  });

  it('makes the registry with the button, and then says how agents get in', async () => {
    const workbench = await open(fresh.folder);
    const tree = await showAgents(workbench);
    assert.match(await welcomeOf(tree), /No agent registry in this repository yet/);
    assert.ok(!existsSync(join(fresh.folder, '.heddle')), 'looking makes nothing');
    await settle(workbench);
    await workbench.screenshot('welcome-absent');

    await tree.clickWelcomeButton('Initialise Registry');
    await workbench.notifications.waitFor(/The registry is ready/);
    await waitUntil('what to do without agents', async () =>
      (await tree.welcome()).includes('No agents yet') ? true : undefined,
    );
    assert.ok(existsSync(join(fresh.folder, '.heddle/agents')));
    await settle(workbench);
    await workbench.screenshot('welcome-empty');
  });

  it('shows the first agent as soon as it is there', async () => {
    assert.ok(window);
    const pid = await fresh.startProcess();
    await fresh.join({
      key: 'codex:1',
      harness: 'codex',
      model: 'gpt-5-codex',
      thread: 'feature/first',
      pid,
    });
    const tree = window.tree('Agents');
    await tree.waitForRow(/gpt-5-codex/);
    assert.equal((await tree.rows()).length, 1);
    assert.match((await window.statusBar.waitFor(statusItem)).text, /^1$/);
    await settle(window);
    await window.screenshot('one-agent');
  });

  it('has room for fifty', async () => {
    const pid = await crowd.startProcess();
    writeCrowd(crowd, { from: 0, to: 50, pid });
    const workbench = await open(crowd.folder);
    const tree = await showAgents(workbench);
    await tree.waitForRow(/gpt-5-/);
    assert.equal((await tree.rows()).filter(({ level }) => level === 1).length, 50);
    await settle(workbench);
    await workbench.screenshot('fifty-agents');
  });

  it('takes in five thousand, scrolls to the last and stays responsive', async () => {
    assert.ok(window);
    const workbench = window;
    const pid = await crowd.startProcess();
    const started = Date.now();
    writeCrowd(crowd, { from: 50, to: 5_000, pid });
    await waitUntil('5000 in the status bar', async () => {
      const { text } = await workbench.statusBar.waitFor(statusItem);
      return /^5,?000$/.test(text) ? true : undefined;
    });
    const reopened = await open(crowd.folder);
    const tree = await showAgents(reopened);
    await tree.waitForRow(/gpt-5-/);
    const shown = Date.now() - started;

    const list = tree.root.locator('.monaco-list[role="tree"]').first();
    await list.focus();
    await reopened.page.keyboard.press('End');
    await waitUntil('the last row', async () => {
      const last = (await readTreeRows(list)).find(({ isLast }) => isLast);
      return last?.index === 4_999 ? true : undefined;
    });
    await settle(reopened);
    await reopened.screenshot('five-thousand');

    writeCrowd(crowd, { from: 0, to: 200, pid, model: 'gpt-6' });
    const asked = Date.now();
    assert.ok((await reopened.commandTitles('Heddle Agents: Refresh')).length > 0);
    const answered = Date.now() - asked;
    await reopened.page.keyboard.press('Escape');
    process.stdout.write(
      `      5000 written and shown in a new window after ${shown} ms; palette during a burst: ${answered} ms\n`,
    );
    assert.deepEqual(
      (await reopened.notifications.all()).filter(({ severity }) => severity === 'error'),
      [],
    );
  });
});

async function welcomeOf(tree: TreeView): Promise<string> {
  return await waitUntil('a welcome', async () => (await tree.welcome()) || undefined);
}

/** Writes entries without the command line, which would take a second for every four. */
function writeCrowd(
  world: UiWorld,
  crowd: {
    readonly from: number;
    readonly to: number;
    readonly pid: number;
    readonly model?: string;
  },
): void {
  for (let i = crowd.from; i < crowd.to; i += 1) {
    const id = `agent-crowd-${String(i).padStart(5, '0')}`;
    const model = `${crowd.model ?? 'gpt-5'}-${i}`;
    const thread = `feature/part-${i}`;
    world.writeFile(
      `${id}.toml`,
      entryFile(id, { thread, harness: 'codex', model, pid: crowd.pid }),
    );
  }
}
