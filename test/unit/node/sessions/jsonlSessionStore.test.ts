import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isTerminal } from '../../../../src/core/sessions/executionState.ts';
import type { ProgressEvent } from '../../../../src/core/sessions/progressEvent.ts';
import { encodeEventLine } from '../../../../src/core/sessions/progressEventCodec.ts';
import { foldSession } from '../../../../src/core/sessions/recoverSession.ts';
import {
  JsonlSessionStore,
  SessionFiles,
} from '../../../../src/node/sessions/jsonlSessionStore.ts';
import {
  readHostAddress,
  writeHostAddress,
} from '../../../../src/node/sessions/hostAddressFile.ts';
import { SessionLogWriter } from '../../../../src/node/sessions/sessionLogWriter.ts';
import { makeTempFolder, removeTempFolder } from '../../../support/tempFolder.ts';
import { aHeader, aHost, all, anEvent, doneEvent, putSession } from './sessionFolders.ts';

describe('JsonlSessionStore', () => {
  let root: string;
  let folder: string;
  let store: JsonlSessionStore;
  beforeEach(() => {
    root = makeTempFolder();
    folder = join(root, '.heddle', 'sessions');
    store = new JsonlSessionStore(folder);
  });
  afterEach(async () => {
    await store.dispose();
    removeTempFolder(root);
  });

  const log = (id: string): string => join(folder, id, 'events.jsonl');
  const sequences = (events: readonly ProgressEvent[]): readonly number[] =>
    events.map(({ sequence }) => sequence);

  it('keeps a header and events in the order of the calls, and gives them to another process', async () => {
    const header = aHeader('session-a', { host: { ...aHost, pidNamespace: 'here' } });
    void store.create(header);
    const appended = Array.from({ length: 500 }, (_, i) =>
      store.append('session-a', anEvent(i + 1)),
    );
    await Promise.all(appended);
    const other = new SessionFiles(folder);
    assert.deepEqual(await other.header('session-a'), header);
    assert.deepEqual(
      await all(other.history('session-a', 1)),
      Array.from({ length: 500 }, (_, i) => anEvent(i + 1)),
    );
  });

  it('gives a history with all that was appended before, also what is not on disk yet', async () => {
    void store.create(aHeader('session-a'));
    for (let i = 1; i <= 10; i += 1) void store.append('session-a', anEvent(i));
    assert.deepEqual(sequences(await all(store.history('session-a', 4))), [4, 5, 6, 7, 8, 9, 10]);
  });

  it('knows nothing of sessions that are not there, and refuses ids that lead elsewhere', async () => {
    assert.equal(await store.header('session-x'), undefined);
    assert.deepEqual(await all(store.history('session-x', 1)), []);
    await assert.rejects(store.header('../agents'), /no session id|not a session id/);
    await assert.rejects(all(store.history('..', 1)), /not a session id/);
  });

  it('makes folders and files that nobody else can read, and has git ignore them', async () => {
    await store.create(aHeader('session-a'));
    await store.append('session-a', anEvent(1));
    if (process.platform !== 'win32') {
      for (const path of [folder, join(folder, 'session-a'), log('session-a')]) {
        assert.equal(statSync(path).mode & 0o077, 0, path);
      }
    }
    assert.equal(readFileSync(join(folder, '.gitignore'), 'utf8'), '*\n');
  });

  it('tells why nothing can be written, and writes again when that has passed', async () => {
    mkdirSync(join(root, '.heddle'));
    writeFileSync(folder, 'in the way');
    await assert.rejects(store.create(aHeader('session-a')), /not a folder; move it away/);
    await assert.rejects(store.append('session-a', anEvent(1)), /move it away/);

    mkdirSync(join(root, 'b', 'session-b', 'events.jsonl'), { recursive: true });
    const late = new JsonlSessionStore(join(root, 'b'));
    await assert.rejects(late.append('session-b', anEvent(1)), { code: 'EISDIR' });
    removeTempFolder(join(root, 'b', 'session-b', 'events.jsonl'));
    await late.append('session-b', anEvent(2));
    assert.deepEqual(sequences(await all(late.history('session-b', 1))), [2]);
    await late.dispose();
  });

  it('never writes through a link', async () => {
    const outside = join(root, 'outside.txt');
    writeFileSync(outside, 'mine\n');
    putSession(folder, aHeader('session-a'));
    removeTempFolder(log('session-a'));
    symlinkSync(outside, log('session-a'));
    await assert.rejects(store.append('session-a', anEvent(1)));
    assert.equal(readFileSync(outside, 'utf8'), 'mine\n');

    mkdirSync(join(root, 'elsewhere'));
    removeTempFolder(folder);
    symlinkSync(join(root, 'elsewhere'), folder);
    await assert.rejects(store.create(aHeader('session-b')), /move it away/);
  });

  it('keeps that a session ended even when what it came to is too long', async () => {
    void store.create(aHeader('session-a'));
    const huge = 'x'.repeat(17 * 1024 * 1024);
    await assert.rejects(
      store.append('session-a', anEvent(1, { kind: 'note', content: huge })),
      /takes more than/,
    );
    await store.append('session-a', doneEvent(2, huge));
    const events = await all(store.history('session-a', 1));
    const { state, missingEvents } = foldSession(aHeader('session-a'), events);
    assert.ok(isTerminal(state) && state.state === 'done');
    assert.deepEqual([state.result.value, missingEvents], [null, 1]);
  });

  it('writes the end again when the disk was full, and nothing else', async () => {
    await store.create(aHeader('session-a'));
    type Append = (this: SessionLogWriter, event: ProgressEvent) => Promise<void>;
    const own = Object.getOwnPropertyDescriptor(SessionLogWriter.prototype, 'append');
    const append = own?.value as Append;
    let failures = 2;
    SessionLogWriter.prototype.append = function (event) {
      if (failures === 0) return append.call(this, event);
      failures -= 1;
      return Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
    };
    try {
      await assert.rejects(store.append('session-a', anEvent(1)), /no space/);
      await store.append('session-a', doneEvent(2));
    } finally {
      SessionLogWriter.prototype.append = append;
    }
    const kinds = (await all(store.history('session-a', 1))).map(({ sequence }) => sequence);
    assert.deepEqual([failures, kinds], [0, [2]]);
  });

  it('takes nothing from a folder of sessions that is a link', async () => {
    const away = join(root, 'away');
    putSession(away, aHeader('session-a'), [anEvent(1)]);
    await writeHostAddress(away, 'session-a', { endpoint: '/run/x.sock', token: 'x' });
    assert.ok(await readHostAddress(away, 'session-a'));
    mkdirSync(join(root, '.heddle'));
    symlinkSync(away, folder);
    assert.equal(await store.header('session-a'), undefined);
    assert.deepEqual(await all(store.history('session-a', 1)), []);
    assert.equal(await readHostAddress(folder, 'session-a'), undefined);
  });

  it('reads what was cut off at any byte up to its last whole line', async () => {
    putSession(folder, aHeader('session-a'), [anEvent(1), anEvent(2)]);
    const whole = statSync(log('session-a')).size;
    const added = encodeEventLine(anEvent(3));
    for (let cut = 0; cut < added.length; cut += 7) {
      truncateSync(log('session-a'), whole);
      appendFileSync(log('session-a'), added.slice(0, cut));
      assert.deepEqual(sequences(await all(store.history('session-a', 1))), [1, 2]);
    }
  });

  it('leaves out what is no event, and goes on behind it', async () => {
    putSession(folder, aHeader('session-a'), [anEvent(1)]);
    appendFileSync(
      log('session-a'),
      '\n{"v":1\nnull\n[]\n"text"\n{"sequence":-1,"atMs":0,"kind":"tick"}\n',
    );
    appendFileSync(log('session-a'), Buffer.from([0xff, 0xfe, 0x0a]));
    appendFileSync(log('session-a'), `${'y'.repeat(17 * 1024 * 1024)}\n`);
    appendFileSync(log('session-a'), encodeEventLine(anEvent(2)));
    assert.deepEqual(sequences(await all(store.history('session-a', 1))), [1, 2]);
  });

  it('tells events in the order of their numbers, each once, and none after the end', async () => {
    const events = [anEvent(1), anEvent(3), anEvent(2), anEvent(3), doneEvent(4), anEvent(5)];
    putSession(folder, aHeader('session-a'), events);
    assert.deepEqual(sequences(await all(store.history('session-a', 1))), [1, 3, 4]);
  });

  it('keeps what only newer versions understand', async () => {
    const known = aHeader('session-a', { host: { ...aHost, pidNamespace: 'here' } });
    putSession(folder, known);
    const newer = { v: 9, sequence: 1, atMs: 5, kind: 'hologram', size: { deep: [1, 'x'] } };
    appendFileSync(log('session-a'), `${JSON.stringify(newer)}\n`);
    const [event] = await all(store.history('session-a', 1));
    assert.ok(event?.kind === 'opaque');
    assert.deepEqual(JSON.parse(encodeEventLine(event)), newer);
    const path = join(folder, 'session-a', 'session.json');
    const header = JSON.parse(readFileSync(path, 'utf8')) as object;
    writeFileSync(path, JSON.stringify({ ...header, v: 9, colour: 'red' }));
    assert.deepEqual(await store.header('session-a'), known);
  });

  it('takes nothing from links, folders, pipes and files of other sessions', async () => {
    const away = mkdtempSync(join(root, 'away-'));
    const real = putSession(away, aHeader('session-a'), [anEvent(1)]);
    mkdirSync(folder, { recursive: true });
    symlinkSync(real, join(folder, 'session-a'));
    await assert.rejects(store.header('session-a'), /not a folder of its own/);
    assert.deepEqual(await all(store.history('session-a', 1)), []);

    const linked = putSession(folder, aHeader('session-b'));
    removeTempFolder(join(linked, 'events.jsonl'));
    symlinkSync(join(real, 'events.jsonl'), join(linked, 'events.jsonl'));
    assert.deepEqual(await all(store.history('session-b', 1)), []);
    removeTempFolder(join(linked, 'session.json'));
    symlinkSync(join(real, 'session.json'), join(linked, 'session.json'));
    await assert.rejects(store.header('session-b'));

    mkdirSync(join(folder, 'session-c', 'session.json'), { recursive: true });
    mkdirSync(join(folder, 'session-c', 'events.jsonl'));
    await assert.rejects(store.header('session-c'));
    assert.deepEqual(await all(store.history('session-c', 1)), []);

    const piped = putSession(folder, aHeader('session-d'));
    removeTempFolder(join(piped, 'events.jsonl'));
    if (process.platform !== 'win32') {
      execFileSync('mkfifo', [join(piped, 'events.jsonl')]);
      assert.deepEqual(await all(store.history('session-d', 1)), []);
      await assert.rejects(store.append('session-d', anEvent(1)));
    }

    const alien = putSession(folder, aHeader('session-e'));
    writeFileSync(join(alien, 'session.json'), readFileSync(join(real, 'session.json')));
    await assert.rejects(store.header('session-e'), /belongs to another session/);
  });

  it('reads no more of a huge file than it can hold, and no header that is huge', async () => {
    putSession(folder, aHeader('session-a'), [anEvent(1)]);
    // Mostly holes, which cost no room on the disk.
    truncateSync(log('session-a'), 3 * 1024 * 1024 * 1024);
    assert.deepEqual(sequences(await all(store.history('session-a', 1))), [1]);
    truncateSync(join(folder, 'session-a', 'session.json'), 1024 * 1024 * 1024);
    await assert.rejects(store.header('session-a'), /more than \d+ bytes/);
  });
});
