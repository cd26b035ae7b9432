import assert from 'node:assert/strict';
import type { FileLocks } from '../../../../src/core/locks/fileLocks.ts';
import type { LockHolder } from '../../../../src/core/locks/lockHolder.ts';
import { maxNamedId } from '../../../../src/core/locks/lockConfig.ts';
import { LockRegistry } from '../../../../src/core/locks/lockRegistry.ts';
import {
  describeWithEachLockStore,
  named,
  pathsHeldBy,
  window,
} from '../../../support/lockFixture.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';

describe('LockRegistry and its holders', () => {
  it('registering an id again starts it anew: active, no edits, no locks', () => {
    const registry = new LockRegistry();
    registry.registerWithId(7, 'first', 0);
    registry.noteEdit(7, 1_000);
    assert.ok(registry.tryLock(7, 'a', undefined, 1_000));

    assert.equal(registry.registerWithId(7, 'second', 2_000), 7);

    const holder = registry.get(7);
    assert.deepEqual(
      [holder?.name, holder?.state, holder?.editCount, holder?.lastSeenMs, holder?.locks.size],
      ['second', 'active', 0, 2_000, 0],
    );
    assert.equal(registry.lockHolder('a', 2_000), undefined);
  });

  it('an id from elsewhere raises the next one, and none is used twice', () => {
    const registry = new LockRegistry();
    assert.equal(registry.register('one', 0), 1);
    registry.registerWithId(10, 'ten', 0);
    assert.equal(registry.register('eleven', 0), 11);
    registry.registerWithId(4, 'four', 0);
    registry.unregister(11);
    assert.equal(registry.register('twelve', 0), 12);
    assert.deepEqual(
      registry.agents().map(({ id }) => id),
      [1, 10, 4, 12],
    );
  });

  it('the largest id from elsewhere leaves numbers for those to come', () => {
    const registry = new LockRegistry();
    registry.registerWithId(maxNamedId, 'largest', 0);
    assert.equal(registry.register('next', 0), maxNamedId + 1);
    for (const id of [0, -1, 1.5, Number.NaN, maxNamedId + 1, Number.MAX_SAFE_INTEGER]) {
      assert.throws(() => registry.registerWithId(id, 'x', 0), /cannot be the number of a holder/);
    }
  });

  it('a sign of life registers who is not known, under a name made of the number', () => {
    const registry = new LockRegistry();
    registry.heartbeat(3, 500);
    assert.deepEqual([registry.get(3)?.name, registry.get(3)?.lastSeenMs], ['agent-3', 500]);
    assert.ok(registry.tryLock(5, 'x', undefined, 500));
    assert.equal(registry.get(5)?.name, 'agent-5');
  });

  it('a refusal registers nobody and is no sign of life', () => {
    const registry = new LockRegistry();
    const a = registry.register('a', 0);
    const b = registry.register('b', 0);
    registry.tryLock(a, 'x', undefined, 0);
    assert.ok(!registry.tryLock(b, 'x', undefined, 1_000));
    assert.ok(!registry.tryLock(9, 'x', undefined, 1_000));
    assert.equal(registry.get(b)?.lastSeenMs, 0);
    assert.equal(registry.get(9), undefined);
  });

  it('edits count and are signs of life; those of the unknown are nothing', () => {
    const registry = new LockRegistry();
    const id = registry.register('editor', 0);
    registry.noteEdit(id, 40_000);
    registry.noteEdit(id, 41_000);
    registry.noteEdit(99, 41_000);
    assert.deepEqual([registry.get(id)?.editCount, registry.get(id)?.lastSeenMs], [2, 41_000]);
    assert.equal(registry.get(99), undefined);
  });

  it('exactly at the limit of silence nobody has crashed yet, a millisecond later they have', () => {
    const registry = new LockRegistry();
    const id = registry.register('editor', 0);
    registry.reap(45_000);
    assert.equal(registry.get(id)?.state, 'active');
    registry.reap(45_001);
    assert.equal(registry.get(id)?.state, 'crashed');
    registry.reap(45_001);
    assert.equal(registry.get(id)?.name, 'editor', 'its record is kept');
  });

  it('giving back what one does not hold, or as nobody, changes nothing', () => {
    const registry = new LockRegistry();
    const a = registry.register('a', 0);
    const b = registry.register('b', 0);
    registry.tryLock(a, 'x', undefined, 0);
    registry.releaseLock(b, 'x', 0);
    registry.releaseLock(42, 'x', 0);
    assert.equal(registry.lockHolder('x', 0), a);
  });

  it('whoever was snapshotted as crashed or gone is restored so', () => {
    const agent = { name: 'n', last_seen_ms: 0, edit_count: 3, locked_paths: {} };
    const restored = LockRegistry.fromSnapshot(new LockRegistry().config, {
      next_id: 0,
      agents: [
        { id: 1, state: 'crashed', ...agent },
        { id: 2, state: 'gone', ...agent },
      ],
    });
    assert.deepEqual(
      restored.agents().map(({ state, editCount }) => [state, editCount]),
      [
        ['crashed', 3],
        ['gone', 3],
      ],
    );
    assert.equal(restored.register('next', 0), 3, 'also when the snapshot names no next id');
  });
});

describeWithEachLockStore('FileLocks and its holders', (fixture) => {
  let locks: FileLocks;
  beforeEach(() => {
    locks = fixture().open();
  });

  async function holders(): Promise<readonly LockHolder[]> {
    const { view } = await fixture().openStore().refresh();
    return [...view.holders()].sort((a, b) => a.id - b.id);
  }

  it('takes a number for an id, a session id for an agent, and anything else for a name', async () => {
    fixture().agent('agent-abc');
    await locks.heartbeat(named('12'));
    await locks.heartbeat(named('agent-abc'));
    await locks.heartbeat(named('my tool'));
    assert.deepEqual(
      (await holders()).map(({ id, name, identity }) => [id, name, identity.kind]),
      [
        [12, 'agent-12', 'name'],
        [13, 'agent-abc', 'session'],
        [14, 'my tool', 'name'],
      ],
    );
    await fixture().open().heartbeat(named('my tool'));
    assert.equal((await holders()).length, 3, 'each is found again');
  });

  it('no number is used again after its holder is removed, whoever opens the locks next', async () => {
    await locks.heartbeat(named('a'));
    await locks.heartbeat(named('b'));
    await locks.unregister(named('b'));
    await locks.unregister(named('nobody'));
    const next = await fixture().open().heartbeat(named('c'));
    assert.equal(next.id, 3);
  });

  it('whoever is removed loses its locks and its record', async () => {
    await locks.lock(named('a'), { paths: ['x'] });
    await locks.unregister(named('a'));
    assert.deepEqual(await locks.list(), []);
    assert.deepEqual(await holders(), []);
    assert.equal((await locks.lock(named('b'), { paths: ['x'] })).kind, 'granted');
  });

  it('a crashed holder keeps its record and its edits, and is active again with a sign of life', async () => {
    await locks.lock(named('a'), { paths: ['x'] });
    await locks.noteEdit(named('a'));
    fixture().clock.advance(45_001);
    const reaped = await locks.reap();
    assert.deepEqual(
      reaped.map(({ holder, isCrashed, dropped }) => [holder.name, isCrashed, dropped.length]),
      [['a', true, 1]],
    );
    assert.deepEqual(await locks.reap(), [], 'once');
    assert.deepEqual(
      (await holders()).map(({ state, editCount }) => [state, editCount]),
      [['crashed', 1]],
    );
    await locks.heartbeat(named('a'));
    assert.equal((await holders())[0]?.state, 'active');
    assert.deepEqual(pathsHeldBy((await holders())[0]), [], 'what ended stays ended');
  });

  it('signs of life of a session that has ended are refused, and it can hold nothing', async () => {
    const agent = fixture().agent('agent-done', { status: 'merged' });
    await rejectsWith(locks.lock(agent, { paths: ['x'] }), 'not-active');
    await rejectsWith(locks.heartbeat(agent), 'not-active');
    assert.deepEqual(await holders(), []);
  });

  it('names that are none and ids that could leave the folder are refused, and nothing is written', async () => {
    const name = 'x'.repeat(201);
    for (const text of ['', '  ', name, '0', '9007199254740991', '9'.repeat(400)]) {
      await rejectsWith(locks.heartbeat(named(text)), 'invalid-holder');
    }
    const outside = { kind: 'session', sessionId: 'x/../../outside' } as const;
    await rejectsWith(locks.lock(outside, { paths: ['x'] }), 'invalid-session-id');
    await rejectsWith(
      locks.lock(window('x/../../outside', 1), { paths: ['x'] }),
      'invalid-session-id',
    );
    assert.deepEqual(await holders(), []);
  });

  it('whoever is not known cannot count edits, close a turn or give anything back', async () => {
    await locks.noteEdit(named('nobody'));
    await locks.setTurn(named('nobody'), 'closed');
    assert.deepEqual(await locks.release(named('nobody'), ['x']), []);
    assert.deepEqual(await holders(), []);
  });
});
