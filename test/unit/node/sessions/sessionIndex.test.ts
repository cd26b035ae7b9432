import assert from 'node:assert/strict';
import { mkdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SessionIndex, type SessionFold } from '../../../../src/node/sessions/sessionIndex.ts';
import { FakeProbe } from '../../../support/fakeProbe.ts';
import { makeTempFolder, removeTempFolder } from '../../../support/tempFolder.ts';
import {
  addEvents,
  aHeader,
  aHost,
  anEvent,
  doneEvent,
  noonMs,
  putSession,
} from './sessionFolders.ts';

/** Counts what it is given. */
const counting: SessionFold<number> = { begin: () => 0, add: (count) => count + 1 };

describe('SessionIndex', () => {
  let root: string;
  let folder: string;
  let probe: FakeProbe;
  beforeEach(() => {
    root = makeTempFolder();
    folder = join(root, 'sessions');
    probe = new FakeProbe();
    probe.run(4242, { start: 'linux-ticks:77' });
  });
  afterEach(() => removeTempFolder(root));

  it('is empty without a folder, and when the folder is a link', async () => {
    const index = new SessionIndex(folder, { probe });
    assert.deepEqual(await index.list(), { sessions: [], broken: [] });
    putSession(join(root, 'away'), aHeader('session-a'));
    symlinkSync(join(root, 'away'), folder);
    assert.deepEqual(await index.list(), { sessions: [], broken: [] });
  });

  it('lists the newest first, with where each stands', async () => {
    putSession(folder, aHeader('session-a'), [anEvent(1)]);
    putSession(folder, aHeader('session-b', { createdAtMs: noonMs + 1 }), [
      anEvent(1),
      doneEvent(2),
    ]);
    const pause = {
      kind: 'single',
      prompts: [{ queryId: 'q-0', text: '?' }],
      pausedAtMs: noonMs,
    } as const;
    putSession(folder, aHeader('session-c', { createdAtMs: noonMs + 2 }), [
      anEvent(1, { kind: 'state-transition', from: 'running', to: 'paused' }),
      anEvent(2, { kind: 'pause-requested', pause }),
    ]);
    const { sessions } = await new SessionIndex(folder, { probe }).list();
    assert.deepEqual(
      sessions.map(({ record: { header, state, lastSequence } }) => [
        header.sessionId,
        state.state,
        lastSequence,
      ]),
      [
        ['session-c', 'paused', 2],
        ['session-b', 'done', 2],
        ['session-a', 'running', 1],
      ],
    );
  });

  it('gives the same objects again when nothing has changed', async () => {
    putSession(folder, aHeader('session-a'), [anEvent(1)]);
    putSession(folder, aHeader('session-b'), [doneEvent(1)]);
    putSession(folder, aHeader('session-c', { host: { ...aHost, pid: 1_000_001 } }), [anEvent(1)]);
    const index = new SessionIndex(folder, { probe });
    const before = (await index.list()).sessions;
    const after = (await index.list()).sessions;
    assert.equal(after.length, 3);
    for (const [i, session] of after.entries()) assert.equal(session, before[i]);
  });

  it('reads only what was added, and of what has ended nothing', async () => {
    putSession(folder, aHeader('session-a'), [anEvent(1)]);
    const index = new SessionIndex(folder, { probe, fold: counting });
    assert.equal((await index.list()).sessions[0]?.digest, 1);
    // Spoiled behind its back, without another size or name: what was read is not read again.
    const path = join(folder, 'session-a', 'events.jsonl');
    writeFileSync(path, '#'.repeat(statSync(path).size - 1).concat('\n'));
    addEvents(folder, 'session-a', [anEvent(2), anEvent(3)]);
    assert.equal((await index.list()).sessions[0]?.digest, 3);
    addEvents(folder, 'session-a', [doneEvent(4)]);
    const [done] = (await index.list()).sessions;
    assert.deepEqual([done?.digest, done?.record.state.state], [4, 'done']);
    addEvents(folder, 'session-a', [anEvent(5)]);
    assert.equal((await index.list()).sessions[0], done);
  });

  it('begins anew when a log became shorter', async () => {
    putSession(folder, aHeader('session-a'), [anEvent(1), anEvent(2), anEvent(3)]);
    const index = new SessionIndex(folder, { probe, fold: counting });
    assert.equal((await index.list()).sessions[0]?.record.lastSequence, 3);
    const path = join(folder, 'session-a', 'events.jsonl');
    writeFileSync(path, '');
    addEvents(folder, 'session-a', [anEvent(1)]);
    utimesSync(path, 1, 1);
    const [again] = (await index.list()).sessions;
    assert.deepEqual([again?.record.lastSequence, again?.digest], [1, 1]);
  });

  it('goes on at a line that was written in part when it was read before', async () => {
    putSession(folder, aHeader('session-a'), [anEvent(1)]);
    const path = join(folder, 'session-a', 'events.jsonl');
    const index = new SessionIndex(folder, { probe, fold: counting });
    const line = JSON.stringify({ v: 1, sequence: 2, atMs: noonMs, kind: 'tick', phase: 'x' });
    writeFileSync(path, line.slice(0, 20), { flag: 'a' });
    assert.equal((await index.list()).sessions[0]?.digest, 1);
    writeFileSync(path, `${line.slice(20)}\n`, { flag: 'a' });
    assert.equal((await index.list()).sessions[0]?.digest, 2);
  });

  it('forgets what was deleted', async () => {
    putSession(folder, aHeader('session-a'));
    const index = new SessionIndex(folder, { probe });
    assert.equal((await index.list()).sessions.length, 1);
    removeTempFolder(join(folder, 'session-a'));
    assert.equal((await index.list()).sessions.length, 0);
  });

  it('shows a session as failed when its host is gone, another process has its number, or it has none', async () => {
    putSession(folder, aHeader('session-a', { host: { ...aHost, pid: 1_000_001 } }), [anEvent(1)]);
    putSession(folder, aHeader('session-b', { host: { ...aHost, processStart: 'linux-ticks:1' } }));
    putSession(folder, aHeader('session-c', { host: undefined }));
    putSession(folder, aHeader('session-d', { host: { ...aHost, bootId: 'earlier' } }));
    const { sessions } = await new SessionIndex(folder, { probe }).list();
    for (const { record } of sessions) {
      assert.ok(record.state.state === 'failed', record.header.sessionId);
      assert.equal(record.state.failure.kind, 'host-died');
      assert.equal(record.state.failure.occurredAtMs, record.lastActiveMs);
    }
    assert.equal(sessions.length, 4);
  });

  it('takes nobody for dead whose process cannot be looked at', async () => {
    putSession(folder, aHeader('session-a', { host: { ...aHost, pidNamespace: 'a-container' } }));
    putSession(folder, aHeader('session-b'));
    probe.failure = new Error('no answer');
    const { sessions } = await new SessionIndex(folder, { probe }).list();
    assert.deepEqual(
      sessions.map(({ record }) => record.state.state),
      ['running', 'running'],
    );
  });

  it('sees a session end while it runs, and the end that its host wrote last', async () => {
    putSession(folder, aHeader('session-a'), [anEvent(1)]);
    const index = new SessionIndex(folder, { probe });
    assert.equal((await index.list()).sessions[0]?.record.state.state, 'running');
    probe.end(4242);
    const [failed] = (await index.list()).sessions;
    assert.equal(failed?.record.state.state, 'failed');
    // The host had written the end, and only the look at its process was first.
    addEvents(folder, 'session-a', [doneEvent(2)]);
    assert.equal((await index.list()).sessions[0]?.record.state.state, 'done');
  });

  describe('of which only the ends are wanted', () => {
    const filler = 'x'.repeat(1000);
    const many = (count: number) =>
      Array.from({ length: count }, (_, i) =>
        anEvent(i + 1, { kind: 'note', content: `${i + 1} ${filler}` }),
      );
    const contents: SessionFold<readonly number[]> = {
      begin: () => [],
      add: (seen, { sequence }) => [...seen, sequence],
    };
    const brief = () => new SessionIndex(folder, { probe, fold: contents, isBrief: true });

    it('reads a long log that has ended at both ends alone, and knows how it ended', async () => {
      putSession(folder, aHeader('session-a'), [...many(3000), doneEvent(3001)]);
      const [listed] = (await brief().list()).sessions;
      assert.equal(listed?.record.state.state, 'done');
      assert.equal(listed.record.lastSequence, 3001);
      assert.equal(listed.digest[0], 1);
      assert.equal(listed.digest.at(-1), 3001);
      assert.ok(
        listed.digest.length > 200 && listed.digest.length < 500,
        `${listed.digest.length}`,
      );
      assert.equal(new Set(listed.digest).size, listed.digest.length, 'none twice');
    });

    it('reads all of one that is short, that goes on, or whose end is too long to be found', async () => {
      putSession(folder, aHeader('session-short'), [...many(200), doneEvent(201)]);
      putSession(folder, aHeader('session-runs'), many(1000));
      putSession(folder, aHeader('session-long'), [
        ...many(1000),
        doneEvent(1001, 'x'.repeat(1e6)),
      ]);
      const { sessions } = await brief().list();
      assert.deepEqual(
        sessions.map(({ record, digest }) => [record.header.sessionId, digest.length]).sort(),
        [
          ['session-long', 1001],
          ['session-runs', 1000],
          ['session-short', 201],
        ],
      );
    });
  });

  it('says of what is broken where and why, and lists the rest', async () => {
    putSession(folder, aHeader('session-a'));
    writeFileSync(join(putSession(folder, aHeader('session-b')), 'session.json'), '{');
    mkdirSync(join(folder, 'session-c'));
    writeFileSync(join(folder, 'session-d'), 'a file');
    mkdirSync(join(folder, 'Not A Session'));
    symlinkSync(join(folder, 'session-a'), join(folder, 'session-e'));
    const { sessions, broken } = await new SessionIndex(folder, { probe }).list();
    assert.deepEqual(
      sessions.map(({ record }) => record.header.sessionId),
      ['session-a'],
    );
    // The third is one that is just being made.
    assert.deepEqual(broken.map(({ sessionId }) => sessionId).sort(), [
      'session-b',
      'session-d',
      'session-e',
    ]);
    for (const { problem } of broken) assert.match(problem, /\.$|JSON/);
  });
});
