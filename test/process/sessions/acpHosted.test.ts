import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';

import { isProcessGone } from '../../../src/node/processGone.ts';
import { sweepSessions } from '../../../src/node/sessions/sessionHistory.ts';
import { eventually } from '../../support/eventually.ts';
import { AcpHostWorld, saidIn } from './acpHostWorld.ts';
import { assertWhole, kindsOf } from './hostWorld.ts';

const yes = (queryId: string) =>
  ({ kind: 'single', queryId, response: { kind: 'option', optionId: 'yes' } }) as const;

describe('an agent in a session with a host of its own', () => {
  let world: AcpHostWorld;
  beforeEach(async () => {
    world = await AcpHostWorld.make();
  });
  afterEach(() => world.dispose());

  /** A command that ends only when it is killed, and says in a file which process it is. */
  const endless = (pidFile: string): readonly [string, string, string] => [
    process.execPath,
    '-e',
    `require('fs').writeFileSync(${JSON.stringify(pidFile)},String(process.pid));
     process.on('SIGTERM',()=>0);setInterval(()=>0,1000)`,
  ];
  const pidsIn = (name: string): readonly number[] => world.read(name).split(' ').map(Number);

  it('edits what a client allows, and the second who answers is told who was first', async () => {
    const id = await world.script([['edit', world.path('a.txt'), 'ONE\n'], ['answers']]);
    const { queryId } = await world.question(id);
    const [ann, ben] = [await world.attach(id, 'Ann'), await world.attach(id, 'Ben')];
    const answers = await Promise.allSettled([ann.resume(yes(queryId)), ben.resume(yes(queryId))]);
    deepEqual(answers.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    await rejects(ben.resume(yes(queryId)), /already answered by (?:Ann|Ben)/);
    const events = await world.course(id);
    equal(kindsOf(events).at(-1), 'running>done');
    equal(kindsOf(events).filter((kind) => kind === 'resume-accepted').length, 1);
    const [, ...outcomes] = JSON.parse(saidIn(events)) as readonly unknown[];
    deepEqual(outcomes, [{ outcome: 'selected', optionId: 'yes' }]);
    equal(world.read('a.txt'), 'ONE\n');
  });

  it('goes on asking when the window that was asked is closed, and the next one answers', async () => {
    const id = await world.script([
      ['say', 'Hello.'],
      ['edit', world.path('a.txt'), 'ONE\n'],
    ]);
    const { queryId } = await world.question(id);
    const before = await world.attach(id, 'Ann');
    equal((await before.state()).state.state, 'paused');
    before.dispose();
    const after = await world.attach(id, 'Ann');
    const { state } = await after.state();
    equal(state.state === 'paused' && state.pause.prompts[0]?.queryId, queryId);
    const course = world.course(id);
    await after.resume(yes(queryId));
    const events = await course;
    assertWhole(events);
    equal(saidIn(events), 'Hello.');
    equal(world.read('a.txt'), 'ONE\n');
  });

  it('tells 10 000 updates to two who watch, each once and in order', async () => {
    const id = await world.script([
      ['askToRun', 'ls'],
      ['flood', 10_000],
    ]);
    const { queryId } = await world.question(id);
    const courses = [world.course(id), world.course(id)];
    await (await world.attach(id)).resume(yes(queryId));
    const expected = Array.from({ length: 10_000 }, (_, i) => `${i} `).join('');
    for (const events of await Promise.all(courses)) {
      assertWhole(events);
      ok(saidIn(events) === expected);
    }
  });

  it('ends when its host is killed, with all that it started; its files are free', async () => {
    // Windows tells agents by the end of their input only.
    if (process.platform === 'win32') return;
    const id = await world.script(
      [
        ['child', world.path('pids')],
        ['leaveRunning', ...endless(world.path('terminal'))],
        ['waitForFile', world.path('pids')],
        ['waitForFile', world.path('terminal')],
        ['edit', world.path('a.txt'), 'ONE\n'],
      ],
      ['stubborn'],
    );
    await world.question(id);
    const agent = await world.agentPid();
    const all = [agent, ...pidsIn('pids'), ...pidsIn('terminal')];
    equal(all.length, 4);
    ok(all.every((pid) => !isProcessGone(pid)));
    equal((await world.held()).length, 1);
    await world.kill(id);
    const { state } = await world.untilState(id, 'failed');
    equal(state.state === 'failed' && state.failure.kind, 'host-died');
    await eventually('nothing of it runs', () => all.every(isProcessGone));
    deepEqual(await world.held(), []);
    const somebody = { kind: 'text', text: 'somebody' } as const;
    const taken = await world.locks.locks.lock(somebody, { paths: ['a.txt'], ttlMs: 60_000 });
    equal(taken.kind, 'granted');
    equal(world.read('a.txt'), 'one\n');
  });

  it('leaves by itself when its host is killed, told by the end of its input', async () => {
    const id = await world.script([['edit', world.path('a.txt'), 'ONE\n']]);
    await world.question(id);
    const agent = await world.agentPid();
    await world.kill(id);
    await eventually('it is gone', () => isProcessGone(agent));
    equal((await world.untilState(id, 'failed')).state.state, 'failed');
  });

  it('has its end on file once somebody has tidied up, however many do that at once', async () => {
    const id = await world.script([['silence']]);
    await world.agentPid();
    await world.kill(id);
    await world.untilState(id, 'failed');
    const nowMs = Date.now();
    const { folder, probe } = world;
    const swept = await Promise.all(
      Array.from({ length: 8 }, () => sweepSessions(folder, { probe, nowMs })),
    );
    deepEqual(
      swept.flatMap(({ problems }) => problems),
      [],
    );
    const text = world.read(join('.heddle', 'sessions', id, 'events.jsonl'));
    equal(text.split('"host-died"').length - 1, 1);
    assertWhole(await world.stored(id));
  });

  it('is started anew by nobody, and is never taken for running, when its host is killed at its start', async () => {
    for (let delayMs = 0; delayMs < 400; delayMs += 40) {
      const starting = world.script([['silence']]).then(
        (id) => world.kill(id),
        () => undefined,
      );
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      for (const { host } of await world.headers()) {
        if (host?.pid !== undefined && !isProcessGone(host.pid)) process.kill(host.pid, 'SIGKILL');
      }
      await starting;
    }
    for (const { sessionId } of await world.headers()) {
      const { state } = await world.untilState(sessionId, 'failed');
      equal(state.state === 'failed' && state.failure.kind, 'host-died');
    }
    await eventually('no agent is left', async () => {
      const pids = (await world.registry.registry.list()).flatMap(({ pid }) => pid ?? []);
      return pids.every(isProcessGone);
    });
    deepEqual(await world.held(), []);
  });

  it('is told to the log only as far as that makes sense when it says 50 MB at once', async () => {
    const id = await world.script([['sayMuch', 50 * 1024 * 1024]]);
    const events = await world.course(id);
    equal(kindsOf(events).at(-1), 'running>done');
    ok(saidIn(events).endsWith(']'), saidIn(events).slice(-100));
    ok(statSync(join(world.folder, id, 'events.jsonl')).size < 1024 * 1024);
  });
});
