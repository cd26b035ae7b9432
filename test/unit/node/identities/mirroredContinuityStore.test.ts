import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ContinuityStoreError } from '../../../../src/core/identities/continuityStore.ts';
import type { OpenContinuity } from '../../../../src/node/identities/openContinuity.ts';
import { eventually } from '../../../support/eventually.ts';
import { bytes, ContinuityWorld, docs, recordOf, reviewer, save } from './continuityWorld.ts';

describe('MirroredContinuityStore', () => {
  let world: ContinuityWorld;
  beforeEach(() => {
    world = new ContinuityWorld();
  });
  afterEach(() => world.dispose());

  const mirror = (...parts: readonly string[]): string => join(world.top, 'mirror', ...parts);
  const open = (mirrorFolder: string | undefined = mirror()): OpenContinuity =>
    world.open({ durability: { kind: 'async_replicated' }, mirrorFolder });
  const original = (...parts: readonly string[]): Buffer =>
    readFileSync(join(world.continuity, ...parts));

  it('refuses without a second folder, and one that is no second place', () => {
    assert.throws(
      () => world.open({ durability: { kind: 'async_replicated' } }),
      (error) =>
        error instanceof ContinuityStoreError && error.message.includes('needs a second folder'),
    );
    for (const folder of [world.continuity, join(world.continuity, 'x'), world.root]) {
      assert.throws(() => open(folder), /no second place/);
    }
  });

  it('copies each write, checkpoints first, and says when all is copied', async () => {
    const { store, mirror: status } = open();
    await store.upsertRecord(recordOf(reviewer), 1);
    await store.saveSnapshot(save());
    await store.upsertRecord(recordOf(docs), 1);
    await status?.flush();
    assert.deepEqual(status?.status(), {
      ...{ folder: mirror(), waiting: 0, lagMs: 0, problem: undefined },
      lastMirroredAtMs: world.clock.now(),
    });
    for (const file of [
      ['reviewer', 'record.json'],
      ['reviewer', 'snapshots', '0-1.json'],
      ['docs', 'record.json'],
    ]) {
      assert.deepEqual(readFileSync(mirror(...file)), original(...file));
    }
  });

  it('a copy that is put back is the continuity of its identity', async () => {
    const { store, mirror: status } = open();
    await store.upsertRecord(recordOf(reviewer), 3);
    for (let version = 1; version <= 12; version += 1) {
      await store.saveSnapshot(
        save({ version, token: 3, snapshot: { data: bytes(`v${version}`) } }),
      );
    }
    await status?.flush();
    assert.equal(readdirSync(mirror('reviewer', 'snapshots')).length, 10);
    await store.deleteRecord(docs, 1);
    const [from, to] = [mirror('reviewer'), join(world.continuity, 'reviewer')];
    rmSync(to, { recursive: true });
    mkdirSync(join(to, 'snapshots'), { recursive: true });
    for (const file of ['record.json', 'snapshots/0-12.json']) {
      writeFileSync(join(to, file), readFileSync(join(from, file)));
    }
    const back = world.open().store;
    assert.deepEqual(await back.loadSnapshot(reviewer, 'conversation-1'), { data: bytes('v12') });
  });

  it('a deletion reaches the copy', async () => {
    const { store, mirror: status } = open();
    await store.upsertRecord(recordOf(reviewer), 1);
    await store.saveSnapshot(save());
    await status?.flush();
    await store.deleteRecord(reviewer, 2);
    await status?.flush();
    assert.deepEqual(readdirSync(mirror('reviewer', 'snapshots')), []);
    assert.match(readFileSync(mirror('reviewer', 'record.json'), 'utf8'), /"deleted_at_ms"/);
  });

  it('writes on while the mirror cannot be written, tells the lag, and catches up', async () => {
    writeFileSync(mirror(), 'in the way');
    const { store, mirror: status } = open();
    assert.ok(status);
    await store.upsertRecord(recordOf(reviewer), 1);
    await status.flush();
    world.clock.advance(500);
    await store.upsertRecord(recordOf(docs), 1);
    const behind = status.status();
    assert.deepEqual([behind.waiting, behind.lagMs], [2, 500]);
    assert.match(behind.problem ?? '', /is behind: .*move it away/);
    rmSync(mirror());
    world.clock.advance(500);
    await eventually('it caught up', () => status.status().waiting === 0);
    assert.equal(status.status().problem, undefined);
    assert.deepEqual(readdirSync(mirror()).sort(), ['docs', 'reviewer']);
  });

  it('copies what was left uncopied before', async () => {
    await world.open().store.upsertRecord(recordOf(reviewer), 1);
    const { mirror: status } = open();
    status?.catchUp();
    await status?.flush();
    assert.deepEqual(
      readFileSync(mirror('reviewer', 'record.json')),
      original('reviewer', 'record.json'),
    );
  });

  it('starts nothing any more when it was disposed', async () => {
    writeFileSync(mirror(), 'in the way');
    const { store, mirror: status } = open();
    await store.upsertRecord(recordOf(reviewer), 1);
    await status?.flush();
    assert.equal(world.clock.pendingTimers, 1);
    status?.dispose();
    assert.equal(world.clock.pendingTimers, 0);
    await store.upsertRecord(recordOf(docs), 1);
    await status?.flush();
    assert.equal(status?.status().waiting, 2);
  });
});
