import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { FileLocks } from '../../../src/core/locks/fileLocks.ts';
import type { StoredLocks } from '../../../src/core/locks/lockStore.ts';
import type { JsonLockStore } from '../../../src/node/jsonLockStore.ts';
import { named, useLockFixture } from '../../support/lockFixture.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The value of a holder's file as a stranger would write it. */
function holderFields(id: number, more: Fields = {}): Fields {
  const at = Date.parse('2026-06-01T12:00:00Z');
  const lock = {
    path: `file-${id}`,
    token: 1000 + id,
    mode: 'exclusive',
    granted_at_ms: at,
    refreshed_at_ms: at,
    term: 'default',
    ttl_ms: 30_000,
  };
  return {
    version: 1,
    id,
    name: `holder ${id}`,
    state: 'active',
    last_seen_ms: at,
    edit_count: 0,
    locks: [lock],
    ...more,
  };
}

describe('The files of holders, whoever wrote them', () => {
  const fixture = useLockFixture('json');
  let locks: FileLocks;
  beforeEach(() => {
    mkdirSync(fixture().folder, { recursive: true });
    locks = fixture().open();
  });

  function put(fileName: string, content: Fields | string | Buffer): string {
    const path = join(fixture().folder, fileName);
    const isText = typeof content === 'string' || Buffer.isBuffer(content);
    writeFileSync(path, isText ? content : JSON.stringify(content));
    return path;
  }

  function putHolder(id: number, more: Fields = {}): string {
    return put(`holder-${id}.json`, holderFields(id, more));
  }

  function read(fileName: string): Fields {
    return JSON.parse(readFileSync(join(fixture().folder, fileName), 'utf8')) as Fields;
  }

  function look(): Promise<StoredLocks> {
    return fixture().openStore().refresh();
  }

  async function problems(): Promise<readonly string[]> {
    return (await look()).broken.map(({ fileName, problem }) => `${fileName}: ${problem}`);
  }

  it('what is well-formed counts, also with the fewest fields', async () => {
    putHolder(3);
    const [held] = await locks.list();
    assert.deepEqual([held?.holder.name, held?.lock.path], ['holder 3', 'file-3']);
    assert.deepEqual(await problems(), []);
  });

  const lockOf = (more: Fields): Fields => {
    const [lock] = holderFields(1).locks as readonly Fields[];
    return { locks: [{ ...lock, ...more }] };
  };
  const waitOf = (more: Fields): Fields => ({
    waits: [{ ticket: 5, paths: ['x'], mode: 'exclusive', since_ms: 1, until_ms: 2, ...more }],
  });
  const malformed: readonly (readonly [string, string | Fields])[] = [
    ['is empty', ''],
    ['is cut off', '{"version": 1, "id": 1'],
    ['is no JSON', 'agent = "x"'],
    ['is a list', '[]'],
    ['is nothing', 'null'],
    ['is nested as deep as can be', '['.repeat(100_000)],
    ['is of a newer version', holderFields(1, { version: 2 })],
    ['has no version', holderFields(1, { version: undefined })],
    ['has the number 0', holderFields(1, { id: 0 })],
    ['has a number that is too large', holderFields(1, { id: 2 ** 53 })],
    ['has the number of another file', holderFields(2)],
    ['is that of a session', holderFields(1, { session_id: 'agent-x' })],
    ['is that of a session outside', holderFields(1, { session_id: '../x' })],
    ['has an empty name', holderFields(1, { name: '' })],
    ['has a name that is too long', holderFields(1, { name: 'x'.repeat(201) })],
    ['has an unknown state', holderFields(1, { state: 'asleep' })],
    ['has no locks', holderFields(1, { locks: undefined })],
    ['has too many locks', holderFields(1, { locks: new Array(20_001).fill(null) })],
    ['has a lock that is none', holderFields(1, { locks: ['x'] })],
    ['has a path outside', holderFields(1, lockOf({ path: '../x' }))],
    ['has a path with a NUL', holderFields(1, lockOf({ path: 'a\0b' }))],
    ['has a token that is no number', holderFields(1, lockOf({ token: '1' }))],
    ['has a token beyond all', holderFields(1, lockOf({ token: 2 ** 53 - 1 }))],
    ['has a negative token', holderFields(1, lockOf({ token: -1 }))],
    ['has an unknown mode', holderFields(1, lockOf({ mode: 'intent' }))],
    ['has half a time', holderFields(1, lockOf({ refreshed_at_ms: 0.5 }))],
    ['has no time for a default', holderFields(1, lockOf({ ttl_ms: undefined }))],
    ['has a reason that is too long', holderFields(1, lockOf({ reason: 'x'.repeat(501) }))],
    ['waits with no ticket', holderFields(1, waitOf({ ticket: undefined }))],
    ['waits for a path outside', holderFields(1, waitOf({ paths: ['../x'] }))],
    ['waits too often', holderFields(1, { waits: new Array(101).fill(null) })],
    ['has a process that is none', holderFields(1, { process: { pid: 'x' } })],
    ['has an unknown field nested too deeply', holderFields(1, { more: nested(100) })],
  ];
  for (const [what, content] of malformed) {
    it(`one that ${what} is shown, hides no other and is left as it is`, async () => {
      const path = put('holder-1.json', content);
      const before = readFileSync(path);
      putHolder(3);

      assert.equal((await problems()).length, 1);
      assert.equal((await locks.list()).length, 1);
      await rejectsWith(locks.lock(named('1'), { paths: ['x'] }), 'broken-entry');
      await rejectsWith(locks.heartbeat(named('1')), 'broken-entry');
      assert.equal((await locks.lock(named('b'), { paths: ['x'] })).kind, 'granted');
      assert.equal((await locks.lock(named('b'), { paths: ['file-3'] })).kind, 'held');
      await locks.reap();
      assert.deepEqual(readFileSync(path), before);
    });
  }

  it('a link, a FIFO, a folder and a huge file are shown and cost nothing', async () => {
    const outside = join(fixture().root, 'outside.json');
    writeFileSync(outside, JSON.stringify(holderFields(1)));
    symlinkSync(outside, join(fixture().folder, 'holder-1.json'));
    execFileSync('mkfifo', [join(fixture().folder, 'holder-2.json')]);
    mkdirSync(join(fixture().folder, 'holder-3.json'));
    truncateSync(put('holder-4.json', ''), 2 ** 34);
    putHolder(5);
    const found = await problems();
    assert.match(found[0] ?? '', /symbolic link/);
    assert.match(found[1] ?? '', /not a regular file/);
    assert.match(found[2] ?? '', /folder/);
    assert.match(found[3] ?? '', /too large/);
    assert.equal((await locks.list()).length, 1);
    assert.equal((await locks.lock(named('new'), { paths: ['x'] })).kind, 'granted');
  });

  it('other files in the folder are no holders', async () => {
    put('.hidden.json', 'x');
    put('notes.txt', 'x');
    put('.counters.json', 'x');
    assert.deepEqual(await problems(), []);
    put('package.json', '{}');
    assert.equal((await problems()).length, 1);
  });

  it('the number in the name of a file is never given to another, whatever is in it', async () => {
    put('holder-7.json', 'broken');
    const holder = await locks.heartbeat(named('new'));
    assert.equal(holder.id, 8);
  });

  it('counters that say nothing sensible count as none', async () => {
    for (const text of ['', 'null', '[]', '{"next_id":"x","last_token":1e300}', '{"next_id":-5}']) {
      put('.counters.json', text);
      const outcome = await fixture()
        .open()
        .lock(named('a'), { paths: ['x'] });
      assert.ok(outcome.kind === 'granted');
      assert.equal(outcome.holder.id, 1);
      rmSync(join(fixture().folder, 'holder-1.json'));
    }
  });

  it('numbers that a damaged file used up are said to be, and nothing is destroyed', async () => {
    putHolder(1, { last_token: 2 ** 52 });
    await locks.heartbeat(named('a'));
    assert.match(await rejectsWith(locks.lock(named('a'), { paths: ['x'] }), 'io'), /last_token/);
    assert.deepEqual(await problems(), []);
  });

  it('times beyond all bounds hold nothing for ever', async () => {
    putHolder(1, lockOf({ term: 'promised', ttl_ms: Number.MAX_SAFE_INTEGER }));
    const far = { since_ms: fixture().clock.now(), until_ms: Number.MAX_SAFE_INTEGER };
    putHolder(2, { ...waitOf({ ...far, paths: ['y'] }), locks: [] });
    putHolder(3, {
      ...lockOf({ path: 'z', refreshed_at_ms: Number.MAX_SAFE_INTEGER }),
      last_seen_ms: Number.MAX_SAFE_INTEGER,
    });
    for (const path of ['file-1', 'y', 'z']) {
      assert.equal((await locks.lock(named('a'), { paths: [path] })).kind, 'held', path);
    }
    fixture().clock.advance(24 * 60 * 60_000);
    const paths = ['file-1', 'y', 'z'];
    assert.equal((await locks.lock(named('a'), { paths })).kind, 'granted');
  });

  it('fields of newer versions survive a rewrite, whatever their name', async () => {
    const text = JSON.stringify(holderFields(1)).replace(
      '{',
      '{"__proto__":{"polluted":1},"constructor":[1,{"a":null}],"future":{"deep":[true]},',
    );
    put('holder-1.json', text);
    await locks.lock(named('1'), { paths: ['another'] });
    const after = read('holder-1.json');
    assert.deepEqual(Object.getOwnPropertyDescriptor(after, '__proto__')?.value, { polluted: 1 });
    assert.deepEqual(after.future, { deep: [true] });
    assert.deepEqual(after.constructor, [1, { a: null }]);
    assert.equal(({} as Fields).polluted, undefined);
    assert.equal((after.locks as readonly Fields[]).length, 2);
  });

  it('paths and names like those of prototypes are ordinary', async () => {
    const paths = ['__proto__', 'constructor/x', 'toString'];
    await locks.lock(named('__proto__'), { paths });
    const snapshot = await fixture().open().export();
    assert.deepEqual(Object.keys(snapshot.agents[0]?.locked_paths ?? {}).sort(), [...paths].sort());
    assert.equal((await locks.lock(named('b'), { paths: ['__proto__'] })).kind, 'held');
  });

  describe('that become unreadable while they are known', () => {
    let store: JsonLockStore;
    let path: string;
    beforeEach(async () => {
      store = fixture().openFiles();
      locks = fixture().openOn(store);
      await locks.lock(named('a'), { paths: ['x', 'y'], ttlMs: 60_000 });
      path = put('holder-1.json', 'broken');
    });

    it('what they held still counts, and is taken from them by time', async () => {
      assert.equal((await locks.lock(named('b'), { paths: ['x'] })).kind, 'held');
      fixture().clock.advance(60_000);
      assert.equal((await locks.lock(named('b'), { paths: ['x'] })).kind, 'granted');
      fixture().clock.jumpTo(fixture().clock.now() - 50_000);
      assert.deepEqual(
        (await locks.holdersOf('x')).map(({ holder }) => holder.name),
        ['b'],
        'nor does it come back',
      );
      assert.equal(readFileSync(path, 'utf8'), 'broken');
    });

    it('what is broken by force is free', async () => {
      const ended = await locks.break({ path: 'x', byName: 'b', reason: 'stuck' });
      assert.equal(ended.length, 1);
      assert.equal((await locks.lock(named('b'), { paths: ['x'] })).kind, 'granted');
      assert.equal((await locks.lock(named('b'), { paths: ['y'] })).kind, 'held');
      assert.equal((await store.refresh()).broken[0]?.lastGood?.locks.size, 1);
    });

    it('their holders can neither take, keep nor wait for anything, nor be removed', async () => {
      const wish = { paths: ['z'], limitMs: 1_000, process: undefined };
      fixture().clock.advance(1);
      await fixture()
        .open()
        .lock(named('b'), { paths: ['z'] });
      await rejectsWith(locks.lock(named('a'), { paths: ['x'] }), 'broken-entry');
      await rejectsWith(locks.lockOrQueue(named('a'), wish), 'broken-entry');
      await rejectsWith(locks.heartbeat(named('a')), 'broken-entry');
      await rejectsWith(locks.unregister(named('a')), 'broken-entry');
      assert.equal(readFileSync(path, 'utf8'), 'broken');
    });

    it('what was repaired counts as it is', async () => {
      putHolder(1);
      assert.deepEqual(
        (await locks.list()).map(({ lock }) => lock.path),
        ['file-1'],
      );
      assert.deepEqual((await store.refresh()).broken, []);
    });

    it('what was removed is gone', async () => {
      rmSync(path);
      assert.deepEqual(await locks.list(), []);
      assert.deepEqual((await store.refresh()).broken, []);
    });

    it('another holder in the same file takes the place of the first', async () => {
      rmSync(path);
      put('session-agent-s.json', holderFields(4, { session_id: 'agent-s' }));
      await locks.list();
      put('session-agent-s.json', holderFields(5, { session_id: 'agent-s' }));
      assert.deepEqual(
        (await locks.list()).map(({ holder }) => holder.id),
        [5],
      );
    });
  });

  describe('of which two have one number', () => {
    const session = holderFields(1, { session_id: 'agent-s', ...lockOf({ path: 'mine' }) });

    async function seenBy(store: JsonLockStore): Promise<readonly string[]> {
      const { view, broken } = await store.refresh();
      return [
        ...[...view.holders()].map(({ name }) => name),
        ...broken.map((each) => each.fileName),
      ];
    }

    it('the same one counts for all, in whatever order they were seen', async () => {
      const early = fixture().openFiles();
      put('session-agent-s.json', session);
      assert.deepEqual(await seenBy(early), ['holder 1']);
      putHolder(1);
      const expected = ['holder 1', 'session-agent-s.json'];
      assert.deepEqual(await seenBy(early), expected);
      assert.deepEqual(await seenBy(fixture().openFiles()), expected);
      assert.deepEqual(
        (await locks.list()).map(({ lock }) => lock.path),
        ['file-1'],
      );
    });

    it('when one goes, the other counts as it is then', async () => {
      const store = fixture().openFiles();
      putHolder(1);
      put('session-agent-s.json', session);
      await seenBy(store);
      put('session-agent-s.json', { ...session, name: 'changed meanwhile' });
      await seenBy(store);
      rmSync(join(fixture().folder, 'holder-1.json'));
      assert.deepEqual(await seenBy(store), ['changed meanwhile']);
      rmSync(join(fixture().folder, 'session-agent-s.json'));
      assert.deepEqual(await seenBy(store), []);
    });

    it('a file that comes to have the number of another leaves nothing behind', async () => {
      const store = fixture().openFiles();
      putHolder(1);
      put('session-agent-s.json', { ...session, id: 2 });
      await seenBy(store);
      put('session-agent-s.json', session);
      assert.deepEqual(await seenBy(store), ['holder 1', 'session-agent-s.json']);
      rmSync(join(fixture().folder, 'session-agent-s.json'));
      assert.deepEqual(await seenBy(store), ['holder 1']);
    });
  });

  it('the folder that was removed and made anew by others is looked at as a new one', async () => {
    const store = fixture().openFiles();
    const mine = fixture().openOn(store);
    await mine.lock(named('a'), { paths: ['x'] });
    rmSync(fixture().folder, { recursive: true });
    const others = fixture().open();
    await others.lock(named('somebody with a long name'), { paths: ['y'] });
    await others.lock(named('and another one'), { paths: ['z'] });
    assert.deepEqual((await mine.list()).map(({ lock }) => lock.path).sort(), ['y', 'z']);
    assert.equal((await mine.lock(named('b'), { paths: ['y'] })).kind, 'held');
  });

  it('a file that somebody adds or removes by hand is not missed because others write as well', async () => {
    const store = fixture().openFiles();
    const mine = fixture().openOn(store);
    putHolder(1);
    await mine.lock(named('a'), { paths: ['x'] });
    await fixture()
      .open()
      .lock(named('b'), { paths: ['y'] });
    putHolder(9);
    rmSync(join(fixture().folder, 'holder-1.json'));
    assert.deepEqual((await mine.list()).map(({ lock }) => lock.path).sort(), ['file-9', 'x', 'y']);
  });

  it('a holder moved away is gone, and back when it is moved back', async () => {
    const path = putHolder(1);
    assert.equal((await locks.list()).length, 1);
    renameSync(path, join(fixture().root, 'aside'));
    assert.equal((await locks.list()).length, 0);
    renameSync(join(fixture().root, 'aside'), path);
    assert.equal((await locks.list()).length, 1);
    assert.deepEqual(readdirSync(fixture().folder), ['holder-1.json'], 'looking writes nothing');
  });
});

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i += 1) value = { value };
  return value;
}
