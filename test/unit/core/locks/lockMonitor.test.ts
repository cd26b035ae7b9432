import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/base/event.ts';
import { silentLogger } from '../../../../src/base/logger.ts';
import type { FolderChange } from '../../../../src/core/agents/folderWatcher.ts';
import type { FileLocks } from '../../../../src/core/locks/fileLocks.ts';
import { LockMonitor, type LockChange } from '../../../../src/core/locks/lockMonitor.ts';
import type { HolderSnapshot } from '../../../../src/core/locks/lockSnapshot.ts';
import type { LockStore } from '../../../../src/core/locks/lockStore.ts';
import { settle } from '../../../support/eventually.ts';
import { exactPaths } from '../../../support/memoryLockStore.ts';
import { named, useLockFixture, window } from '../../../support/lockFixture.ts';

describe('LockMonitor', () => {
  const fixture = useLockFixture();
  let locks: FileLocks;
  let store: LockStore;
  let files: Emitter<FolderChange>;
  let monitor: LockMonitor;
  let changes: LockChange[];
  let looks: number;
  beforeEach(async () => {
    locks = fixture().open();
    store = fixture().openStore();
    files = new Emitter<FolderChange>();
    looks = 0;
    const refresh = store.refresh.bind(store);
    store.refresh = (scope) => {
      looks += 1;
      return refresh(scope);
    };
    monitor = new LockMonitor({
      root: '/root',
      folder: '/root/.heddle/file-locks',
      rules: exactPaths,
      store,
      entries: fixture().entries,
      assessor: fixture().assessor,
      config: () => fixture().config,
      watcher: { onDidChange: files.event },
      clock: fixture().clock,
      logger: silentLogger,
    });
    changes = [];
    monitor.onDidChange((change) => changes.push(change));
    await monitor.refresh();
    await settle();
    changes.length = 0;
  });
  afterEach(() => {
    monitor.dispose();
    assert.equal(fixture().clock.pendingTimers, 0, 'it leaves no timer behind');
  });

  /** Something was written, and the watcher says so. */
  async function told(...fileNames: readonly string[]): Promise<void> {
    files.fire({ fileNames: fileNames.length > 0 ? fileNames : undefined });
    await settle();
  }

  function holder(name: string): HolderSnapshot {
    const found = monitor.snapshot.holders.find((each) => each.holder.name === name);
    assert.ok(found, `${name} is there`);
    return found;
  }

  function held(): readonly string[] {
    return monitor.snapshot.holders.flatMap(({ holder: { name }, locks: all }) =>
      all.map(({ lock }) => `${name} ${lock.path}`),
    );
  }

  it('shows what is held, with what is known of the holder and its chain', async () => {
    fixture().agent('agent-parent', { nativeActorKey: 'p' });
    const child = fixture().agent('agent-child', { pid: 100, nativeParentActorKey: 'p' });
    await locks.lock(child, { paths: ['z', 'a'] });
    await told();
    const shown = holder('agent-child');
    assert.equal(monitor.snapshot.state.kind, 'ready');
    assert.deepEqual(
      shown.chain.map(({ sessionId }) => sessionId),
      ['agent-parent', 'agent-child'],
    );
    assert.equal(shown.verdict.liveness, 'alive');
    assert.deepEqual(held(), ['agent-child a', 'agent-child z']);
  });

  it('what did not change keeps its object, and only what changed is told', async () => {
    await locks.lock(named('a'), { paths: ['x'] });
    await locks.lock(named('b'), { paths: ['y'] });
    await told();
    const before = { a: holder('a'), b: holder('b') };
    changes.length = 0;

    await locks.lock(named('b'), { paths: ['z'] });
    await told('holder-2.json');

    assert.equal(holder('a'), before.a);
    assert.equal(changes.length, 1);
    assert.deepEqual(changes[0]?.diff, {
      holders: [{ before: before.b, after: holder('b') }],
      brokenChanged: false,
      stateChanged: false,
    });
  });

  it('tells nothing when nothing changed', async () => {
    await locks.lock(named('a'), { paths: ['x'] });
    await told();
    const before = monitor.snapshot;
    changes.length = 0;
    await told();
    await monitor.refresh();
    assert.equal(monitor.snapshot, before);
    assert.deepEqual(changes, []);
  });

  it('tells of who came and who went', async () => {
    await locks.lock(named('a'), { paths: ['x'] });
    await told();
    const a = holder('a');
    assert.deepEqual(
      changes.at(-1)?.diff.holders.map(({ before, after }) => [before, after]),
      [[undefined, a]],
    );
    await locks.unregister(named('a'));
    await told();
    assert.deepEqual(
      changes.at(-1)?.diff.holders.map(({ before, after }) => [before, after]),
      [[a, undefined]],
    );
  });

  it('a lock is gone when its time is over, although nothing is written', async () => {
    await locks.lock(named('a'), { paths: ['x'], ttlMs: 10_000 });
    await locks.lock(named('a'), { paths: ['y'], ttlMs: 20_000 });
    await told();
    fixture().clock.advance(9_999);
    await settle();
    assert.deepEqual(held(), ['a x', 'a y']);
    fixture().clock.advance(20);
    await settle();
    assert.deepEqual(held(), ['a y']);
    fixture().clock.advance(10_000);
    await settle();
    assert.deepEqual(held(), []);
  });

  it('who is silent for too long is shown as crashed, although nothing is written', async () => {
    await locks.heartbeat(named('a'));
    await told();
    fixture().clock.advance(45_000);
    await settle();
    assert.equal(holder('a').isCrashed, false);
    fixture().clock.advance(20);
    await settle();
    assert.equal(holder('a').isCrashed, true);
  });

  it('whoever waits is gone from the queue when the limit is over', async () => {
    await locks.lock(named('a'), { paths: ['x'], ttlMs: 600_000 });
    const wish = { paths: ['x'], limitMs: 5_000, process: undefined };
    await locks.lockOrQueue(named('b'), wish);
    await told();
    assert.equal(holder('b').waits.length, 1);
    fixture().clock.advance(5_010);
    await settle();
    assert.equal(holder('b').waits.length, 0);
  });

  it('the death of a process is noticed although nothing is written', async () => {
    await locks.lock(fixture().agent('agent-a', { pid: 100 }), { paths: ['x'] });
    await told();
    fixture().probe.end(100);
    await settle();
    assert.equal(held().length, 1);
    fixture().clock.advance(2_000);
    await settle();
    assert.deepEqual(held(), []);
    assert.equal(monitor.snapshot.holders[0]?.verdict.reason, 'gone');
    assert.equal(monitor.snapshot.holders[0].isCrashed, true);
  });

  it('a window that runs and is long silent costs a look at its process now and then, no more', async () => {
    fixture().probe.run(200);
    await locks.lock(window('window-1', 200), { paths: ['x'], isUntilReleased: true });
    await told();
    for (let i = 0; i < 40; i += 1) {
      fixture().clock.advance(2_000);
      await settle();
    }
    looks = 0;
    for (let i = 0; i < 100; i += 1) {
      fixture().clock.advance(20);
      await settle();
    }
    assert.ok(looks <= 3, `${looks} looks in two seconds`);
    assert.equal(held().length, 1);
  });

  it('who is silent by promise costs no more either, and its lock still ends in time', async () => {
    await locks.lock(named('a'), { paths: ['x'], ttlMs: 60_000 });
    await told();
    for (let i = 0; i < 25; i += 1) {
      fixture().clock.advance(2_000);
      await settle();
    }
    looks = 0;
    for (let i = 0; i < 100; i += 1) {
      fixture().clock.advance(20);
      await settle();
    }
    assert.ok(looks <= 3, `${looks} looks in two seconds`);
    assert.equal(held().length, 1);
    fixture().clock.advance(8_010);
    await settle();
    assert.equal(held().length, 0);
  });

  it('a failure keeps the last picture, says so, and is over with the next look', async () => {
    await locks.lock(named('a'), { paths: ['x'] });
    await told();
    const { holders } = monitor.snapshot;
    fixture().memory.failure = new Error('no disk');
    await told();
    assert.deepEqual(monitor.snapshot.state, { kind: 'failed', problem: 'no disk' });
    assert.equal(monitor.snapshot.holders, holders);
    fixture().memory.failure = undefined;
    await told('holder-99.json');
    assert.equal(monitor.snapshot.state.kind, 'ready');
    assert.deepEqual(held(), ['a x']);
  });

  it('what no event told of is found in time', async () => {
    await locks.lock(named('a'), { paths: ['x'], ttlMs: 600_000 });
    fixture().clock.advance(45_000);
    await settle();
    assert.deepEqual(held(), ['a x']);
  });

  it('tells nothing after it was disposed', async () => {
    await locks.lock(named('a'), { paths: ['x'] });
    monitor.dispose();
    await told();
    await monitor.refresh();
    assert.deepEqual(changes, []);
  });
});
