import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProgressEvent } from '../../../src/core/sessions/progressEvent.ts';
import { encodeSessionHeader } from '../../../src/core/sessions/sessionHeader.ts';
import { isProcessGone } from '../../../src/node/processGone.ts';
import { endDeadSession } from '../../../src/node/sessions/endDeadSession.ts';
import { readHostAddress } from '../../../src/node/sessions/hostAddressFile.ts';
import { deleteHistory } from '../../../src/node/sessions/sessionHistory.ts';
import { SessionIndex } from '../../../src/node/sessions/sessionIndex.ts';
import { encodeStartRequest } from '../../../src/node/sessions/startRequest.ts';
import { buildChildProgram } from '../../support/childProgram.ts';
import { eventually } from '../../support/eventually.ts';
import { LineChildren } from '../lineChild.ts';
import { assertWhole, HostWorld, kindsOf } from './hostWorld.ts';
import { RawClient } from './rawClient.ts';

describe('A hosted session when something goes wrong', () => {
  let program: string;
  let launcher: string;
  let world: HostWorld;
  let children: LineChildren;
  let raws: RawClient[];
  before(async () => {
    program = await buildChildProgram(new URL('./scriptedHost.ts', import.meta.url));
    launcher = await buildChildProgram(new URL('./hostLauncher.ts', import.meta.url));
  });
  beforeEach(() => {
    world = new HostWorld(program);
    children = new LineChildren();
    raws = [];
  });
  afterEach(async () => {
    for (const raw of raws) raw.dispose();
    await children.dispose();
    await world.dispose();
  });

  async function address(sessionId: string): Promise<{ endpoint: string; token: string }> {
    const found = await readHostAddress(world.folder, sessionId);
    assert.ok(found, 'the host says where it listens');
    return found;
  }

  async function raw(sessionId: string): Promise<RawClient> {
    const client = await RawClient.connect((await address(sessionId)).endpoint);
    raws.push(client);
    return client;
  }

  it('has failed for all who watch when its host is killed, each after the same events', async () => {
    const id = await world.start([{ do: 'tell', count: 5 }, { do: 'until-cancelled' }]);
    const courses = [world.course(id), world.course(id)];
    await eventually('all is written', async () => (await world.stored(id)).length === 6);
    await world.kill(id);
    const [one, other] = await Promise.all(courses);
    assert.deepEqual(one, other);
    assertWhole(one ?? []);
    const { state } = await world.record(id);
    assert.ok(state.state === 'failed');
    assert.equal(state.failure.kind, 'host-died');
    assert.deepEqual(await world.course(id), one, 'also for those who come later');

    const index = new SessionIndex(world.folder, { probe: world.probe });
    const [listed] = (await index.list()).sessions;
    assert.deepEqual(listed?.record.state, state);

    const dead = { sessionId: id, probe: world.probe };
    assert.equal(await endDeadSession(world.folder, dead), true);
    assert.equal(await endDeadSession(world.folder, dead), false, 'once is enough');
    assert.deepEqual(await world.stored(id), one, 'and on file it says the same');
  });

  it('cannot be answered any more when its host was killed while it asked', async () => {
    const id = await world.start([{ do: 'ask', text: 'May I?' }]);
    const ann = await world.attach(id);
    await world.untilState(id, 'paused');
    await world.kill(id);
    const answer = { kind: 'single', queryId: 'q-0', response: { kind: 'declined' } } as const;
    await assert.rejects(ann.resume(answer), { name: 'HostError', code: 'lost' });
    await eventually('the connection is known to be gone', () => ann.isClosed);
    await assert.rejects(world.attach(id), { name: 'HostError', code: 'unreachable' });
    assert.equal((await world.untilState(id, 'failed')).state.state, 'failed');
  });

  for (const seen of [1, 2, 50, 300, 1500, 4000]) {
    it(`has a history without gaps when its host is killed after event ${seen} was seen`, async () => {
      const id = await world.start([
        { do: 'tell', count: 30_000, bytes: 300 },
        { do: 'until-cancelled' },
      ]);
      const events: ProgressEvent[] = [];
      for await (const observation of world.watch(id)) {
        assert.ok(observation.kind === 'event');
        events.push(observation.event);
        if (events.length === seen) await world.kill(id);
      }
      assertWhole(events);
      assert.match(kindsOf(events).at(-1) ?? '', />failed$/);
      const stored = await world.stored(id);
      assertWhole(stored);
      assert.deepEqual(stored, events.slice(0, stored.length), 'what is on file was told');
      await endDeadSession(world.folder, { sessionId: id, probe: world.probe });
      const repaired = await world.stored(id);
      assertWhole(repaired);
      assert.match(kindsOf(repaired).at(-1) ?? '', />failed$/);
    });
  }

  it('survives the process that started it', async () => {
    const go = join(world.root, 'go');
    const options = world.options([
      { do: 'await-file', path: go },
      { do: 'tell', count: 3 },
    ]);
    const starter = await children.node(launcher, [JSON.stringify(options)]);
    assert.equal(await starter.answer(), 'asked');
    const id = await starter.answer();
    assert.ok(typeof id === 'string');
    await starter.kill();
    assert.equal((await world.record(id)).state.state, 'running');
    writeFileSync(go, '');
    assert.equal(kindsOf(await world.course(id)).at(-1), 'running>done');
  });

  it('either runs or was never there when the process that started it is killed at once', async () => {
    const options = world.options([{ do: 'tell', count: 3 }]);
    for (let delayMs = 0; delayMs < 120; delayMs += 12) {
      const starter = await children.node(launcher, [JSON.stringify(options)]);
      assert.equal(await starter.answer(), 'asked');
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      await starter.kill();
    }
    await world.quiet();
    for (const { sessionId } of await world.headers()) {
      const events = await world.course(sessionId);
      assert.equal(kindsOf(events).at(-1), 'running>done');
    }
  });

  it('is not held up by a client that never reads, for which little is kept', async () => {
    const go = join(world.root, 'go');
    const [count, bytes] = [20_000, 4000];
    const id = await world.start([
      { do: 'await-file', path: go },
      { do: 'tell', count, bytes },
    ]);
    const mute = await raw(id);
    mute.hello((await address(id)).token);
    await eventually('it is let in', () => mute.received.includes('"id":1'));
    mute.request(2, 'observe', { fromSequence: 1 });
    // From then on it is told what happens, not what is on file.
    await eventually('it has caught up', () => mute.received.includes('"sequence":1'));
    mute.socket.pause();
    writeFileSync(go, '');
    const index = new SessionIndex(world.folder, { probe: world.probe });
    const path = join(world.folder, id, 'events.jsonl');
    await eventually('all is told', async () => {
      // Of a long log only the end is read, and only once it is there.
      if (statSync(path).size < count * bytes) return false;
      return (await index.list()).sessions[0]?.record.state.state === 'done';
    });
    // Its host does not stay for ever.
    mute.socket.resume();
    await eventually('it is told the end', () => mute.received.includes('"to":"done"'));
    assert.match(mute.received, /"kind":"lagged","count":\d+/);
    // What was on its way when it stopped to read, and what the host keeps for it: the rest is dropped.
    const kept = mute.received.split('"kind":"event"').length - 1;
    assert.ok(kept < 2000, `the host had ${kept} of ${count} events for it`);
    await eventually('and that nothing follows', () => mute.received.includes('"kind":"closed"'));
    const events = await world.course(id);
    assertWhole(events);
    assert.equal(events.length, count + 2, 'who reads misses nothing');
  });

  it('lets nobody in who has another token, says nothing first, or says too much', async () => {
    const id = await world.start([{ do: 'until-cancelled' }]);
    const wrong = await raw(id);
    wrong.hello('0'.repeat(64));
    wrong.request(2, 'cancel', { code: 'user' });
    const silent = await raw(id);
    silent.request(1, 'cancel', { code: 'user' });
    const talkative = await raw(id);
    talkative.write('x'.repeat(200_000));
    const garbled = await raw(id);
    garbled.write('Content-Length: many\r\n\r\n{}');
    const malformed = await raw(id);
    malformed.request(1, 'hello', { token: 7 });
    for (const client of [wrong, silent, talkative, garbled, malformed]) {
      await eventually('the connection is ended', () => client.isClosed);
      assert.doesNotMatch(client.received, /"result"/);
    }
    assert.equal((await world.record(id)).state.state, 'running', 'and nobody cancelled it');
  });

  it('lets go of a client whose message is longer than any, and goes on', async () => {
    const id = await world.start([{ do: 'until-cancelled' }]);
    const ann = await world.attach(id);
    const { token } = await address(id);
    const long = await raw(id);
    long.hello(token);
    await eventually('it is let in', () => long.received.includes('"id":1'));
    long.write('Content-Length: 1000000000000\r\n\r\n');
    const piece = Buffer.alloc(1024 * 1024, 'x');
    for (let mib = 0; mib < 150 && !long.isClosed; mib += 1) await long.writeAll(piece);
    await eventually('the connection is ended', () => long.isClosed);
    const backward = await raw(id);
    backward.hello(token);
    backward.write('Content-Length: -5\r\n\r\n{}{}{}{}');
    await eventually('the connection is ended', () => backward.isClosed);
    assert.equal((await ann.state()).state.state, 'running');
  });

  it('goes on when nothing can be written into the log of its host', async () => {
    if (process.platform !== 'linux') return;
    // Somebody's session that cannot be ended makes the host complain.
    const broken = join(world.folder, 'session-broken');
    mkdirSync(join(broken, 'events.jsonl'), { recursive: true });
    const { spec, location } = world.options([]);
    const header = { sessionId: 'session-broken', spec, createdAtMs: Date.now() };
    writeFileSync(join(broken, 'session.json'), JSON.stringify(encodeSessionHeader(header)));
    assert.ok(location.isPresent);
    const go = join(world.root, 'go');
    const { env, ...request } = world.options([
      { do: 'await-file', path: go },
      { do: 'tell', count: 3 },
    ]);
    const full = openSync('/dev/full', 'w');
    const host = spawn(process.execPath, [program, 'session-host'], {
      stdio: ['pipe', 'pipe', full],
      env,
    });
    closeSync(full);
    host.stdin?.end(encodeStartRequest(request));
    const [line] = (await once(host.stdout ?? host, 'data')) as [Buffer];
    const { session_id: id } = JSON.parse(line.toString()) as { session_id: string };
    const ann = await world.attach(id);
    // By then it has looked at what others left behind, and complained.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.equal((await ann.state()).state.state, 'running');
    writeFileSync(go, '');
    assert.equal((await world.untilState(id, 'done')).state.state, 'done');
    host.kill('SIGKILL');
  });

  it('tells a client whose address file has another token that it is refused', async () => {
    const id = await world.start([{ do: 'until-cancelled' }]);
    const path = join(world.folder, id, 'host.json');
    const record = JSON.parse(readFileSync(path, 'utf8')) as object;
    writeFileSync(path, JSON.stringify({ ...record, token: 'another' }));
    await assert.rejects(world.attach(id), { name: 'HostError', code: 'refused' });
  });

  it('goes on for others when one of its clients talks nonsense after it was let in', async () => {
    const id = await world.start([{ do: 'until-cancelled' }]);
    const ann = await world.attach(id);
    const odd = await raw(id);
    odd.hello((await address(id)).token);
    odd.request(2, 'resume', { payload: 'yes' });
    odd.request(3, 'observe', { fromSequence: -1 });
    odd.request(4, 'fly', {});
    odd.request(5, 'unobserve', { observation: 99 });
    await eventually('all is answered', () => odd.received.includes('"id":5'));
    assert.equal(odd.received.split('"error"').length - 1, 3);
    odd.write('\r\n\r\n'.repeat(10));
    assert.equal((await ann.state()).state.state, 'running');
  });

  it('keeps its files and its socket from others', async () => {
    // The folders of Windows are the user's own already.
    if (process.platform === 'win32') return;
    const id = await world.start([{ do: 'until-cancelled' }]);
    const { endpoint } = await address(id);
    const modeOf = (path: string): number => statSync(path).mode & 0o077;
    const own = join(world.folder, id);
    for (const path of [world.folder, own, join(own, 'host.json'), join(endpoint, '..')]) {
      assert.equal(modeOf(path), 0, path);
    }
    assert.equal(modeOf(endpoint), 0);
  });

  it('is never deleted while it runs, and nor are its files', async () => {
    const id = await world.start([{ do: 'until-cancelled' }]);
    const ended = await world.start([]);
    await world.untilState(ended, 'done');
    const { probe } = world;
    assert.deepEqual((await deleteHistory(world.folder, { probe })).deleted, [ended]);
    assert.deepEqual((await deleteHistory(world.folder, { probe, only: [id] })).deleted, []);
    assert.equal(isProcessGone(await world.pid(id)), false);
    const ann = await world.attach(id);
    await ann.cancel({ code: 'user' });
    await world.untilState(id, 'cancelled');
    assert.deepEqual((await deleteHistory(world.folder, { probe, only: [id] })).deleted, [id]);
    assert.deepEqual(await world.headers(), []);
  });
});
