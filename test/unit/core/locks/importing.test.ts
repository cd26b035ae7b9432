import assert from 'node:assert/strict';
import type { FileLocks } from '../../../../src/core/locks/fileLocks.ts';
import type { ImportOutcome } from '../../../../src/core/locks/importing.ts';
import {
  parseSerialized,
  type SerializedAgent,
  type SerializedRegistry,
} from '../../../../src/core/locks/serializedRegistry.ts';
import { isRegistryError } from '../../../../src/core/agents/registryError.ts';
import { LockFixture, named, useLockFixture } from '../../../support/lockFixture.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';

describe('Importing a snapshot', () => {
  const fixture = useLockFixture('json');
  let locks: FileLocks;
  let nowMs: number;
  beforeEach(() => {
    locks = fixture().open();
    nowMs = fixture().clock.now();
  });

  function agent(
    id: number,
    name: string,
    lastsMs: Readonly<Record<string, number>> = {},
  ): SerializedAgent {
    const paths = Object.entries(lastsMs).map(([path, ms]) => [path, nowMs + ms] as const);
    return {
      id,
      name,
      state: 'active',
      last_seen_ms: nowMs,
      edit_count: 0,
      locked_paths: Object.fromEntries(paths),
    };
  }

  function importAll(
    agents: readonly SerializedAgent[],
    isReplacing = false,
  ): Promise<ImportOutcome> {
    return locks.import({ next_id: 0, agents }, isReplacing);
  }

  async function held(): Promise<readonly string[]> {
    return (await fixture().open().list())
      .map(({ holder, lock }) => `${holder.name} ${lock.path}`)
      .sort();
  }

  it('what has not expired is held by whoever held it, until then', async () => {
    const outcome = await importAll([agent(4, 'one', { x: 5_000, y: 1, z: 0 }), agent(9, 'two')]);
    assert.ok(outcome.kind === 'imported');
    assert.deepEqual([outcome.lockCount, outcome.expiredCount], [2, 1]);
    assert.deepEqual(await held(), ['one x', 'one y']);
    assert.equal((await locks.export()).agents[0]?.locked_paths.x, nowMs + 5_000);
    fixture().clock.advance(4_999);
    assert.deepEqual(await held(), ['one x']);
    fixture().clock.advance(1);
    assert.deepEqual(await held(), []);
  });

  it('gives new tokens, larger than any before', async () => {
    const first = await locks.lock(named('a'), { paths: ['a'] });
    assert.ok(first.kind === 'granted');
    await importAll([agent(5, 'one', { x: 5_000, y: 5_000 })]);
    const tokens = (await locks.list()).map(({ lock }) => lock.token);
    assert.equal(new Set(tokens).size, 3);
    assert.equal(Math.min(...tokens), first.grants[0]?.lock.token);
  });

  it('keeps the next id, so that no number of the past is used again', async () => {
    await locks.import({ next_id: 40, agents: [agent(3, 'one')] }, false);
    assert.equal((await fixture().open().heartbeat(named('new'))).id, 40);
    await fixture().open().unregister(named('new'));
    await locks.import({ next_id: Number.MAX_SAFE_INTEGER - 1, agents: [] }, false);
    await fixture().open().heartbeat(named('another'));
    await fixture().open().heartbeat(named('and one more'));
  });

  it('keeps who crashed or is gone as it was, with its edits', async () => {
    await importAll([{ ...agent(3, 'one'), state: 'crashed', edit_count: 7, last_seen_ms: 5 }]);
    const [imported] = (await locks.export()).agents;
    assert.deepEqual(imported, {
      ...agent(3, 'one'),
      state: 'crashed',
      edit_count: 7,
      last_seen_ms: 5,
    });
  });

  it('another holder with an id of the snapshot keeps it, and the imported one gets the next', async () => {
    const known = await locks.heartbeat(named('mine'));
    await importAll([agent(known.id, 'theirs', { x: 5_000 })]);
    const { agents } = await locks.export();
    assert.deepEqual(
      agents.map(({ id, name }) => [id, name]),
      [
        [1, 'mine'],
        [2, 'theirs'],
      ],
    );
  });

  it('a holder that is known loses nothing: neither sign of life, state, edits, token nor time', async () => {
    const granted = await locks.lock(named('a'), { paths: ['x', 'y'], ttlMs: 60_000 });
    assert.ok(granted.kind === 'granted');
    await locks.noteEdit(named('a'));
    const old = { ...agent(1, 'a', { x: 1_000 }), last_seen_ms: 1, state: 'gone' as const };
    assert.equal((await importAll([old])).kind, 'imported');
    const [after] = (await locks.export()).agents;
    assert.deepEqual(after, {
      ...agent(1, 'a', { x: 60_000, y: 60_000 }),
      edit_count: 1,
    });
    for (const { path, lock } of granted.grants) {
      assert.equal((await locks.check(named('a'), path, lock.token)).kind, 'stands');
    }
    await importAll([agent(1, 'a', { x: 90_000 })]);
    assert.equal((await locks.export()).agents[0]?.locked_paths.x, nowMs + 90_000);
  });

  it('is refused as a whole when something overlaps a lock that stands', async () => {
    await locks.lock(named('a'), { paths: ['src/a.ts'] });
    const before = await locks.export();
    const outcome = await importAll([
      agent(7, 'one', { docs: 5_000 }),
      agent(8, 'two', { src: 5_000 }),
    ]);
    assert.ok(outcome.kind === 'held');
    assert.deepEqual(
      outcome.conflicts.map(({ path, holder }) => [path, holder.name]),
      [['src', 'a']],
    );
    assert.deepEqual(await locks.export(), before);
  });

  it('replaces those when it is told to, and lets them know', async () => {
    await locks.lock(named('a'), { paths: ['src/a.ts', 'docs/x', 'test'] });
    const agents = [agent(7, 'one', { docs: 5_000 }), agent(8, 'two', { src: 5_000 })];
    const outcome = await importAll(agents, true);
    assert.ok(outcome.kind === 'imported');
    assert.equal(outcome.replaced.length, 2);
    assert.deepEqual(await held(), ['a test', 'one docs', 'two src']);
    const { view } = await fixture().openStore().refresh();
    assert.deepEqual(
      view.byName('a')?.ended.map(({ by }) => by),
      ['one', 'two'],
    );
  });

  it('what has expired here stands in nobody’s way', async () => {
    await locks.lock(named('a'), { paths: ['x'], ttlMs: 1_000 });
    fixture().clock.advance(1_000);
    nowMs = fixture().clock.now();
    assert.equal((await importAll([agent(7, 'one', { x: 5_000 })])).kind, 'imported');
    assert.deepEqual(await held(), ['one x']);
  });

  it('a snapshot in which two hold one path is refused', async () => {
    const agents = [agent(7, 'one', { src: 5_000 }), agent(8, 'two', { 'src/a': 5_000 })];
    assert.match(await rejectsWith(importAll(agents), 'invalid-snapshot'), /one holds src/);
    assert.deepEqual(await held(), []);
  });

  it('a lock without end is no lock for ever', async () => {
    await importAll([{ ...agent(7, 'one'), locked_paths: { x: Number.MAX_SAFE_INTEGER } }]);
    fixture().clock.advance(24 * 60 * 60_000);
    assert.deepEqual(await held(), []);
  });

  it('more locks than one holder may have are refused, and nothing is changed', async () => {
    const paths = (of: string): Readonly<Record<string, number>> =>
      Object.fromEntries(Array.from({ length: 15_000 }, (_, i) => [`${of}/${i}`, 5_000]));
    await importAll([agent(7, 'one', paths('a'))]);
    await rejectsWith(importAll([agent(7, 'one', paths('b'))]), 'invalid-holder');
    assert.equal((await locks.list()).length, 15_000);
  });

  it('an export read elsewhere is the same, and again here changes nothing', async () => {
    await locks.lock(named('a'), { paths: ['x', 'src/*.ts', '__proto__'], ttlMs: 50_000 });
    await locks.lock(named('b'), { paths: ['docs'] });
    await locks.lock(named('b'), { paths: ['read'], mode: 'shared' });
    await locks.lock(named('c'), { paths: ['read', 'read/more'], mode: 'shared' });
    await locks.heartbeat(named('idle'));
    const text = JSON.stringify(await locks.export());
    const snapshot = parseSerialized(JSON.parse(text));
    assert.equal((await locks.import(snapshot, false)).kind, 'imported');
    assert.equal(JSON.stringify(await locks.export()), text);
    const elsewhere = new LockFixture();
    try {
      await elsewhere.open().import(snapshot, false);
      assert.equal(JSON.stringify(await elsewhere.open().export()), text);
    } finally {
      elsewhere.dispose();
    }
  });
});

describe('Reading a document that claims to be a snapshot', () => {
  const good = {
    id: 1,
    name: 'a',
    state: 'active',
    last_seen_ms: -5,
    edit_count: 0,
    locked_paths: { x: 5 },
  };

  function parse(value: unknown): SerializedRegistry {
    return parseSerialized(JSON.parse(JSON.stringify(value)));
  }

  it('missing fields have the defaults, unknown ones are passed over', () => {
    assert.deepEqual(parse({}), { next_id: 0, agents: [] });
    assert.deepEqual(parse({ future: 1, agents: [{ ...good, more: [] }] }).agents, [good]);
  });

  it('a path named like a prototype stays a path', () => {
    const text = JSON.stringify({ agents: [good] }).replace('"x"', '"__proto__"');
    const [agent] = parseSerialized(JSON.parse(text)).agents;
    assert.deepEqual(Object.entries(agent?.locked_paths ?? {}), [['__proto__', 5]]);
    assert.throws(() => parseSerialized(JSON.parse('{"agents":[{"__proto__":{"id":1}}]}')));
  });

  const wrong: readonly (readonly [string, unknown])[] = [
    ['nothing', null],
    ['a text', 'x'],
    ['a list', []],
    ['a next id that is no number', { next_id: '1' }],
    ['a next id of 2^53', { next_id: 2 ** 53 }],
    ['a negative next id', { next_id: -1 }],
    ['agents that are no list', { agents: {} }],
    ['an agent that is none', { agents: [null] }],
    ['the id 0', { agents: [{ ...good, id: 0 }] }],
    ['half an id', { agents: [{ ...good, id: 1.5 }] }],
    ['an id of 2^53 - 1', { agents: [{ ...good, id: 2 ** 53 - 1 }] }],
    ['one id twice', { agents: [good, { ...good, name: 'b' }] }],
    ['an empty name', { agents: [{ ...good, name: ' ' }] }],
    ['a name that is too long', { agents: [{ ...good, name: 'x'.repeat(201) }] }],
    ['an unknown state', { agents: [{ ...good, state: 'Active' }] }],
    ['no time', { agents: [{ ...good, last_seen_ms: undefined }] }],
    ['a negative count', { agents: [{ ...good, edit_count: -1 }] }],
    ['no locks', { agents: [{ ...good, locked_paths: undefined }] }],
    ['a list of locks', { agents: [{ ...good, locked_paths: [] }] }],
    ['an expiry that is no number', { agents: [{ ...good, locked_paths: { x: '5' } }] }],
    ['shared paths that are no list', { agents: [{ ...good, shared_paths: 'x' }] }],
    ['a shared path that is no text', { agents: [{ ...good, shared_paths: [1] }] }],
    ['an expiry of 2^53', { agents: [{ ...good, locked_paths: { x: 2 ** 53 } }] }],
  ];
  for (const [what, value] of wrong) {
    it(`refuses ${what}, and says where`, () => {
      assert.throws(
        () => parse(value),
        (error) =>
          isRegistryError(error, 'invalid-snapshot') &&
          error.message.includes('Nothing was changed'),
      );
    });
  }

  it('refuses a path outside', () => {
    assert.throws(
      () => parse({ agents: [{ ...good, locked_paths: { '../x': 5 } }] }),
      (error) => isRegistryError(error, 'invalid-path'),
    );
  });
});
