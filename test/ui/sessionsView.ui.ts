import { strict as assert } from 'node:assert';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { HolderProcess } from '../../src/core/locks/lockHolder.ts';
import type { EventContent, ProgressEvent } from '../../src/core/sessions/progressEvent.ts';
import { createProcessProbe } from '../../src/node/processProbe.ts';
import { recordHost } from '../../src/node/sessions/hostLiveness.ts';
import { startUiSession } from '../support/vscode/uiSession.ts';
import type { UiSession } from '../support/vscode/uiSession.ts';
import type { TreeView } from '../support/vscode/treeView.ts';
import { waitUntil } from '../support/vscode/waitUntil.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { putSession } from '../unit/node/sessions/sessionFolders.ts';
import { sessionsViewTitle, showSessions } from './support/sessionWindow.ts';
import { UiWorld } from './support/uiWorld.ts';
import { locksViewTitle, settle, viewTitle } from './support/windowDressing.ts';

const dayMs = 24 * 60 * 60_000;

interface Given {
  readonly prompt: string;
  readonly agent?: string;
  readonly agoMs?: number;
  readonly course: readonly (EventContent | End)[];
}

describe('the view Sessions', () => {
  const world = new UiWorld();
  let session: UiSession | undefined;
  let workbench: Workbench;
  let tree: TreeView;
  let host: HolderProcess;
  let count = 0;

  before(async () => {
    await world.initGit('main');
    mkdirSync(join(world.agentsFolder, '../sessions'), { recursive: true });
    // It runs as long as the tests, so that sessions go on.
    host = await recordHost(createProcessProbe(), Date.now());
    session = await startUiSession({ target: world.folder, size: { width: 1200, height: 900 } });
    workbench = session.workbench;
    await showSessions(workbench, { sideBarWidth: 460 });
    // The others would leave it little room.
    for (const title of [viewTitle, locksViewTitle]) {
      await workbench.page.locator(`.pane-header[aria-label="${title} Section"]`).click();
    }
    tree = workbench.tree(sessionsViewTitle);
  });

  after(async () => {
    await session?.stop();
    await world.dispose();
  });

  const put = ({ prompt, agent = 'claude', agoMs = 60_000, course }: Given): void => {
    count += 1;
    const sessionId = `session-${String(count).padStart(5, '0')}`;
    const atMs = Date.now() - agoMs;
    const spec = { kind: 'run', agent, prompt, cwd: world.folder } as const;
    const events = course.map((content, i): ProgressEvent => ({
      ...(typeof content === 'function' ? content(atMs) : content),
      sequence: i + 1,
      atMs,
    }));
    const folder = join(world.agentsFolder, '../sessions');
    putSession(folder, { sessionId, spec, createdAtMs: atMs, host }, events);
  };

  it('says what a session is while there is none', async () => {
    await waitUntil('the welcome', async () => (await tree.welcome()) || undefined);
    assert.match(await tree.welcome(), /No sessions yet/);
  });

  it('shows one', async () => {
    put({ prompt: 'Raise the limit of attempts', course: [plan(1, 3), uses('Run npm test')] });
    const row = await tree.waitForDescription(
      /Raise the limit/,
      /^Run npm test · 1 of 3 steps · 1 min · Claude Code$/,
    );
    assert.match(row.ariaLabel, /running/);
    assert.equal(await workbench.activityBarBadge('Heddle Agents'), '');
    await settle(workbench);
    await workbench.screenshot('sessions-one-dark');
  });

  it('shows many: what needs somebody first, long names cut, what has ended below', async () => {
    put({ prompt: `Move ${'every caller of '.repeat(20)}it`, course: asks('Edit checkout.ts') });
    put({ prompt: 'Round the total once', agent: 'codex', course: asks('Run make release') });
    for (let i = 1; i <= 20; i += 1) {
      put({ prompt: `Fix issue ${i}`, agoMs: i * 1000, course: [says('Fixed.'), done] });
    }
    put({ prompt: 'Update the docs', course: [cancelled] });
    put({ prompt: 'Find the leak', course: [failed] });
    for (let i = 1; i <= 26; i += 1) {
      put({ prompt: `Old task ${i}`, agoMs: dayMs + i * 1000, course: [says('Done.'), done] });
    }
    await tree.waitForRow(/Earlier/);
    const rows = await tree.rows();
    const labels = rows.map(({ label }) => label);
    assert.deepEqual(
      labels.slice(0, 3).map((label) => label.slice(0, 9)),
      ['Move ever', 'Round the', 'Raise the'],
    );
    assert.equal(labels[0]?.length, 32);
    assert.equal(rows.find(({ label }) => label === 'Earlier')?.isExpanded, false);
    // That one more is at work does not hide it.
    await waitUntil('the badge', async () =>
      (await workbench.activityBarBadge('Heddle Agents')) === '2' ? true : undefined,
    );
    await settle(workbench);
    await workbench.screenshot('sessions-many-dark');
    await workbench.setTheme('light');
    await settle(workbench);
    await workbench.screenshot('sessions-many-light');
    await workbench.setTheme('dark');
  });

  it('offers on a row what can be done with it', async () => {
    assert.deepEqual(await tree.inlineActions(/Round the/), ['Answer Session…', 'Cancel Session…']);
    assert.deepEqual(await tree.inlineActions(/Fix issue 1$/), [
      'Run Session Again',
      'Go On with Session…',
    ]);
    const items = await tree.openContextMenu(/Fix issue 1$/);
    await workbench.screenshot('sessions-row-menu-dark');
    await workbench.page.keyboard.press('Escape');
    for (const item of ['Open Session', 'Copy ID of Session', 'Delete Session…']) {
      assert.ok(items.includes(item), item);
    }
    assert.ok(!items.some((item) => item.startsWith('Cancel Session')));
  });

  it('tells all about a session in a tooltip', async () => {
    const text = await tree.tooltip(/Move ever/);
    assert.match(text, /waiting for you/);
    assert.match(text, /Claude Code/);
    await workbench.screenshot('sessions-tooltip-dark');
  });

  it('shows a thousand page by page', async () => {
    for (let i = 1; i <= 1000; i += 1) {
      put({ prompt: `Ancient task ${i}`, agoMs: 2 * dayMs + i * 1000, course: [done] });
    }
    const isAll = async (): Promise<true | undefined> =>
      (await tree.waitForRow('Earlier')).description === '1026' ? true : undefined;
    await waitUntil('all of them', isAll, { timeoutMs: 90_000 });
    await tree.collapse('Ended Today');
    await tree.expand('Earlier');
    // What was the last row would be taken for it until it is drawn again.
    await workbench.page.keyboard.press('End');
    await waitUntil('a page of them', async () =>
      (await tree.waitForRow('Show More')).description === '976 more' ? true : undefined,
    );
    await tree.select('Show More');
    await waitUntil('a page more', async () =>
      (await tree.waitForRow('Show More')).description === '926 more' ? true : undefined,
    );
    await settle(workbench);
    await workbench.screenshot('sessions-thousand-dark');
  });
});

function says(text: string): EventContent {
  const content = { kind: 'text', text } as const;
  return { kind: 'update', update: { kind: 'message-chunk', role: 'agent', content } };
}

function uses(title: string): EventContent {
  const call = { callId: 'c', title, toolKind: 'execute', status: 'in-progress' } as const;
  return {
    kind: 'update',
    update: { kind: 'tool-call', call: { ...call, content: [], locations: [] } },
  };
}

function plan(completed: number, total: number): EventContent {
  const entries = Array.from({ length: total }, (_, i) => ({
    content: `Step ${i + 1}`,
    priority: 'medium' as const,
    status: i < completed ? ('completed' as const) : ('pending' as const),
  }));
  return { kind: 'update', update: { kind: 'plan', entries } };
}

function asks(text: string): readonly EventContent[] {
  const options = [{ id: 'yes', label: 'Yes', kind: 'allow-once' as const }];
  const pause = {
    kind: 'single' as const,
    prompts: [{ queryId: 'q', text, options }],
    pausedAtMs: Date.now() - 30_000,
  };
  return [
    { kind: 'state-transition', from: 'running', to: 'paused' },
    { kind: 'pause-requested', pause },
  ];
}

type End = (atMs: number) => EventContent;

const done: End = (finishedAtMs) => ({
  kind: 'state-transition',
  from: 'running',
  to: 'done',
  outcome: { state: 'done', result: { value: null, finishedAtMs } },
});
const cancelled: End = (observedAtMs) => ({
  kind: 'state-transition',
  from: 'running',
  to: 'cancelled',
  outcome: {
    state: 'cancelled',
    cancel: {
      reason: { code: 'user', by: 'Grace', requestedAtMs: observedAtMs },
      stateBefore: { state: 'running' },
      observedAtMs,
    },
  },
});
const failed: End = (occurredAtMs) => ({
  kind: 'state-transition',
  from: 'running',
  to: 'failed',
  outcome: {
    state: 'failed',
    failure: { kind: 'agent-error', message: 'It has no credit left.', occurredAtMs },
  },
});
