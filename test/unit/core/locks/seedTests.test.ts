import assert from 'node:assert/strict';
import type { FileLocks } from '../../../../src/core/locks/fileLocks.ts';
import type { LockHolder } from '../../../../src/core/locks/lockHolder.ts';
import { LockRegistry } from '../../../../src/core/locks/lockRegistry.ts';
import { parseSerialized } from '../../../../src/core/locks/serializedRegistry.ts';
import { LockFixture, named, pathsHeldBy, useLockFixture } from '../../../support/lockFixture.ts';

// The titles are those of the tests of the registry on which this one is modelled, with its times.
describe('LockRegistry keeps the promises of the registry in memory', () => {
  function present(registry: LockRegistry, id: number): LockHolder {
    const info = registry.get(id);
    assert.ok(info, `${id} is registered`);
    return info;
  }

  it('register_then_heartbeat_keeps_agent_active', () => {
    const registry = new LockRegistry();
    const id = registry.register('editor', 1_000);
    assert.equal(present(registry, id).state, 'active');
    registry.heartbeat(id, 5_000);
    assert.equal(present(registry, id).lastSeenMs, 5_000);
    assert.equal(present(registry, id).state, 'active');
  });

  it('reap_marks_silent_agents_crashed_and_drops_locks', () => {
    const registry = new LockRegistry();
    const id = registry.register('editor', 0);
    assert.ok(registry.tryLock(id, 'src/main.rs', undefined, 0));
    registry.reap(60_000);
    assert.equal(present(registry, id).state, 'crashed');
    assert.equal(present(registry, id).locks.size, 0);
    assert.equal(registry.lockHolder('src/main.rs', 60_000), undefined);
  });

  it('try_lock_blocks_other_agents_until_expiry', () => {
    const registry = new LockRegistry();
    const a = registry.register('a', 0);
    const b = registry.register('b', 0);
    assert.ok(registry.tryLock(a, 'f.rs', 1_000, 0));
    assert.ok(!registry.tryLock(b, 'f.rs', 1_000, 100));
    assert.ok(registry.tryLock(b, 'f.rs', 1_000, 5_000));
    assert.equal(registry.lockHolder('f.rs', 5_000), b);
  });

  it('release_lock_lets_others_acquire_immediately', () => {
    const registry = new LockRegistry();
    const a = registry.register('a', 0);
    const b = registry.register('b', 0);
    registry.tryLock(a, 'x', undefined, 0);
    registry.releaseLock(a, 'x', 100);
    assert.ok(registry.tryLock(b, 'x', undefined, 100));
  });

  it('heartbeat_resurrects_a_crashed_agent', () => {
    const registry = new LockRegistry();
    const id = registry.register('a', 0);
    registry.reap(60_000);
    assert.equal(present(registry, id).state, 'crashed');
    registry.heartbeat(id, 70_000);
    assert.equal(present(registry, id).state, 'active');
  });

  it('snapshot_round_trips_through_serialized_form', () => {
    const registry = new LockRegistry();
    const id = registry.register('editor', 100);
    registry.tryLock(id, 'src/main.rs', 1_000, 100);
    const snapshot = parseSerialized(JSON.parse(JSON.stringify(registry.snapshot(100))));
    const restored = LockRegistry.fromSnapshot(registry.config, snapshot);
    assert.equal(present(restored, id).name, 'editor');
    assert.equal(restored.snapshot(100).agents[0]?.locked_paths['src/main.rs'], 1_100);
    assert.equal(restored.lockHolder('src/main.rs', 1_099), id);
    assert.equal(restored.lockHolder('src/main.rs', 1_100), undefined);
    assert.equal(restored.register('next', 1_100), id + 1);
  });
});

describe('FileLocks keeps the promises of the registry over files', () => {
  const fixture = useLockFixture('json');
  let locks: FileLocks;
  beforeEach(() => {
    fixture().clock.jumpTo(0);
    locks = fixture().open();
  });

  /** Each look is that of another process. */
  async function info(name: string): Promise<LockHolder> {
    const { view } = await fixture().openStore().refresh();
    const holder = view.byName(name);
    assert.ok(holder, `${name} is registered`);
    return holder;
  }

  async function holderOf(path: string): Promise<string | undefined> {
    return (await fixture().open().holdersOf(path))[0]?.holder.name;
  }

  async function tryLock(name: string, path: string, ttlMs?: number): Promise<boolean> {
    return (await locks.lock(named(name), { paths: [path], ttlMs })).kind === 'granted';
  }

  it('register_then_heartbeat_keeps_agent_active', async () => {
    fixture().clock.jumpTo(1_000);
    await locks.heartbeat(named('editor'));
    assert.equal((await info('editor')).state, 'active');
    fixture().clock.jumpTo(5_000);
    await locks.heartbeat(named('editor'));
    assert.equal((await info('editor')).lastSeenMs, 5_000);
    assert.equal((await info('editor')).state, 'active');
  });

  it('reap_marks_silent_agents_crashed_and_drops_locks', async () => {
    assert.ok(await tryLock('editor', 'src/main.rs'));
    fixture().clock.jumpTo(60_000);
    await locks.reap();
    assert.equal((await info('editor')).state, 'crashed');
    assert.deepEqual(pathsHeldBy(await info('editor')), []);
    assert.equal(await holderOf('src/main.rs'), undefined);
  });

  it('try_lock_blocks_other_agents_until_expiry', async () => {
    assert.ok(await tryLock('a', 'f.rs', 1_000));
    fixture().clock.jumpTo(100);
    assert.ok(!(await tryLock('b', 'f.rs', 1_000)));
    fixture().clock.jumpTo(5_000);
    assert.ok(await tryLock('b', 'f.rs', 1_000));
    assert.equal(await holderOf('f.rs'), 'b');
  });

  it('release_lock_lets_others_acquire_immediately', async () => {
    assert.ok(await tryLock('a', 'x'));
    await locks.release(named('a'), ['x']);
    fixture().clock.jumpTo(100);
    assert.ok(await tryLock('b', 'x'));
  });

  it('heartbeat_resurrects_a_crashed_agent', async () => {
    await locks.heartbeat(named('a'));
    fixture().clock.jumpTo(60_000);
    await locks.reap();
    assert.equal((await info('a')).state, 'crashed');
    fixture().clock.jumpTo(70_000);
    await locks.heartbeat(named('a'));
    assert.equal((await info('a')).state, 'active');
  });

  it('snapshot_round_trips_through_serialized_form', async () => {
    fixture().clock.jumpTo(100);
    await tryLock('editor', 'src/main.rs', 1_000);
    const snapshot = parseSerialized(JSON.parse(JSON.stringify(await locks.export())));
    assert.equal(snapshot.agents[0]?.locked_paths['src/main.rs'], 1_100);

    const elsewhere = new LockFixture('json');
    try {
      elsewhere.clock.jumpTo(100);
      const restored = elsewhere.open();
      assert.equal((await restored.import(snapshot, false)).kind, 'imported');
      assert.deepEqual(await elsewhere.open().export(), snapshot);
    } finally {
      elsewhere.dispose();
    }
  });
});
