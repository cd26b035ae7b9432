import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { HookedAgent } from '../support/hookedAgent.ts';
import { makeTempFolder, removeTempFolder } from '../support/tempFolder.ts';
import { projectRoot } from '../support/vscode/projectPaths.ts';
import type { TreeView } from '../support/vscode/treeView.ts';
import { startUiSession, type UiSession } from '../support/vscode/uiSession.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { UiWorld } from './support/uiWorld.ts';
import { containerTitle, settle, showAgents, statusItem } from './support/windowDressing.ts';

describe('what agents do, in a window', () => {
  const world = new UiWorld();
  const transcripts = makeTempFolder();
  const agents: HookedAgent[] = [];
  let worker: HookedAgent;
  let session: UiSession | undefined;
  let workbench: Workbench;
  let tree: TreeView;

  before(async () => {
    world.writeSource('src/checkout/total.ts', 'export const total = 0;\n');
    await world.initGit('main');
    assert.notEqual(world.agentsFolder, '');
    worker = await joinAll();
    session = await startUiSession({
      target: world.folder,
      size: { width: 1200, height: 720 },
      settings: { 'heddle.spending.perAgentUsd': 2 },
    });
    workbench = session.workbench;
    tree = await showAgents(workbench);
    await tree.waitForRow(({ description }) => description.startsWith('waiting for you'));
  });

  after(async () => {
    await session?.stop();
    for (const agent of agents) await agent.kill();
    await world.dispose();
    removeTempFolder(transcripts);
  });

  const start = async (name: string, model?: string): Promise<HookedAgent> => {
    const places = { project: projectRoot, root: world.folder, transcripts };
    const agent = new HookedAgent(places, name);
    agents.push(agent);
    await agent.begin(model);
    return agent;
  };

  /** One who works with a subagent, one who waits, one idle, one quiet, and one who was killed. */
  async function joinAll(): Promise<HookedAgent> {
    const dead = await start('dead');
    await world.agent('reserve', 'feature/payments', '--harness', 'claude-code', ...pidOf(dead));
    await dead.kill();

    const quiet = await start('quiet', 'claude-sonnet-4-5');
    quiet.answer({ input: 900, output: 3100 }, { model: 'claude-sonnet-4-5' });
    await age(quiet, 25);

    const idle = await start('idle', 'claude-haiku-4-5');
    idle.answer({ input: 2000, output: 900, cacheRead: 9000 }, { model: 'claude-haiku-4-5' });
    await idle.fire('edit-Stop');

    const waiting = await start('waiting', 'claude-sonnet-4-5');
    waiting.answer({ input: 4000, output: 12_000 }, { model: 'claude-sonnet-4-5' });
    await waiting.fire('permission-PermissionRequest', {
      ...{ tool_name: 'Bash', tool_input: { command: 'npm run deploy' } },
    });

    const working = await start('working');
    working.answer({ input: 31_000, output: 60_000, cacheRead: 90_000, cacheWrite: 21_000 });
    await working.before('Agent', { description: 'x', prompt: 'y', subagent_type: 'Explore' });
    await working.fire('subagent-SubagentStart', { agent_id: 'kid1', agent_type: 'Explore' });
    const kid = join(transcripts, 'working', 'subagents', 'agent-kid1.jsonl');
    working.answer({ input: 9000, output: 2500 }, { model: 'claude-haiku-4-5', path: kid });
    await working.fire('edit-PreToolUse', {
      ...{ agent_id: 'kid1', agent_type: 'Explore', tool_name: 'Read', tool_use_id: 'k1' },
      tool_input: { file_path: join(world.folder, 'README.md') },
    });
    await working.before('Edit', { file_path: join(world.folder, 'src/checkout/total.ts') });
    return working;
  }

  function pidOf(agent: HookedAgent): readonly string[] {
    return ['--pid', String(agent.pid)];
  }

  /** Lets the record of an agent be so many minutes older. */
  async function age(agent: HookedAgent, minutes: number): Promise<void> {
    const folder = join(world.folder, '.heddle/harness-sessions');
    const name = readdirSync(folder).find((each) => each.endsWith(`-${agent.session}.jsonl`));
    const path = join(folder, name ?? '');
    const text = readFileSync(path, 'utf8');
    rmSync(path);
    writeFileSync(
      path,
      text.replaceAll(
        /"atMs":(\d+)/g,
        (_all, ms: string) => `"atMs":${Number(ms) - minutes * 6e4}`,
      ),
    );
    // What it wrote last is as old.
    const { utimes } = await import('node:fs/promises');
    const then = Date.now() / 1000 - minutes * 60;
    await utimes(agent.transcript, then, then);
  }

  it('shows who works on what, who waits, who is idle, quiet and dead', async () => {
    const row = await tree.waitForDescription(
      ({ description }) => description.startsWith('editing'),
      /^editing src\/checkout\/total\.ts · <1 min/,
    );
    await tree.waitForRow(({ description }) => /⚠.*of \$2\.00/.test(description));
    assert.equal((await tree.waitForRow('Explore')).level, row.level + 1);
    const icons = (await tree.rows()).map(({ icon }) => icon);
    for (const icon of ['play-circle', 'bell-dot', 'circle-outline', 'mute', 'error']) {
      assert.ok(icons.includes(icon), `${icon} is not among ${icons.join()}`);
    }
    await tree.waitForRow(({ description }) => description.startsWith('quiet 2'));
    await settle(workbench);
    await workbench.screenshot('activities-dark');
  });

  it('counts in the badge who waits and who is dead, and tells it in the status bar', async () => {
    assert.equal(await workbench.activityBarBadge(containerTitle), '2');
    const item = await workbench.statusBar.waitFor(statusItem);
    assert.match(item.ariaLabel, /2 working, 1 waiting for you, 1 dead reservation/);
    const text = (await workbench.statusBar.tooltip(statusItem)).replaceAll('\u00a0', ' ');
    assert.match(text, /waits for permission: Bash.*<1 min/);
    await workbench.screenshot('activities-status-bar');
  });

  it('has tokens, cost, context and the sum with subagents in the tooltip', async () => {
    const text = await tree.tooltip(({ description }) => description.startsWith('editing'));
    await workbench.screenshot('activities-tooltip-dark');
    const plain = text.replaceAll('\u00a0', ' ');
    for (const part of [
      /31,000 in · 60,000 out · 90,000 read from cache · 21,000 written to cache/,
      /% of \d/,
      /With subagents.*40,000 in · 62,500 out/s,
    ]) {
      assert.match(plain, part);
    }
  });

  it('shows all of it in the page of the agent, which follows its transcript', async () => {
    await workbench.runCommand('Notifications: Clear All Notifications');
    const page = await workbench.webviewOpenedBy('Claude Code', () =>
      tree.select(({ description }) => description.startsWith('editing')),
    );
    await page.locator('table', { hasText: '60,000' }).first().waitFor();
    const text = await page.locator('main').innerText();
    assert.match(text, /editing src\/checkout\/total\.ts · holds no thread/);
    assert.match(text, /With subagents/);
    await settle(workbench);
    await workbench.screenshot('activities-details-dark');
    worker.answer({ input: 0, output: 1 });
    await page.locator('table', { hasText: '60,001' }).first().waitFor();
  });

  it('is as readable in the light theme, and in a wide side bar', async () => {
    await workbench.setTheme('light');
    await settle(workbench);
    await workbench.screenshot('activities-light');
    await workbench.closeAllEditors();
    await showAgents(workbench, { sideBarWidth: 560 });
    await settle(workbench);
    await workbench.screenshot('activities-wide-light');
    await workbench.setTheme('high-contrast-dark');
    await settle(workbench);
    await workbench.screenshot('activities-high-contrast');
    await workbench.setTheme('dark');
  });

  it('follows an agent through a click of a person and an interruption', async () => {
    worker.interruption();
    await tree.waitForNoRow(({ description }) => description.startsWith('editing'));
    assert.equal((await world.holdersOf('src/checkout/total.ts')).length, 0);
  });
});
