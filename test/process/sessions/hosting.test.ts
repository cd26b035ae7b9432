import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSessionError } from '../../../src/core/sessions/sessionError.ts';
import { isProcessGone } from '../../../src/node/processGone.ts';
import { SessionIndex } from '../../../src/node/sessions/sessionIndex.ts';
import { startSessionHost } from '../../../src/node/sessions/startSessionHost.ts';
import { buildChildProgram } from '../../support/childProgram.ts';
import { eventually } from '../../support/eventually.ts';
import { assertWhole, HostWorld, kindsOf } from './hostWorld.ts';

const mayI = { do: 'ask', text: 'May I?' } as const;

function yes(queryId: string) {
  return { kind: 'single', queryId, response: { kind: 'text', text: 'yes' } } as const;
}

describe('A hosted session', () => {
  let program: string;
  let world: HostWorld;
  before(async () => {
    program = await buildChildProgram(new URL('./scriptedHost.ts', import.meta.url));
  });
  beforeEach(() => {
    world = new HostWorld(program);
  });
  afterEach(() => world.dispose());

  it('tells its whole course to whoever watches, and is on file afterwards', async () => {
    const id = await world.start([{ do: 'tell', count: 3 }]);
    const events = await world.course(id);
    assertWhole(events);
    assert.deepEqual(kindsOf(events), ['tick', 'update', 'update', 'update', 'running>done']);
    assert.deepEqual(await world.stored(id), events);
    const { state } = await world.record(id);
    assert.equal(state.state, 'done');
  });

  it('is another process, which is no child of a shell and has its own group', async () => {
    const id = await world.start([{ do: 'until-cancelled' }]);
    const pid = await world.pid(id);
    assert.notEqual(pid, process.pid);
    if (process.platform !== 'win32') process.kill(-pid, 0);
  });

  it('ends by itself when it is done and nobody is attached, and leaves no socket', async () => {
    const id = await world.start([]);
    const pid = await world.pid(id);
    await world.untilState(id, 'done');
    await eventually('the host is gone', async () => {
      const state = (await world.probe.probe([pid])).get(pid);
      return state?.kind === 'gone';
    });
    assert.deepEqual(world.sockets(), []);
    await assert.rejects(world.attach(id), { code: 'unreachable' });
    assert.equal((await world.record(id)).state.state, 'done');
  });

  it('lets the first who answers win and tells the second who that was', async () => {
    const id = await world.start([mayI, { do: 'until-cancelled' }]);
    const [ann, ben] = [await world.attach(id, 'Ann'), await world.attach(id, 'Ben')];
    await world.untilState(id, 'paused');
    assert.deepEqual(await ann.resume(yes('q-0'), { by: 'Ann' }), { outcome: 'continued' });
    await assert.rejects(ben.resume(yes('q-0')), (error) => {
      assert.ok(isSessionError(error, 'not-paused'));
      const { problem } = error;
      assert.ok(problem.code === 'not-paused');
      assert.equal(problem.actual, 'running');
      assert.equal(problem.answered?.by, 'Ann');
      return true;
    });
    const answers = (await world.stored(id)).filter(({ kind }) => kind === 'resume-accepted');
    assert.equal(answers.length, 1);
  });

  it('refuses what does not fit the question with the error of the verb', async () => {
    const id = await world.start([mayI]);
    const ann = await world.attach(id);
    await world.untilState(id, 'paused');
    await assert.rejects(ann.resume(yes('q-7')), { code: 'unknown-query' });
    await assert.rejects(ann.resume({ kind: 'batch', responses: [] }), { code: 'kind-mismatch' });
    assert.equal((await ann.state()).state.state, 'paused');
    await ann.resume(yes('q-0'));
    const { state } = await world.untilState(id, 'done');
    assert.deepEqual(state.state === 'done' && state.result.value, [['yes']]);
  });

  it('is cancelled for the reason of the first who wants it', async () => {
    const id = await world.start([{ do: 'until-cancelled' }]);
    const [ann, ben] = [await world.attach(id, 'Ann'), await world.attach(id, 'Ben')];
    await ann.cancel({ code: 'user', detail: 'not needed' });
    await ben.cancel({ code: 'user', detail: 'me too' });
    const { state } = await world.untilState(id, 'cancelled');
    assert.ok(state.state === 'cancelled');
    assert.deepEqual([state.cancel.reason.detail, state.cancel.reason.by], ['not needed', 'Ann']);
  });

  it('is cancelled when its host is asked to end', async () => {
    // Windows asks nobody.
    if (process.platform === 'win32') return;
    const id = await world.start([{ do: 'until-cancelled' }]);
    const pid = await world.pid(id);
    process.kill(pid, 'SIGTERM');
    const { state } = await world.untilState(id, 'cancelled');
    assert.equal(state.state === 'cancelled' && state.cancel.reason.code, 'system-shutdown');
    await eventually('the host is gone', async () => {
      const found = (await world.probe.probe([pid])).get(pid);
      return found?.kind === 'gone';
    });
  });

  it('fails with what its agent says', async () => {
    const id = await world.start([{ do: 'fail', message: 'no more credits' }]);
    const { state } = await world.untilState(id, 'failed');
    assert.ok(state.state === 'failed');
    assert.deepEqual(
      [state.failure.kind, state.failure.message],
      ['agent-error', 'no more credits'],
    );
  });

  it('is refused before it begins when its spec cannot be run', async () => {
    const options = world.options([], { prompt: ' ' });
    await assert.rejects(startSessionHost(options), { code: 'invalid-spec' });
    assert.deepEqual(await world.headers(), []);
  });

  it('says that it cannot be started when there is no program for the host', async () => {
    const program = { node: '/nowhere/node', cli: '/nowhere/cli.cjs' };
    const options = { ...world.options([]), program };
    await assert.rejects(startSessionHost(options), { code: 'engine' });
    const broken = { ...options, program: { node: process.execPath, cli: '/nowhere/cli.cjs' } };
    await assert.rejects(startSessionHost(broken), { code: 'engine' });
    assert.match(world.hostLog(), /nowhere/);
  });

  it('gives a client that comes late all of its history', async () => {
    const go = join(world.root, 'go');
    const id = await world.start([
      { do: 'tell', count: 500 },
      { do: 'await-file', path: go },
      { do: 'tell', count: 5 },
    ]);
    await eventually('it has told a lot', async () => (await world.stored(id)).length > 400);
    const late = world.course(id);
    const later = world.course(id);
    writeFileSync(go, '');
    const [one, other] = [await late, await later];
    assertWhole(one);
    assert.equal(one.length, 507);
    assert.deepEqual(other, one);
  });

  it('tells an observer that begins in the middle what came after that', async () => {
    const id = await world.start([{ do: 'tell', count: 20 }]);
    await world.untilState(id, 'done');
    const sequences: number[] = [];
    for await (const observation of world.watch(id, { fromSequence: 20 })) {
      if (observation.kind === 'event') sequences.push(observation.event.sequence);
    }
    assert.deepEqual(sequences, [20, 21, 22]);
  });

  it('is one of twenty that run at once', async () => {
    const ids = await Promise.all(
      Array.from({ length: 20 }, () => world.start([{ do: 'tell', count: 50 }, mayI])),
    );
    assert.equal(new Set(ids).size, 20);
    for (const id of ids) await world.untilState(id, 'paused');
    const index = new SessionIndex(world.folder, { probe: world.probe });
    const { sessions, broken } = await index.list();
    assert.deepEqual(broken, []);
    assert.deepEqual(
      sessions.map(({ record }) => record.state.state),
      ids.map(() => 'paused'),
    );
    await Promise.all(
      ids.map(async (id) => {
        const attached = await world.attach(id);
        await attached.resume(yes('q-0'));
        const events = await world.course(id);
        assertWhole(events);
        assert.equal(kindsOf(events).at(-1), 'running>done');
        attached.dispose();
      }),
    );
  });

  it('asks the editors of attached windows, and does without those that do not answer', async () => {
    const go = join(world.root, 'go');
    const id = await world.start([
      { do: 'await-file', path: go },
      { do: 'read-editor', path: '/open.ts' },
      { do: 'read-editor', path: '/closed.ts' },
      { do: 'write-editor', path: '/open.ts', text: 'new' },
      { do: 'write-editor', path: '/kept.ts', text: 'new' },
      { do: 'write-editor', path: '/closed.ts', text: 'new' },
    ]);
    const written: string[] = [];
    await world.attach(id, 'Hung', {
      editor: {
        read: () => new Promise(() => undefined),
        write: () => new Promise(() => undefined),
      },
    });
    await world.attach(id, 'Broken', {
      editor: {
        read: () => Promise.reject(new Error('no')),
        write: () => Promise.reject(new Error('no')),
      },
    });
    await world.attach(id, 'Ann', {
      editor: {
        read: (path) => Promise.resolve(path === '/open.ts' ? 'dirty' : undefined),
        write: (path, text) => {
          if (path === '/kept.ts') return Promise.resolve({ kind: 'refused', reason: 'read-only' });
          if (path !== '/open.ts') return Promise.resolve({ kind: 'not-open' });
          written.push(text);
          return Promise.resolve({ kind: 'applied' });
        },
      },
    });
    writeFileSync(go, '');
    const { state } = await world.untilState(id, 'done');
    assert.deepEqual(state.state === 'done' && state.result.value, [
      'dirty',
      null,
      { kind: 'applied' },
      { kind: 'refused', reason: 'read-only' },
      { kind: 'not-open' },
    ]);
    assert.deepEqual(written, ['new']);
  });

  it('can be watched through a connection that is there, and given up at any time', async () => {
    const id = await world.start([{ do: 'tell', count: 5 }, { do: 'until-cancelled' }]);
    const attached = await world.attach(id);
    const abort = new AbortController();
    const seen: number[] = [];
    for await (const observation of world.watch(id, { attached, signal: abort.signal })) {
      if (observation.kind === 'event') seen.push(observation.event.sequence);
      if (seen.length === 6) setImmediate(() => abort.abort());
    }
    assert.deepEqual(seen, [1, 2, 3, 4, 5, 6]);
    assert.equal((await attached.state()).lastSequence, 6, 'the connection stays');
  });

  it('is followed on file while its host cannot be reached', async () => {
    const go = join(world.root, 'go');
    const id = await world.start([
      { do: 'tell', count: 5 },
      { do: 'await-file', path: go },
      { do: 'tell', count: 5 },
    ]);
    rmSync(join(world.folder, id, 'host.json'));
    const course = world.course(id);
    await eventually('it has begun', async () => (await world.stored(id)).length === 6);
    writeFileSync(go, '');
    const events = await course;
    assertWhole(events);
    assert.equal(events.length, 12);
  });

  it('knows its host as gone only when it is', async () => {
    const id = await world.start([{ do: 'until-cancelled' }]);
    assert.equal(isProcessGone(await world.pid(id)), false);
    assert.equal((await world.record(id)).state.state, 'running');
  });
});
