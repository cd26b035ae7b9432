import { strict as assert } from 'node:assert';

import { clickMenuItem } from '../support/vscode/contextMenu.ts';
import { startUiSession } from '../support/vscode/uiSession.ts';
import type { UiSession } from '../support/vscode/uiSession.ts';
import type { TreeRow } from '../support/vscode/treeRows.ts';
import type { TreeView } from '../support/vscode/treeView.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { joinCast } from './support/cast.ts';
import type { Cast } from './support/cast.ts';
import { UiWorld } from './support/uiWorld.ts';
import { containerTitle, settle, showAgents, statusItem } from './support/windowDressing.ts';

describe('the view Agents with a cast', () => {
  const world = new UiWorld();
  let cast: Cast;
  let session: UiSession | undefined;
  let workbench: Workbench;
  let tree: TreeView;

  before(async () => {
    await world.initGit('feature/login');
    cast = await joinCast(world);
    world.copyFixture('heddle-agents', 'agent-hostile-text.toml');
    world.copyFixture('odd-agents', 'agent-truncated.toml', 'agent-bad-types.toml');
    session = await startUiSession({ target: world.folder, size: { width: 1100, height: 700 } });
    workbench = session.workbench;
    tree = await showAgents(workbench, { sideBarWidth: 520 });
    await tree.waitForRow('Grace');
  });

  after(async () => {
    await session?.stop();
    await world.dispose();
  });

  it('shows who spawned whom, in which state, on which thread', async () => {
    const rows = await tree.rows();
    assert.deepEqual(outline(rows), [
      'Gemini CLI · gemini-2.5-pro',
      'Grace',
      '  Codex · gpt-5-codex',
      '    Codex · gpt-5-mini',
      '  Claude Code · sonnet-4-5',
      '    Claude Code · opus-4-1',
      '    Claude Code · haiku-4-5',
      '$(zap) <b>m</b>',
      'Finished',
      'Unreadable',
    ]);
    const icons = rows.map(({ icon }) => icon);
    assert.deepEqual(icons, [
      ...['error', 'account', 'hubot', 'hubot', 'hubot', 'hubot', 'hubot'],
      ...['question', 'archive', 'warning'],
    ]);
    const claude = await tree.waitForDescription(
      /sonnet-4-5/,
      /^alive .*min · feature\/checkout · \$1\.84 · 128 k tokens$/,
    );
    assert.match(claude.ariaLabel, /alive for .*, holds thread feature\/checkout$/);
    await tree.waitForDescription(/gemini/, /^dead .* · feature\/payments$/);
    assert.equal((await tree.waitForRow('Finished')).isExpanded, false);
    assert.equal((await tree.waitForRow('Unreadable')).isExpanded, false);
    await settle(workbench);
    await workbench.screenshot('agents-dark');
  });

  it('has everything in the tooltip, with usage in tokens and dollars and the evidence', async () => {
    const text = await tooltipOf(tree, /sonnet-4-5/);
    await workbench.screenshot('tooltip-dark');
    for (const part of [
      `Process ${cast.pid} is running.`,
      'feature/checkout',
      'Try the checkout again when the payment provider times out',
      '120,345 tokens in · 8,123 out · 2,048 reasoning · 42 tool calls · $1.84',
      'anthropic',
      world.folder,
      cast.claude,
    ]) {
      assert.ok(text.includes(part), `the tooltip lacks "${part}":\n${text}`);
    }
    assert.match(await tooltipOf(tree, /gemini/), /^Dead\. Process \d+ is gone\./m);
  });

  it('shows hostile text as text', async () => {
    const row = await tree.waitForRow('$(zap) <b>m</b>');
    assert.ok(row.description.includes('<img src=x onerror=alert(1)>'), row.description);
    assert.ok(row.description.includes('⟨U+202E⟩'), row.description);

    const text = await tooltipOf(tree, '$(zap) <b>m</b>');
    await workbench.screenshot('tooltip-hostile');
    const hover = workbench.page.locator('.monaco-hover:visible').last();
    assert.equal(await hover.locator('a').count(), 0);
    assert.equal(await hover.locator('img, .codicon:not(.codicon-info)').count(), 0);
    assert.equal(await hover.locator('b, strong', { hasText: /^(m|bold)$/ }).count(), 0);
    for (const part of ['**bold** [click](command:foo) $(trash) `code`', '⟨U+001B⟩[31mred']) {
      assert.ok(text.includes(part), text);
    }
  });

  it('makes no link of an address in a tooltip', async () => {
    const address = 'https://evil.example www.evil.example me@evil.example';
    await world.join({
      key: 'codex:evil',
      harness: address,
      thread: 'www.evil.example',
      task: address,
      pid: cast.pid,
    });
    const text = await tooltipOf(tree, /evil/);
    await workbench.screenshot('tooltip-address');
    assert.ok(text.includes('www.evil.example'), text);
    assert.deepEqual(await workbench.page.locator('.monaco-hover:visible a').allInnerTexts(), []);
    await removeHolder(world, 'www.evil.example');
    await tree.waitForNoRow(/evil/);
  });

  it('says of unreadable files what is wrong, and opens them at the line', async () => {
    await tree.expand('Unreadable');
    await tree.waitForDescription('agent-truncated.toml', /^Line \d+: /);
    await settle(workbench);
    await workbench.screenshot('unreadable');
    await workbench.opens('agent-truncated.toml', () => tree.select('agent-truncated.toml'));
    await workbench.closeAllEditors();
    await tree.collapse('Unreadable');
  });

  it('keeps selection and expansion through a heartbeat and an added agent', async () => {
    await tree.collapse(/sonnet-4-5/);
    await tree.expand('Finished');
    await tree.select(/gpt-5-mini/);
    await world.agent('heartbeat', cast.codex);
    await world.join({
      key: 'opencode:docs',
      parent: 'human:Grace',
      harness: 'opencode',
      model: 'kimi-k2',
      thread: 'docs/readme',
      pid: cast.pid,
    });
    assert.equal((await tree.waitForRow(/OpenCode/)).level, 2);
    assert.equal((await tree.waitForRow(/sonnet-4-5/)).isExpanded, false);
    assert.equal((await tree.waitForRow('Finished')).isExpanded, true);
    const selected = (await tree.rows()).filter(({ isSelected }) => isSelected);
    assert.deepEqual(
      selected.map(({ label }) => label),
      ['Codex · gpt-5-mini'],
    );
    await tree.collapse('Finished');
    await tree.expand(/sonnet-4-5/);
    await workbench.closeAllEditors();
  });

  it('shows the first subagent of an agent without a click', async () => {
    await world.join({
      key: 'codex:rounding:callers:grep',
      parent: 'codex:rounding:callers',
      harness: 'codex',
      model: 'gpt-5-nano',
      pid: cast.pid,
    });
    assert.equal((await tree.waitForRow(/gpt-5-nano/)).level, 4);
  });

  it('groups by thread, harness or not at all through the menu of the view', async () => {
    await groupBy(tree, 'Group by Thread');
    await tree.waitForRow('feature/checkout');
    await tree.waitForDescription('No thread', '4');
    await settle(workbench);
    await workbench.screenshot('group-by-thread');

    await groupBy(tree, 'Group by Harness');
    await tree.waitForRow('People');
    await tree.waitForDescription('Claude Code', '3');
    await settle(workbench);
    await workbench.screenshot('group-by-harness');

    await groupBy(tree, 'Show as Flat List');
    await tree.waitForNoRow('People');
    assert.ok((await tree.rows()).every(({ level }) => level === 1));
    await settle(workbench);
    await workbench.screenshot('flat');

    const offered = await groupBy(tree, 'Group by Actor Chain');
    assert.ok(!offered.includes('Show as Flat List'), 'the grouping in use is not offered');
    await tree.waitForRow(({ label, level }) => label.includes('opus-4-1') && level === 3);
  });

  it('warns in the status bar and on the icon, and lists who is dead', async () => {
    const item = await workbench.statusBar.waitFor(statusItem);
    assert.equal(item.background, 'warning');
    assert.match(item.text, /^7\s+1$/);
    assert.match(item.ariaLabel, /7 .*alive, 1 dead reservation/);
    assert.equal(await workbench.activityBarBadge(containerTitle), '1');

    const text = plainSpaces(await workbench.statusBar.tooltip(statusItem));
    assert.match(text, /Gemini CLI · gemini-2\.5-pro holds feature\/payments, last seen .* ago/);
    await workbench.screenshot('status-bar');
    const links = workbench.page.locator('.monaco-hover:visible a');
    assert.deepEqual(await links.allInnerTexts(), ['Show Details', 'Reap Dead…']);
    await links.filter({ hasText: 'Reap Dead…' }).click();
    await workbench.quickInput.waitForOpen(/Reap/);
    await workbench.quickInput.cancel();

    await workbench.runCommand('View: Show Explorer');
    await workbench.explorer.waitForRow('README.md');
    await workbench.statusBar.click(statusItem);
    await tree.waitForRow('Grace');
    assert.deepEqual(outline(await tree.rows()), [
      'Gemini CLI · gemini-2.5-pro',
      'Grace',
      '  OpenCode · kimi-k2',
      '  Codex · gpt-5-codex',
      '    Codex · gpt-5-mini',
      '      Codex · gpt-5-nano',
      '  Claude Code · sonnet-4-5',
      '    Claude Code · opus-4-1',
      '    Claude Code · haiku-4-5',
      '$(zap) <b>m</b>',
      'Finished',
      'Unreadable',
    ]);
  });

  it('is as readable in the light theme and in both of high contrast', async () => {
    for (const theme of ['light', 'high-contrast-dark', 'high-contrast-light'] as const) {
      await workbench.setTheme(theme);
      await settle(workbench);
      await workbench.screenshot(`agents-${theme}`);
      const rows = await tree.rows();
      assert.equal(rows.find(({ label }) => label === 'Grace')?.icon, 'account');
    }
    await workbench.setTheme('light');
    await tooltipOf(tree, /sonnet-4-5/);
    await workbench.screenshot('tooltip-light');
  });
});

/** The labels, each indented by its level. */
function outline(rows: readonly TreeRow[]): string[] {
  return rows.map(({ label, level }) => `${'  '.repeat(level - 1)}${label}`);
}

async function tooltipOf(tree: TreeView, row: string | RegExp): Promise<string> {
  return plainSpaces(await tree.tooltip(row));
}

function plainSpaces(text: string): string {
  return text.replaceAll('\u00a0', ' ');
}

/** Deletes the entry that holds a thread. */
async function removeHolder(world: UiWorld, thread: string): Promise<void> {
  const agent = (await world.listed()).find((each) => each.thread === thread);
  assert.ok(agent);
  await world.removeFile(`${agent.session_id}.toml`);
}

/** Chooses in the menu of the view; returns what was offered. */
async function groupBy(tree: TreeView, label: string): Promise<string[]> {
  const offered = await tree.openTitleMenu();
  await clickMenuItem(tree.root.page(), label);
  return offered;
}
