import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { endDeadSession } from '../../../../src/node/sessions/endDeadSession.ts';
import {
  defaultRetention,
  deleteHistory,
  sweepSessions,
} from '../../../../src/node/sessions/sessionHistory.ts';
import { FakeProbe } from '../../../support/fakeProbe.ts';
import { makeTempFolder, removeTempFolder } from '../../../support/tempFolder.ts';
import { aHeader, aHost, anEvent, doneEvent, noonMs, putSession } from './sessionFolders.ts';

const dayMs = 24 * 60 * 60_000;

describe('The history of sessions', () => {
  let root: string;
  let folder: string;
  let probe: FakeProbe;
  beforeEach(() => {
    root = makeTempFolder();
    folder = join(root, 'sessions');
    mkdirSync(folder);
    probe = new FakeProbe();
    probe.run(4242, { start: 'linux-ticks:77' });
  });
  afterEach(() => removeTempFolder(root));

  const left = (): readonly string[] => readdirSync(folder).sort();

  function putEnded(id: string, endedMs: number): void {
    putSession(folder, aHeader(id), [{ ...doneEvent(1), atMs: endedMs }]);
  }

  it('keeps 30 days and 200 sessions unless told otherwise', () => {
    assert.deepEqual(defaultRetention, { maxAgeMs: 30 * dayMs, maxEnded: 200 });
  });

  it('loses what ended longer ago than it is kept', async () => {
    putEnded('session-new', noonMs - 29 * dayMs);
    putEnded('session-old', noonMs - 31 * dayMs);
    const swept = await sweepSessions(folder, { probe, nowMs: noonMs });
    assert.deepEqual(swept, { deleted: ['session-old'], failed: [], problems: [] });
    assert.deepEqual(left(), ['session-new']);
  });

  it('loses those that ended first when there are too many', async () => {
    for (let i = 1; i <= 5; i += 1) putEnded(`session-${i}`, noonMs - i * 1000);
    await sweepSessions(folder, { probe, nowMs: noonMs, keep: { maxAgeMs: dayMs, maxEnded: 2 } });
    assert.deepEqual(left(), ['session-1', 'session-2']);
  });

  it('never loses what runs, however old, and counts it not among those that ended', async () => {
    putSession(folder, aHeader('session-runs', { createdAtMs: 1 }), [{ ...anEvent(1), atMs: 1 }]);
    const host = { ...aHost, pidNamespace: 'a-container' };
    putSession(folder, aHeader('session-unknown', { createdAtMs: 1, host }));
    putEnded('session-done', noonMs);
    const keep = { maxAgeMs: 0, maxEnded: 0 };
    const swept = await sweepSessions(folder, { probe, nowMs: noonMs, keep });
    assert.deepEqual(swept.deleted, ['session-done']);
    await deleteHistory(folder, { probe });
    assert.deepEqual(left(), ['session-runs', 'session-unknown']);
  });

  it('ends on file what stays of sessions whose host is gone, once', async () => {
    const host = { ...aHost, pid: 1_000_001 };
    const own = putSession(folder, aHeader('session-dead', { host }), [anEvent(1)]);
    putSession(folder, aHeader('session-runs'), [anEvent(1)]);
    const log = join(own, 'events.jsonl');
    const sweep = () => sweepSessions(folder, { probe, nowMs: noonMs });
    const swept = await Promise.all([sweep(), sweep(), sweep()]);
    for (const { problems } of swept) assert.deepEqual(problems, []);
    await sweep();
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
    assert.equal(lines.length, 2);
    assert.match(lines[1] ?? '', /"sequence":2.*"host-died"/);
    const running = readFileSync(join(folder, 'session-runs', 'events.jsonl'), 'utf8');
    assert.equal(running.trimEnd().split('\n').length, 1);
  });

  it('does not grow with each sweep when nobody could read its end', async () => {
    const host = { ...aHost, pid: 1_000_001 };
    const last = Number.MAX_SAFE_INTEGER;
    const own = putSession(folder, aHeader('session-far', { host }), [
      { ...anEvent(1), sequence: last },
    ]);
    const log = join(own, 'events.jsonl');
    const before = readFileSync(log, 'utf8');
    await sweepSessions(folder, { probe, nowMs: noonMs });
    assert.equal(readFileSync(log, 'utf8'), before);
  });

  it('says what cannot be ended, and ends the rest', async () => {
    const host = { ...aHost, pid: 1_000_001 };
    putSession(folder, aHeader('session-b', { host }));
    rmSync(join(folder, 'session-b', 'events.jsonl'));
    mkdirSync(join(folder, 'session-b', 'events.jsonl'));
    const own = putSession(folder, aHeader('session-c', { host }));
    const { problems } = await sweepSessions(folder, { probe, nowMs: noonMs });
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', /The end of session-b could not be written: .*regular file/);
    assert.match(readFileSync(join(own, 'events.jsonl'), 'utf8'), /host-died/);
  });

  it('loses what a host had begun when it was killed before it had written a header', async () => {
    for (const id of ['session-empty', 'session-half']) mkdirSync(join(folder, id));
    writeFileSync(join(folder, 'session-half', '.session.json.tmp-1-2-3'), '{"v":1,');
    mkdirSync(join(folder, 'something-else', 'of-somebody'), { recursive: true });
    writeFileSync(join(folder, 'something-else', 'session.json'), '{');
    mkdirSync(join(folder, 'No Session'));
    const keep = { maxAgeMs: 10 * 365 * dayMs, maxEnded: 10 };
    await sweepSessions(folder, { probe, nowMs: Date.now(), keep });
    assert.equal(left().length, 4, 'one may just be being made');
    await sweepSessions(folder, { probe, nowMs: Date.now() + 2 * dayMs, keep });
    assert.deepEqual(left(), ['No Session', 'something-else']);
  });

  it('takes sessions whose host is gone as ended', async () => {
    putSession(folder, aHeader('session-dead', { host: { ...aHost, pid: 1_000_001 } }));
    assert.deepEqual((await deleteHistory(folder, { probe })).deleted, ['session-dead']);
  });

  it('is deleted as far as it is named', async () => {
    putEnded('session-1', noonMs);
    putEnded('session-2', noonMs);
    const { deleted } = await deleteHistory(folder, { probe, only: ['session-2', 'session-9'] });
    assert.deepEqual([deleted, left()], [['session-2'], ['session-1']]);
  });

  it('is deleted without following any link', async () => {
    const outside = join(root, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'precious.txt'), 'mine');
    putEnded('session-1', noonMs);
    symlinkSync(outside, join(folder, 'session-1', 'link'));
    symlinkSync(outside, join(folder, 'session-2'));
    symlinkSync(outside, join(folder, '.deleted-0123456789abcdef'));
    await deleteHistory(folder, { probe });
    await sweepSessions(folder, { probe, nowMs: Date.now() + 10 * dayMs });
    assert.deepEqual(readdirSync(outside), ['precious.txt']);
    assert.deepEqual(left(), ['session-2']);

    const linked = join(root, 'linked');
    symlinkSync(folder, linked);
    putEnded('session-3', noonMs);
    assert.deepEqual((await deleteHistory(linked, { probe })).deleted, []);
    assert.ok(existsSync(join(folder, 'session-3')));
  });

  it('loses what a deletion that was cut short left behind, after a day', async () => {
    mkdirSync(join(folder, '.deleted-0123456789abcdef'));
    mkdirSync(join(folder, '.deleted-kept'));
    await sweepSessions(folder, { probe, nowMs: Date.now() });
    assert.equal(left().length, 2);
    await sweepSessions(folder, { probe, nowMs: Date.now() + 2 * dayMs });
    assert.deepEqual(left(), ['.deleted-kept']);
  });

  it('says in the log of a session whose host is gone that it has failed, once, behind a cut line', async () => {
    const host = { ...aHost, pid: 1_000_001 };
    putSession(folder, aHeader('session-1', { host }), [anEvent(1)]);
    writeFileSync(join(folder, 'session-1', 'events.jsonl'), '{"v":1,"sequ', { flag: 'a' });
    const dead = { sessionId: 'session-1', probe };
    assert.equal(await endDeadSession(folder, dead), true);
    assert.equal(await endDeadSession(folder, dead), false);
    putSession(folder, aHeader('session-2'), [anEvent(1)]);
    assert.equal(
      await endDeadSession(folder, { sessionId: 'session-2', probe }),
      false,
      'it lives',
    );
    assert.equal(await endDeadSession(folder, { sessionId: 'session-9', probe }), false);
  });
});
