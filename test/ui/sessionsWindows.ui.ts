import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { startUiSession } from '../support/vscode/uiSession.ts';
import type { UiSession } from '../support/vscode/uiSession.ts';
import { openWorkbench } from '../support/vscode/workbench.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { SessionHome } from './support/sessionHome.ts';
import { pageOf, sessionsViewTitle, startSession, showSessions } from './support/sessionWindow.ts';
import { UiWorld } from './support/uiWorld.ts';
import { settle } from './support/windowDressing.ts';

const first = 'Raise the limit';
const second = 'Lower the limit';
const third = 'Double the limit';
const locked = 'Explain the limit';

describe('sessions and windows', () => {
  const world = new UiWorld();
  const home = new SessionHome();
  let session: UiSession | undefined;
  let workbench: Workbench;
  let other: Workbench | undefined;
  let file: string;

  before(async () => {
    file = join(world.folder, 'login.ts');
    writeFileSync(file, 'attempts = 3\n');
    await world.initGit('main');
    home.install('gemini', ['--needs-login']);
    home.onPrompt(first, [
      ['edit', file, 'attempts = 5\n'],
      ['say', 'Raised.'],
    ]);
    home.onPrompt(second, [['edit', file, 'attempts = 2\n']]);
    home.onPrompt(third, [
      ['say', 'I look.'],
      ['edit', file, 'attempts = 6\n'],
      ['say', 'Doubled.'],
    ]);
    session = await startUiSession({
      target: world.folder,
      size: { width: 1200, height: 800 },
      env: home.env,
    });
    workbench = session.workbench;
    await showSessions(workbench, { sideBarWidth: 360 });
  });

  after(async () => {
    await other?.close();
    await session?.stop();
    await world.dispose();
    home.dispose();
  });

  it('show a question in both, and the first answer wins', async () => {
    assert.ok(session);
    const size = { width: 1200, height: 800 };
    other = await openWorkbench(session.server, { target: world.folder, size });
    await showSessions(other, { sideBarWidth: 360 });
    const page = await startSession(workbench, first);
    await page.locator('.question.open').waitFor();
    await other.tree(sessionsViewTitle).waitForRow(/Raise/);
    await other.notifications.waitFor(/Codex asks: Edit login\.ts/);
    await settle(other);
    await other.screenshot('session-notification-dark');
    // Both have the question before them, and the other one hesitates.
    await other.runCommand('Heddle Agents: Answer Session…');
    await other.quickInput.waitForOpen(/Edit login\.ts/);
    await other.screenshot('session-answer-pick-dark');
    await page.locator('.question button', { hasText: /^\s*No\s*$/ }).click();
    await page.locator('.entry-end').waitFor();
    await other.quickInput.pick(/^Yes$/);
    await other.notifications.waitFor(/has answered the question/);
    await settle(other);
    await other.screenshot('session-answered-elsewhere-dark');
    assert.equal(readFileSync(file, 'utf8'), 'attempts = 3\n');
    await workbench.closeAllEditors();
  });

  it('lose nothing when a window is reloaded in the middle of a question', async () => {
    const page = await startSession(workbench, third);
    await page.locator('.question.open').waitFor();
    await workbench.reloadWindow();
    await showSessions(workbench);
    await workbench.tree(sessionsViewTitle).waitForRow(/Double/);
    const again = await pageOf(workbench, third);
    await again.locator('.question.open').waitFor();
    assert.match(await again.locator('.entry-message').first().innerText(), /I look/);
    await settle(workbench);
    await workbench.screenshot('session-reloaded-dark');
    await again.locator('.question button', { hasText: /^\s*Yes\s*$/ }).click();
    await again.locator('.entry-end').waitFor();
    assert.match(await again.locator('main').innerText(), /Doubled/);
    assert.equal(readFileSync(file, 'utf8'), 'attempts = 6\n');
    await workbench.closeAllEditors();
  });

  it('say that a log-in is needed, and run it in a terminal', async () => {
    const { quickInput } = workbench;
    await workbench.runCommand('Heddle Agents: Start Session…');
    await quickInput.waitForOpen('Which agent?');
    await quickInput.pick(/Gemini/);
    await quickInput.waitForOpen('What shall the agent do?');
    await quickInput.submit(locked);
    const page = await pageOf(workbench, locked);
    await page.locator('.failure').waitFor();
    assert.match(await page.locator('.entry-end').innerText(), /A log-in is needed/);
    await settle(workbench);
    await workbench.screenshot('session-log-in-dark');
    await page.locator('#action-logIn').click();
    await workbench.page.locator('.terminal-wrapper.active').waitFor();
    assert.equal(await page.locator('#follow-up').count(), 0, 'there is no conversation');
    await workbench.page.getByText('Log In to Gemini CLI').first().waitFor();
    await settle(workbench);
    await workbench.screenshot('session-log-in-terminal-dark');
    await workbench.runCommand('Terminal: Kill All Terminals');
  });

  it('show the beginning of a question that was answered by nobody', async () => {
    const page = await startSession(workbench, second);
    await page.locator('.question.open').waitFor();
    await page.locator('#action-cancel').click();
    await workbench.quickInput.waitForOpen(/Cancel/);
    await workbench.quickInput.submit('');
    await page.locator('.entry-end').waitFor();
    assert.match(await page.locator('.entry-question').innerText(), /not asked any more/);
  });
});
