import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { projectRoot } from '../support/vscode/projectPaths.ts';
import { endUiSessions, startUiSession } from '../support/vscode/uiSession.ts';
import type { UiSession, UiSessionOptions } from '../support/vscode/uiSession.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { joinCast } from './support/cast.ts';
import type { Cast } from './support/cast.ts';
import { IdentityFolder } from './support/identityFolder.ts';
import { lockShop, shopFiles } from './support/lockedShop.ts';
import { SessionHome } from './support/sessionHome.ts';
import { showSessions, startSession } from './support/sessionWindow.ts';
import { UiWorld } from './support/uiWorld.ts';
import { locksViewTitle, settle, showAgents, statusItem } from './support/windowDressing.ts';

/**
 * Takes the pictures of the README anew, of the packaged extension: `npm run package`, then
 * `npx tsx test/ui/takePictures.ts`. They go to `media/screenshots`.
 */
async function takePictures(): Promise<void> {
  const world = new UiWorld();
  try {
    for (const [path, text] of Object.entries(shopFiles)) world.writeSource(path, text);
    await world.initGit('feature/login');
    const cast = await joinCast(world);
    const minutes = { person: 95, claude: 42, writer: 3, reviewer: 11, codex: 27, finder: 6 };
    for (const [name, ago] of [...Object.entries(minutes), ['lost', 68] as const]) {
      await startedAgo(world, cast[name as keyof typeof minutes], ago);
    }

    await inWindow(world, { size: { width: 900, height: 600 } }, async ({ workbench }) => {
      const tree = await showAgents(workbench, { sideBarWidth: 540 });
      await tree.waitForRow('Grace');
      await settle(workbench);
      await workbench.statusBar.tooltip(statusItem);
      await take(workbench, 'agents-dark');
      await workbench.setTheme('light');
      await settle(workbench);
      await take(workbench, 'agents-light');
    });
    await takeLockPictures(world, cast);
    await inWindow(world, { size: { width: 1100, height: 700 } }, async ({ workbench }) => {
      const tree = await showAgents(workbench, { sideBarWidth: 360 });
      await tree.select(/sonnet-4-5/);
      const page = await workbench.webview('feature/checkout');
      await page.locator('h1').waitFor();
      await settle(workbench);
      await take(workbench, 'details-dark');
    });
    await world.join({
      key: 'opencode:search',
      harness: 'opencode',
      model: 'kimi-k2',
      thread: 'feature/search',
      pid: await killed(world),
    });
    await inWindow(world, { size: { width: 900, height: 600 } }, async ({ workbench }) => {
      const tree = await showAgents(workbench, { sideBarWidth: 500 });
      await tree.waitForRow(/kimi-k2/);
      await workbench.runCommand('Heddle Agents: Reap Dead Agents…');
      await workbench.quickInput.waitForOpen(/Reap/);
      await settle(workbench);
      await take(workbench, 'reap-preview');
    });
  } finally {
    await world.dispose();
  }
  await takeSessionPicture();
  await takeTeamPicture();
}

/** A session that asks for an edit. */
async function takeSessionPicture(): Promise<void> {
  const world = new UiWorld();
  const home = new SessionHome();
  const prompt = 'Raise the limit of attempts at the login';
  const login = (attempts: number): string =>
    `import { delay } from './delay.ts';\n\nexport const login = {\n  attempts: ${attempts},\n  waitMs: delay(2),\n};\n`;
  try {
    world.writeSource('src/login.ts', login(3));
    await world.initGit('main');
    home.onPrompt(prompt, [
      ['plan', 'Raise the limit', 'Run the tests'],
      ['say', 'The limit stands in one place only, in `src/login.ts`.'],
      ['usage', 31_000, 0.42],
      ['edit', join(world.folder, 'src/login.ts'), login(5)],
    ]);
    const size = { width: 1000, height: 640 };
    await inWindow(world, { size, env: home.env }, async ({ workbench }) => {
      await showSessions(workbench, { sideBarWidth: 320 });
      const page = await startSession(workbench, prompt);
      await page.locator('.question.open').waitFor();
      await settle(workbench);
      await take(workbench, 'session-dark');
      await page.getByRole('button', { name: 'No', exact: true }).click();
    });
  } finally {
    await world.dispose();
    home.dispose();
  }
}

/** A team of named agents, and the page of one that has answered. */
async function takeTeamPicture(): Promise<void> {
  const world = new UiWorld();
  const home = new SessionHome();
  const team = new IdentityFolder(world.folder);
  const instructions = 'You review changes in this repository. You never edit files yourself.';
  const about = ['agent = "codex"', `instructions = "${instructions}"`];
  try {
    await world.initGit('main');
    for (const name of ['backend', 'docs', 'reviewer']) {
      const line = `You are the agent named "${name}". Your standing instructions, which hold for everything that follows:`;
      home.onPrompt(line, [['say', 'The change is fine, but **the total** is rounded twice.']]);
    }
    team.describe('reviewer', ['display_name = "Code reviewer"', ...about, 'peers = ["docs"]']);
    team.describe('backend', about);
    team.describe('docs', about);
    team.describe('release', about);
    await team.hold('release', 'window of Ben on shop');
    const size = { width: 1100, height: 640 };
    await inWindow(world, { size, env: home.env }, async ({ workbench }) => {
      await showAgents(workbench, { sideBarWidth: 420 });
      for (const other of ['Agents', 'File Locks', 'Sessions']) {
        await workbench.tree(other).foldSection();
      }
      const tree = workbench.tree('Identities');
      await tree.expandSection();
      for (const [name, text] of [
        ['backend', 'Round the total once'],
        ['Code reviewer', 'Look at the last change of the checkout page'],
      ] as const) {
        await tree.clickInlineAction(name, 'Start Agent');
        await tree.waitForRow(
          ({ label, description }) => label === name && description.includes('ready'),
        );
        await tree.clickInlineAction(name, 'Send Message…');
        await workbench.quickInput.submit(text);
      }
      const page = await workbench.webviewOpenedBy('Code reviewer', () =>
        tree.select('Code reviewer'),
      );
      await page.locator('#part-output').getByText('rounded twice').waitFor();
      await page.locator('#part-status').getByText('ready').waitFor();
      await settle(workbench);
      await take(workbench, 'identities-dark');
    });
  } finally {
    await world.dispose();
    home.dispose();
  }
}

async function takeLockPictures(world: UiWorld, cast: Cast): Promise<void> {
  await lockShop(world, cast);
  const waiting = ['lock', 'src/checkout.ts', '--agent', cast.codex, '--wait', '5m'];
  void world.cli(...waiting, '--reason', 'Use the new rounding');
  for (let i = 0; i < 3; i += 1) await world.cli('lock', 'src/cart.ts', '--agent', cast.claude);
  await inWindow(world, { size: { width: 1000, height: 760 } }, async ({ workbench }) => {
    await showAgents(workbench, { sideBarWidth: 420 });
    const locks = workbench.tree(locksViewTitle);
    await locks.waitForRow('checkout.ts');
    await settle(workbench);
    await take(workbench, 'locks-dark');
  });
  await inWindow(world, { size: { width: 1000, height: 560 } }, async ({ workbench }) => {
    await workbench.runCommand('View: Show Explorer');
    for (const folder of ['src', 'docs']) await workbench.explorer.expand(folder);
    await workbench.explorer.select('checkout.ts');
    await workbench.page.locator('.codelens-decoration').first().waitFor();
    await workbench.page.locator('.editor-instance .view-line').last().click();
    await workbench.page.keyboard.type('// try');
    await workbench.page.keyboard.press('Escape');
    await workbench.notifications.waitFor(/holds\ssrc/);
    await settle(workbench);
    await take(workbench, 'held-file-dark');
    await workbench.runCommand('File: Revert File');
  });
  await world.cli('unlock', '--all', '--agent', cast.claude);
}

async function inWindow(
  world: UiWorld,
  shown: Pick<UiSessionOptions, 'size' | 'env'>,
  work: (session: UiSession) => Promise<void>,
): Promise<void> {
  const settings = { 'files.autoSave': 'off', 'editor.minimap.enabled': false };
  const session = await startUiSession({ target: world.folder, ...shown, settings });
  try {
    await work(session);
  } finally {
    await session.stop();
  }
}

async function take(workbench: Workbench, name: string): Promise<void> {
  const folder = join(projectRoot, 'media/screenshots');
  await mkdir(folder, { recursive: true });
  await copyFile(await workbench.screenshot(`readme-${name}`), join(folder, `${name}.png`));
}

/** As if the agent had been at work for a while. */
async function startedAgo(world: UiWorld, sessionId: string, minutes: number): Promise<void> {
  const name = `${sessionId}.toml`;
  const text = await readFile(join(world.agentsFolder, name), 'utf8');
  const at = new Date(Date.now() - minutes * 60_000).toISOString();
  world.writeFile(name, text.replace(/^started_at = .*$/m, `started_at = "${at}"`));
}

/** The id of a process that runs no more. */
async function killed(world: UiWorld): Promise<number> {
  const pid = await world.startProcess();
  await world.kill(pid);
  return pid;
}

try {
  await takePictures();
} finally {
  await endUiSessions();
}
