import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { FrameLocator } from 'playwright-core';

import { startUiSession } from '../support/vscode/uiSession.ts';
import type { UiSession } from '../support/vscode/uiSession.ts';
import { waitUntil } from '../support/vscode/waitUntil.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { SessionHome } from './support/sessionHome.ts';
import { pageOf, sessionsViewTitle, startSession, showSessions } from './support/sessionWindow.ts';
import { UiWorld } from './support/uiWorld.ts';
import { locksViewTitle, settle } from './support/windowDressing.ts';

const raise = 'Raise the limit of attempts at the login';
const wait = 'Find out why the tests are slow';
const crash = 'Move payments to the new provider';
const more = 'Now write a test for it';

describe('a session', () => {
  const world = new UiWorld();
  const home = new SessionHome();
  let session: UiSession | undefined;
  let workbench: Workbench;
  let file: string;

  before(async () => {
    file = join(world.folder, 'login.ts');
    writeFileSync(file, loginText(3));
    await world.initGit('main');
    home.onPrompt(raise, [
      ['think', 'The limit is a constant.'],
      ['plan', 'Raise the limit', 'Run the tests'],
      ['say', '# The login\nI raise the number of **attempts** in `login.ts`.'],
      ['usage', 31_000, 0.42],
      ['edit', file, loginText(5)],
      [
        'update',
        { sessionUpdate: 'plan', entries: [step('Raise the limit'), step('Run the tests')] },
      ],
      ['say', 'The limit is 5 now. It stood in one place only.'],
    ]);
    home.onPrompt(wait, [['say', 'I run them one after another.'], ['silence']]);
    home.onPrompt(crash, [
      ['say', 'I look at the callers.'],
      ['crash', 3],
    ]);
    home.onPrompt(more, [['say', 'There is a test for it now.']]);
    session = await startUiSession({
      target: world.folder,
      size: { width: 1200, height: 900 },
      env: home.env,
    });
    workbench = session.workbench;
    await showSessions(workbench, { sideBarWidth: 360 });
  });

  after(async () => {
    await session?.stop();
    await world.dispose();
    home.dispose();
  });

  const shoot = async (name: string): Promise<void> => {
    await settle(workbench);
    await workbench.screenshot(name);
  };
  const shootInLight = async (name: string): Promise<void> => {
    await workbench.setTheme('light');
    await shoot(name);
    await workbench.setTheme('dark');
  };

  it('is begun with an agent that is installed and a prompt', async () => {
    const { quickInput } = workbench;
    const tree = workbench.tree(sessionsViewTitle);
    const welcome = await waitUntil('the welcome', async () => (await tree.welcome()) || undefined);
    assert.match(welcome, /No sessions yet/);
    await shoot('session-none-dark');
    await workbench.runCommand('Heddle Agents: Start Session…');
    await quickInput.waitForOpen('Which agent?');
    const [first, second] = await quickInput.rows();
    assert.equal(first?.label, 'Codex');
    assert.match(`${second?.description} ${second?.detail}`, /not found.*Install it/);
    await shoot('session-start-agent-dark');
    await quickInput.pick(/Codex/);
    await quickInput.waitForOpen('What shall the agent do?');
    assert.match(await quickInput.message(), /It works in .*shop/);
    await shoot('session-start-prompt-dark');
    await quickInput.submit(raise);
  });

  it('shows its plan and asks, while the file is locked for it', async () => {
    const page = await pageOf(workbench, raise);
    await page.locator('.question.open').waitFor();
    const text = await page.locator('main').innerText();
    for (const part of [/0 of 2 steps/, /The login/, /waiting for you/, /\$0\.42/]) {
      assert.match(text, part);
    }
    const diff = await page.locator('.question .diff').innerText();
    assert.match(diff, /\+ {3}attempts: 5,/);
    assert.equal(await page.locator('.entry-tool:visible').count(), 0, 'it is shown once');
    await workbench.tree(locksViewTitle).waitForRow(/login\.ts/);
    const sessions = workbench.tree(sessionsViewTitle);
    const shown = /^Edit login\.ts · 0 of 2 steps · \$0\.42 · .* · Codex$/;
    await sessions.waitForDescription(/Raise the limit/, shown);
    assert.equal(await workbench.activityBarBadge('Heddle Agents'), '1');
    await shoot('session-question-dark');
    await shootInLight('session-question-light');
    await workbench.setTheme('high-contrast-dark');
    await shoot('session-question-high-contrast');
    await workbench.setTheme('dark');
  });

  it('shows the difference in the editor while it asks', async () => {
    const page = await pageOf(workbench, raise);
    await page.locator('.question button', { hasText: 'Open in Diff Editor' }).click();
    await waitForDifference();
    await shoot('session-diff-dark');
  });

  const waitForDifference = (): Promise<true> =>
    waitUntil('the diff editor', async () =>
      (await workbench.editorTitles()).some((title) => title.includes('before ↔ after'))
        ? true
        : undefined,
    );

  it('goes on with the answer, and is done', async () => {
    const page = await pageOf(workbench, raise);
    await page.locator('.question button', { hasText: /^\s*Yes\s*$/ }).click();
    await page.locator('.entry-end').waitFor();
    assert.equal(readFileSync(file, 'utf8'), loginText(5));
    assert.deepEqual(await world.holdersOf('login.ts'), []);
    assert.match(await page.locator('.entry-question').innerText(), /Answered by .*: Yes/);
    assert.equal(await page.locator('.question .diff').count(), 0, 'the tool call has it');
    await page.locator('.tool .change summary').click();
    await page.locator('.tool .diff').waitFor();
    const text = await page.locator('main').innerText();
    for (const part of [/2 of 2 steps/, /115 tokens · \$0\.42/, /It is done/])
      assert.match(text, part);
    await page.locator('#action-followUp').scrollIntoViewIfNeeded();
    await shoot('session-done-dark');
    await shootInLight('session-done-light');
    await page.locator('.tool button', { hasText: 'Open in Diff Editor' }).click();
    await waitForDifference();
  });

  it('goes on with the conversation in a session of its own', async () => {
    const page = await pageOf(workbench, raise);
    await page.locator('#follow-up').fill(more);
    await page.locator('#action-followUp').click();
    const next = await pageOf(workbench, more);
    await next.locator('.entry-end').waitFor();
    assert.match(await next.locator('main').innerText(), /There is a test for it now/);
    await shoot('session-follow-up-dark');
    const before = await pageOf(workbench, raise);
    assert.equal(await before.locator('#follow-up').inputValue(), '');
  });

  it('is run again', async () => {
    const page = await pageOf(workbench, more);
    await page.locator('#action-rerun').click();
    const tree = workbench.tree(sessionsViewTitle);
    await waitUntil('two of them', async () =>
      (await tree.rows()).filter(({ label }) => label.startsWith('Now write')).length === 2
        ? true
        : undefined,
    );
    await workbench.closeAllEditors();
  });

  it('is cancelled with a reason', async () => {
    const page = await startSession(workbench, wait);
    await page.locator('.entry-message').waitFor();
    await page.locator('#action-cancel').click();
    await workbench.quickInput.waitForOpen(/Cancel/);
    await shoot('session-cancel-dark');
    await workbench.quickInput.submit('Not now');
    await page.locator('.entry-end').waitFor();
    assert.match(await page.locator('.entry-end').innerText(), /Cancelled by Grace: Not now/);
    assert.match(await stateOf(page), /cancelled/);
    await shoot('session-cancelled-dark');
    await workbench.closeAllEditors();
  });

  it('says why it failed, with the last that its program wrote', async () => {
    const page = await startSession(workbench, crash);
    await page.locator('.failure').waitFor();
    const end = await page.locator('.entry-end').innerText();
    assert.match(end, /exit code 3/);
    assert.match(end, /everything is lost/);
    await shoot('session-failed-dark');
    await shootInLight('session-failed-light');
    await workbench.closeAllEditors();
  });
});

function step(content: string): Readonly<Record<string, string>> {
  return { content, priority: 'high', status: 'completed' };
}

function stateOf(page: FrameLocator): Promise<string> {
  return page.locator('#part-status').innerText();
}

function loginText(attempts: number): string {
  return [
    "import { delay } from './delay.ts';",
    '',
    'export const login = {',
    `  attempts: ${attempts},`,
    '  waitMs: delay(2),',
    '};',
    '',
  ].join('\n');
}
