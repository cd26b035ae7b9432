import { strict as assert } from 'node:assert';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { makeTempFolder, removeTempFolder } from '../support/tempFolder.ts';
import { startUiSession } from '../support/vscode/uiSession.ts';
import type { UiSession } from '../support/vscode/uiSession.ts';
import { projectRoot } from '../support/vscode/projectPaths.ts';
import { waitUntil } from '../support/vscode/waitUntil.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { UiWorld } from './support/uiWorld.ts';
import { settle, showAgents } from './support/windowDressing.ts';

type Step = readonly [string, ...unknown[]];

describe('a session', () => {
  const world = new UiWorld();
  let session: UiSession | undefined;
  let workbench: Workbench;
  let file: string;
  let home: string;

  before(async () => {
    await world.initGit('main');
    file = join(world.folder, 'login.ts');
    writeFileSync(file, 'export const attempts = 3;\n');
    home = makeTempFolder();
    installAgent(home);
    session = await startUiSession({
      target: world.folder,
      size: { width: 1200, height: 800 },
      env: { HOME: home, USERPROFILE: home },
    });
    workbench = session.workbench;
    await showAgents(workbench, { sideBarWidth: 320 });
  });

  after(async () => {
    await session?.stop();
    await world.dispose();
    removeTempFolder(home);
  });

  const start = async (steps: readonly Step[]): Promise<void> => {
    await workbench.runCommand('Heddle Agents: Start Session…');
    await workbench.quickInput.waitForOpen(/Start Session/);
    await workbench.quickInput.pick(/Codex/);
    await workbench.quickInput.type(JSON.stringify(steps));
    await workbench.quickInput.accept();
  };

  it('is started, shows its plan and asks', async () => {
    await start([
      ['plan', 'Raise the limit', 'Run the tests'],
      ['say', '# The login\nI raise the number of **attempts** in `login.ts`.'],
      ['usage', 31_000, 0.42],
      ['edit', file, 'export const attempts = 5;\n'],
      ['say', 'It is done.'],
    ]);
    const page = await workbench.webview('[["plan"');
    await page.locator('.question.open').waitFor();
    const text = await page.locator('main').innerText();
    for (const part of [/0 of 2 steps/, /The login/, /Edit login\.ts/, /\$0\.42/]) {
      assert.match(text, part);
    }
    assert.match(
      await page.locator('.question .diff').innerText(),
      /\+ export const attempts = 5;/,
    );
    await settle(workbench);
    await workbench.screenshot('session-question-dark');
  });

  it('goes on with the answer, and shows the difference', async () => {
    const page = await workbench.webview('[["plan"');
    await page.locator('.question button', { hasText: /^\s*Yes\s*$/ }).click();
    await page.locator('.entry-end').waitFor();
    assert.equal(readFileSync(file, 'utf8'), 'export const attempts = 5;\n');
    await page.locator('.question .change summary').click();
    await page.locator('.question button', { hasText: 'Open in Diff Editor' }).click();
    await waitUntil('the diff editor', async () =>
      (await workbench.editorTitles()).some((title) => title.includes('before ↔ after'))
        ? true
        : undefined,
    );
    await settle(workbench);
    await workbench.screenshot('session-diff-dark');
    await workbench.closeAllEditors();
  });

  it('is cancelled with a reason', async () => {
    await start([['say', 'This takes long.'], ['silence']]);
    const page = await workbench.webview('[["say"');
    await page.locator('button', { hasText: 'Cancel…' }).click();
    await workbench.quickInput.waitForOpen(/Cancel/);
    await workbench.quickInput.type('Not now');
    await workbench.quickInput.accept();
    await page.locator('.entry-end').waitFor();
    assert.match(await page.locator('.entry-cancel').innerText(), /Not now/);
    await settle(workbench);
    await workbench.screenshot('session-cancelled-dark');
    await workbench.closeAllEditors();
  });

  it('says why it failed', async () => {
    await start([['crash', 3]]);
    const page = await workbench.webview('[["crash"');
    await page.locator('.failure').waitFor();
    assert.match(await page.locator('.entry-end').innerText(), /everything is lost/);
    await settle(workbench);
    await workbench.screenshot('session-failed-dark');
  });
});

/** The scripted agent under the name of one that is found where installers put it. */
function installAgent(home: string): void {
  const loader = join(projectRoot, 'node_modules/tsx/dist/loader.mjs');
  const script = join(projectRoot, 'test/support/agents/acp/scriptedAcpAgent.ts');
  const words = [process.execPath, '--import', loader, script].map((word) => `'${word}'`);
  const program = join(home, '.local/bin/codex-acp');
  mkdirSync(dirname(program), { recursive: true });
  writeFileSync(program, `#!/bin/sh\nexec ${words.join(' ')}\n`);
  chmodSync(program, 0o755);
}
