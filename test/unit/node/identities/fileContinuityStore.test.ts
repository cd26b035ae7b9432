import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  bytes,
  ContinuityWorld,
  docs,
  recordOf,
  refused,
  reviewer,
  save,
} from './continuityWorld.ts';

describe('FileContinuityStore', () => {
  let world: ContinuityWorld;
  beforeEach(() => {
    world = new ContinuityWorld();
  });
  afterEach(() => world.dispose());

  const own = (...parts: readonly string[]): string => join(world.continuity, 'reviewer', ...parts);
  const resolved = async (): Promise<unknown> =>
    (await world.open().store.resolveMany([reviewer])).get(reviewer);

  it('resolves every identity that it is asked for', async () => {
    const { store } = world.open();
    const kept = await store.upsertRecord(recordOf(reviewer, { checkpointVersion: 5 }), 1);
    assert.deepEqual(
      await world.open().store.resolveMany([reviewer, docs]),
      new Map([
        [reviewer, { state: 'ready', record: kept }],
        [docs, { state: 'uninitialized' }],
      ]),
    );
  });

  it('gives back the bytes of the last checkpoint of a session', async () => {
    const { store } = world.open();
    await store.upsertRecord(recordOf(reviewer), 1);
    assert.equal(await store.loadSnapshot(reviewer, 'conversation-1'), undefined);
    const data = Uint8Array.from({ length: 256 }, (_, i) => i);
    await store.saveSnapshot(save({ snapshot: { data: bytes('first') } }));
    await store.saveSnapshot(save({ version: 2, snapshot: { data } }));
    const other = world.open().store;
    assert.deepEqual(await other.loadSnapshot(reviewer, 'conversation-1'), { data });
    assert.equal(await other.loadSnapshot(reviewer, 'conversation-2'), undefined);
    assert.deepEqual(await resolved(), {
      state: 'ready',
      record: recordOf(reviewer, { checkpointVersion: 2 }),
    });
  });

  it('refuses a token that is lower than the fence, for checkpoints, records and deletion', async () => {
    const { store } = world.open();
    await store.upsertRecord(recordOf(reviewer), 5);
    const expected = { code: 'stale-fencing-token', identity: reviewer, presented: 3, current: 5 };
    const code = 'stale-fencing-token';
    assert.deepEqual(await refused(store.saveSnapshot(save({ token: 3 })), code), expected);
    assert.deepEqual(await refused(store.upsertRecord(recordOf(reviewer), 3), code), expected);
    assert.deepEqual(await refused(store.deleteRecord(reviewer, 3), code), expected);
    await store.saveSnapshot(save({ token: 5 }));
  });

  it('a checkpoint raises the fence to its token', async () => {
    const { store } = world.open();
    await store.upsertRecord(recordOf(reviewer), 1);
    await store.saveSnapshot(save({ token: 2 }));
    await refused(store.saveSnapshot(save({ version: 2, token: 1 })), 'stale-fencing-token');
  });

  it('knows nothing of a session after its identity was given another one', async () => {
    const { store } = world.open();
    await store.upsertRecord(recordOf(reviewer), 1);
    await store.saveSnapshot(save({ version: 7 }));
    const next = recordOf(reviewer, { sessionId: 'conversation-2', generation: 1 });
    await store.upsertRecord(next, 1);
    await refused(store.saveSnapshot(save({ version: 99 })), 'not-found');
    const current = { sessionId: 'conversation-2', generation: 1 };
    await store.saveSnapshot(save({ ...current, snapshot: { data: bytes('new') } }));
    assert.deepEqual(await resolved(), {
      state: 'ready',
      record: { ...next, checkpointVersion: 1 },
    });
    const snapshot = await store.loadSnapshot(reviewer, 'conversation-2');
    assert.deepEqual(snapshot, { data: bytes('new') });
  });

  it('refuses a version that is not newer, and leaves the checkpoint as it was', async () => {
    const { store } = world.open();
    await store.upsertRecord(recordOf(reviewer, { checkpointVersion: 3 }), 1);
    await store.saveSnapshot(save({ version: 4 }));
    for (const version of [4, 3, Number.NaN]) {
      const again = store.saveSnapshot(save({ version, snapshot: { data: bytes('again') } }));
      assert.equal((await refused(again, 'stale-checkpoint-version')).current, 4);
    }
    assert.deepEqual(await store.loadSnapshot(reviewer, 'conversation-1'), { data: bytes('one') });
  });

  it('deletes record and checkpoints together, and never again takes a lower token', async () => {
    const { store } = world.open();
    await store.upsertRecord(recordOf(reviewer, { generation: 3 }), 4);
    await store.saveSnapshot(save({ generation: 3, token: 4 }));
    await refused(store.deleteRecord(reviewer, 3), 'stale-fencing-token');
    assert.equal(readdirSync(own('snapshots')).length, 1);
    await store.deleteRecord(reviewer, 5);
    assert.deepEqual(await resolved(), { state: 'uninitialized' });
    assert.deepEqual(readdirSync(own('snapshots')), []);
    assert.equal(await store.loadSnapshot(reviewer, 'conversation-1'), undefined);

    const late = world.open().store;
    await refused(late.saveSnapshot(save({ generation: 3, version: 9, token: 4 })), 'not-found');
    await refused(late.upsertRecord(recordOf(reviewer), 4), 'stale-fencing-token');
    await late.upsertRecord(recordOf(reviewer), 5);
  });

  it('deletes an identity of whom it knows nothing, and remembers the token', async () => {
    await world.open().store.deleteRecord(reviewer, 6);
    const { store } = world.open();
    assert.deepEqual(await resolved(), { state: 'uninitialized' });
    await refused(store.upsertRecord(recordOf(reviewer), 5), 'stale-fencing-token');
  });

  it('the highest token is that of all identities, also after they were deleted', async () => {
    const { store } = world.open();
    assert.equal(await store.highestToken(), 0);
    await store.upsertRecord(recordOf(reviewer), 7);
    await store.upsertRecord(recordOf(docs), 3);
    await store.saveSnapshot(save({ identity: docs, token: 9 }));
    await store.deleteRecord(docs, 9);
    assert.equal(await world.open().store.highestToken(), 9);
    rmSync(join(world.root, '.heddle'), { recursive: true });
    assert.equal(await world.open().store.highestToken(), 9);
    await store.upsertRecord(recordOf(reviewer), 7);
    rmSync(join(world.home, '.heddle-agents'), { recursive: true });
    assert.equal(await world.open().store.highestToken(), 7, 'what the records themselves say');
  });

  it('never lowers the generation, nor the version within one', async () => {
    const { store } = world.open();
    await store.upsertRecord(recordOf(reviewer, { generation: 2, checkpointVersion: 8 }), 1);
    const lower = store.upsertRecord(recordOf(reviewer, { generation: 1 }), 1);
    assert.equal((await refused(lower, 'stale-generation')).current, 2);
    for (const sessionId of ['conversation-1', 'conversation-2']) {
      const kept = await store.upsertRecord(recordOf(reviewer, { generation: 2, sessionId }), 1);
      assert.equal(kept.checkpointVersion, 8);
    }
    const reset = await store.upsertRecord(recordOf(reviewer, { generation: 3 }), 1);
    assert.equal(reset.checkpointVersion, 0);
  });

  it('refuses what is no token at all', async () => {
    const { store } = world.open();
    for (const token of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      await refused(store.upsertRecord(recordOf(reviewer), token), 'io');
    }
    assert.deepEqual(await resolved(), { state: 'uninitialized' });
  });

  it('keeps the last ten checkpoints', async () => {
    const { store } = world.open();
    await store.upsertRecord(recordOf(reviewer), 1);
    for (let version = 1; version <= 13; version += 1) await store.saveSnapshot(save({ version }));
    const names = Array.from({ length: 10 }, (_, i) => `0-${i + 4}.json`);
    assert.deepEqual(readdirSync(own('snapshots')).sort(), names.sort());
  });

  it('two stores save one checkpoint at a time', async () => {
    await world.open().store.upsertRecord(recordOf(reviewer), 1);
    const stores = [world.open().store, world.open().store];
    const outcomes = await Promise.allSettled(
      stores.flatMap((store) => [1, 2, 3].map((version) => store.saveSnapshot(save({ version })))),
    );
    const saved = outcomes.filter(({ status }) => status === 'fulfilled');
    assert.ok(saved.length >= 1 && saved.length <= 3);
    assert.deepEqual(await resolved(), {
      state: 'ready',
      record: recordOf(reviewer, { checkpointVersion: 3 }),
    });
  });

  it('refuses a checkpoint that is too large', async () => {
    const { store } = world.open();
    await store.upsertRecord(recordOf(reviewer), 1);
    const data = new Uint8Array(16 * 1024 * 1024 + 1);
    assert.match(
      (await refused(store.saveSnapshot(save({ snapshot: { data } })), 'io')).detail,
      /at most/,
    );
  });

  it('writes nothing where it may only read', async () => {
    const { store } = world.open({ isReadOnly: true });
    const problem = await refused(store.upsertRecord(recordOf(reviewer), 1), 'io');
    assert.match(problem.detail, /not trusted/);
    assert.deepEqual(readdirSync(world.root), []);
  });

  it('keeps its folder out of version control', async () => {
    await world.open().store.upsertRecord(recordOf(reviewer), 1);
    assert.equal(readFileSync(join(world.continuity, '.gitignore'), 'utf8'), '*\n');
    assert.deepEqual(readdirSync(join(world.root, '.heddle')), ['continuity']);
  });

  describe('with files that somebody else wrote', () => {
    const stateOf = async (): Promise<{ kind?: string; detail?: string; state: string }> => {
      const state = (await world.open().store.resolveMany([reviewer, docs])).get(reviewer);
      assert.ok(state);
      return state.state === 'broken'
        ? { state: 'broken', kind: state.failure.kind, detail: state.failure.detail }
        : { state: state.state };
    };
    beforeEach(async () => {
      const { store } = world.open();
      await store.upsertRecord(recordOf(reviewer), 5);
      await store.saveSnapshot(save({ token: 5 }));
      await store.upsertRecord(recordOf(docs), 1);
    });

    const good = (): Record<string, unknown> =>
      JSON.parse(readFileSync(own('record.json'), 'utf8')) as Record<string, unknown>;
    const hostile: Readonly<Record<string, () => string | Buffer>> = {
      'an empty file': () => '',
      'half a file': () => readFileSync(own('record.json'), 'utf8').slice(0, 40),
      'bytes that are no text': () => Buffer.from([0xff, 0xfe, 0x7b]),
      'another kind of JSON': () => '[]',
      'a deep list': () => '['.repeat(100_000),
      'a large file': () => ' '.repeat(300 * 1024),
      'a record of another identity': () => JSON.stringify({ ...good(), identity: 'docs' }),
      'a newer version': () => JSON.stringify({ ...good(), version: 2 }),
      'a negative fence': () => JSON.stringify({ ...good(), fence: -1 }),
      'a fence that nothing could follow': () =>
        JSON.stringify({ ...good(), fence: Number.MAX_SAFE_INTEGER }),
      'a runtime id that is a path': () =>
        JSON.stringify({
          ...good(),
          record: { ...(good().record as object), runtime_id: '../../x' },
        }),
      'a thousand checkpoints': () =>
        JSON.stringify({
          ...good(),
          snapshots: Array.from({ length: 1000 }, () => (good().snapshots as unknown[])[0]),
        }),
    };
    for (const [title, content] of Object.entries(hostile)) {
      it(`${title} makes the identity broken, is not overwritten and can be deleted`, async () => {
        const text = content();
        writeFileSync(own('record.json'), text);
        const state = await stateOf();
        assert.deepEqual([state.state, state.kind], ['broken', 'store_unavailable']);
        assert.match(state.detail ?? '', /record\.json cannot be used: .+\. Restore it/);
        const { store } = world.open();
        await refused(store.saveSnapshot(save({ version: 2, token: 9 })), 'corruption');
        await refused(store.upsertRecord(recordOf(reviewer), 9), 'corruption');
        await refused(store.loadSnapshot(reviewer, 'conversation-1'), 'corruption');
        assert.deepEqual(readFileSync(own('record.json')), Buffer.from(text));
        await refused(store.deleteRecord(reviewer, 4), 'stale-fencing-token');
        await store.deleteRecord(reviewer, 6);
        assert.deepEqual(await stateOf(), { state: 'uninitialized' });
        assert.equal((await store.resolveMany([docs])).get(docs)?.state, 'ready');
      });
    }

    it('a lowered fence lowers nothing', async () => {
      writeFileSync(own('record.json'), JSON.stringify({ ...good(), fence: 1 }));
      const late = world.open().store.saveSnapshot(save({ version: 2, token: 4 }));
      await refused(late, 'stale-fencing-token');
    });

    it('a checkpoint that is gone makes it broken, with the record', async () => {
      rmSync(own('snapshots', '0-1.json'));
      const state = (await world.open().store.resolveMany([reviewer])).get(reviewer);
      assert.ok(state?.state === 'broken');
      assert.equal(state.failure.kind, 'snapshot_missing');
      assert.equal(state.failure.record?.checkpointVersion, 1);
    });

    it('a checkpoint that was changed is not given out', async () => {
      const path = own('snapshots', '0-1.json');
      const data = Buffer.from('two').toString('base64');
      const file = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
      writeFileSync(path, JSON.stringify({ ...file, data }));
      const load = world.open().store.loadSnapshot(reviewer, 'conversation-1');
      assert.match((await refused(load, 'corruption')).detail, /0-1\.json.*changed or is damaged/);
    });

    it('checkpoints without a record make it broken, and are not silently begun anew', async () => {
      rmSync(own('record.json'));
      const state = await stateOf();
      assert.match(state.detail ?? '', /It is missing, its checkpoints are not/);
    });

    for (const name of ['record.json', '']) {
      it(`a link in the place of ${name || 'the folder'} is not followed`, async () => {
        const elsewhere = join(world.top, 'elsewhere');
        mkdirSync(elsewhere);
        writeFileSync(join(elsewhere, 'record.json'), readFileSync(own('record.json')));
        rmSync(own(name), { recursive: true });
        symlinkSync(join(elsewhere, name), own(name));
        assert.equal((await stateOf()).state, 'broken');
        await refused(world.open().store.upsertRecord(recordOf(reviewer), 9), 'corruption');
        assert.deepEqual(readdirSync(elsewhere), ['record.json']);
      });
    }

    it('a folder in the place of the record is a problem and no crash', async () => {
      rmSync(own('record.json'));
      mkdirSync(own('record.json'));
      assert.match((await stateOf()).detail ?? '', /It is a folder/);
      await refused(world.open().store.deleteRecord(reviewer, 9), 'io');
    });

    it('names that are no identities are left alone', async () => {
      writeFileSync(join(world.continuity, 'a b'), '');
      mkdirSync(join(world.continuity, '.hidden'));
      assert.deepEqual(world.open().files.identities(), [docs, reviewer]);
      assert.equal(await world.open().store.highestToken(), 5);
    });

    it('a continuity folder that is a link is refused', async () => {
      const elsewhere = join(world.top, 'elsewhere');
      rmSync(world.continuity, { recursive: true });
      mkdirSync(elsewhere);
      symlinkSync(elsewhere, world.continuity);
      const problem = await refused(world.open().store.upsertRecord(recordOf(reviewer), 9), 'io');
      assert.match(problem.detail, /not a folder of its own; move it away/);
      assert.deepEqual(readdirSync(elsewhere), []);
      assert.deepEqual(readdirSync(dirname(world.continuity)), ['continuity']);
    });
  });
});
