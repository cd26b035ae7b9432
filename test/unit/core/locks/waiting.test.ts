import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/base/event.ts';
import { RegistryError } from '../../../../src/core/agents/registryError.ts';
import type { FileLocks, LockWish, QueueWish } from '../../../../src/core/locks/fileLocks.ts';
import type { HolderRef } from '../../../../src/core/locks/holderRef.ts';
import type { HolderProcess } from '../../../../src/core/locks/lockHolder.ts';
import { lockWhenFree } from '../../../../src/core/locks/lockWaiting.ts';
import { eventually, settle } from '../../../support/eventually.ts';
import { describeWithEachLockStore, named, useLockFixture } from '../../../support/lockFixture.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';

const a = named('a');
const b = named('b');
const c = named('c');
const d = named('d');

function processOf(pid: number): HolderProcess {
  return {
    pid,
    bootId: 'this-boot',
    processStart: undefined,
    pidNamespace: undefined,
    startedAt: '2026-06-01T12:00:00Z',
  };
}

describeWithEachLockStore('The queue for a path', (fixture) => {
  let locks: FileLocks;
  beforeEach(() => {
    locks = fixture().open();
  });

  async function take(ref: HolderRef, ...paths: readonly string[]): Promise<string> {
    return (await locks.lock(ref, { paths })).kind;
  }

  /** The ticket, or what came instead. */
  async function queue(
    ref: HolderRef,
    paths: readonly string[],
    more: Partial<QueueWish> = {},
  ): Promise<number> {
    const wish = { paths, limitMs: 60_000, process: undefined, ...more };
    const outcome = await fixture().open().lockOrQueue(ref, wish);
    assert.ok(outcome.kind === 'queued', outcome.kind);
    return outcome.ticket;
  }

  async function isTurn(ref: HolderRef, ticket: number, wish: LockWish): Promise<boolean> {
    const isFree = await locks.isFree(ref, { ...wish, ticket });
    const outcome = await locks.lock(ref, { ...wish, ticket });
    assert.equal(outcome.kind === 'granted', isFree, 'asking and taking agree');
    return isFree;
  }

  it('what is free is taken at once, without a place', async () => {
    const wish = { paths: ['x'], limitMs: 1_000, process: undefined };
    assert.equal((await locks.lockOrQueue(a, wish)).kind, 'granted');
    const { view } = await fixture().openStore().refresh();
    assert.deepEqual([...view.waiters()], []);
  });

  it('is served in order, and nobody who comes later gets in between', async () => {
    await take(a, 'x');
    const first = await queue(b, ['x']);
    const second = await queue(c, ['x']);
    await locks.release(a, ['x']);

    assert.equal(await take(a, 'x'), 'held', 'not even the one who had it');
    assert.equal(await take(d, 'x'), 'held');
    assert.equal(await isTurn(c, second, { paths: ['x'] }), false);
    assert.equal(await isTurn(b, first, { paths: ['x'] }), true);
    await locks.release(b, ['x']);
    assert.equal(await isTurn(c, second, { paths: ['x'] }), true);
    await locks.release(c, ['x']);
    assert.equal(await take(d, 'x'), 'granted', 'places are gone with their grants');
  });

  it('says who is ahead: the holder, and those who came before', async () => {
    await take(a, 'x');
    await queue(b, ['x']);
    const wish = { paths: ['x'], limitMs: 60_000, process: undefined };
    const outcome = await locks.lockOrQueue(c, wish);
    assert.ok(outcome.kind === 'queued');
    assert.deepEqual(
      outcome.ahead.map(({ name }) => name),
      ['a', 'b'],
    );
  });

  it('is for what overlaps and for nothing else', async () => {
    await take(a, 'src/a.ts');
    await queue(b, ['src']);
    assert.equal(await take(c, 'src/b.ts'), 'held', 'the folder is waited for');
    assert.equal(await take(c, 'docs'), 'granted');
    assert.equal(await take(a, 'src/c.ts'), 'granted', 'b waits for a as it is');
  });

  it('readers go together, but not past a writer who waits', async () => {
    await locks.lock(a, { paths: ['x'], mode: 'shared' });
    const writer = await queue(b, ['x']);
    const shared: LockWish = { paths: ['x'], mode: 'shared' };
    assert.equal((await locks.lock(c, shared)).kind, 'held');
    assert.equal((await locks.lock(a, shared)).kind, 'granted', 'it has it already');
    const reader = await queue(c, ['x'], { mode: 'shared' });
    await locks.release(a);
    assert.equal(await isTurn(c, reader, shared), false);
    assert.equal(await isTurn(b, writer, { paths: ['x'] }), true);
  });

  it('whoever gives up, dies or waits for too long is passed over', async () => {
    await take(a, 'x');
    fixture().probe.run(300);
    const gaveUp = await queue(b, ['x']);
    await queue(c, ['x'], { process: processOf(300) });
    await queue(named('brief'), ['x'], { limitMs: 1_000 });
    const last = await queue(d, ['x']);
    await locks.release(a);
    await locks.leaveQueue(b, gaveUp);
    await locks.leaveQueue(b, 12345);
    assert.equal(await isTurn(d, last, { paths: ['x'] }), false);
    fixture().probe.end(300);
    assert.equal(await isTurn(d, last, { paths: ['x'] }), false);
    fixture().clock.advance(999);
    assert.equal(await isTurn(d, last, { paths: ['x'] }), false);
    fixture().clock.advance(1);
    assert.equal(await isTurn(d, last, { paths: ['x'] }), true);
  });

  it('an agent that has ended waits for nothing', async () => {
    await take(a, 'x');
    await queue(fixture().agent('agent-w'), ['x']);
    await locks.release(a);
    assert.equal(await take(b, 'x'), 'held');
    fixture().agent('agent-w', { status: 'complete' });
    assert.equal(await take(b, 'x'), 'granted');
  });

  it('a wait is no longer than it was meant to be, also when the clock is set back', async () => {
    await take(a, 'x');
    await queue(b, ['x'], { limitMs: 1_000 });
    await locks.release(a);
    fixture().clock.jumpTo(fixture().clock.now() - 3_600_000);
    assert.equal(await take(c, 'x'), 'held');
    fixture().clock.advance(1_000);
    assert.equal(await take(c, 'x'), 'granted');
  });

  it('a limit that is none is refused, and so are more places than one holder may have', async () => {
    await take(a, 'x');
    for (const limitMs of [0, -5, Number.NaN, Number.POSITIVE_INFINITY]) {
      const wish = { paths: ['x'], limitMs, process: undefined };
      await rejectsWith(locks.lockOrQueue(b, wish), 'invalid-ttl');
    }
    const wish = { paths: ['x'], limitMs: 60_000, process: undefined };
    for (let i = 0; i < 100; i += 1) await locks.lockOrQueue(b, wish);
    await rejectsWith(locks.lockOrQueue(b, wish), 'invalid-holder');
    const { view, broken } = await fixture().openStore().refresh();
    assert.deepEqual([view.byName('b')?.waits.length, broken], [100, []]);
  });

  it('two who would wait for each other are told, and the second does not wait', async () => {
    await take(a, 'x');
    await take(b, 'y');
    await queue(a, ['y']);
    const wish = { paths: ['x'], limitMs: 60_000, process: undefined };
    const outcome = await locks.lockOrQueue(b, wish);
    assert.ok(outcome.kind === 'deadlock');
    assert.deepEqual(
      outcome.cycle.map(({ name }) => name),
      ['b', 'a'],
    );
    assert.equal(fixture().events.at(-1)?.cause, 'deadlock');
    await locks.release(b);
    assert.equal(await take(a, 'y'), 'granted');
  });

  it('a round of three is found, through places in the queue as well', async () => {
    await take(a, 'x');
    await take(b, 'y');
    await take(c, 'z');
    await queue(a, ['y']);
    await queue(b, ['z']);
    const wish = { limitMs: 60_000, process: undefined };
    const outcome = await locks.lockOrQueue(c, { paths: ['x'], ...wish });
    assert.ok(outcome.kind === 'deadlock');
    assert.deepEqual(
      outcome.cycle.map(({ name }) => name),
      ['c', 'a', 'b'],
    );

    await queue(d, ['x']);
    const behind = await locks.lockOrQueue(c, { paths: ['x/deep'], ...wish });
    assert.equal(behind.kind, 'deadlock');
  });

  it('what only looks like a round is none: whoever waits for me does not hold me up', async () => {
    await take(a, 'x');
    await take(b, 'y/one');
    await take(c, 'y/two');
    await queue(d, ['x', 'y']);
    await queue(a, ['y/one']);
    const wish = { paths: ['x'], limitMs: 60_000, process: undefined };
    assert.equal((await locks.lockOrQueue(c, wish)).kind, 'queued');
  });

  it('whoever spawned the first in the queue is not before it where it lends what is waited for', async () => {
    fixture().agent('agent-parent', { pid: 101, nativeActorKey: 'parent' });
    fixture().agent('agent-child', { pid: 102, nativeParentActorKey: 'parent' });
    for (const pid of [101, 102]) fixture().probe.run(pid);
    const parent: HolderRef = { kind: 'session', sessionId: 'agent-parent' };
    const child: HolderRef = { kind: 'session', sessionId: 'agent-child' };
    assert.equal(await take(parent, 'docs', 'src/a'), 'granted');
    // Docs are lent; src is not, because only a part of it is held.
    await queue(child, ['src', 'docs']);
    await locks.release(parent, ['src/a']);
    assert.equal(await take(parent, 'src/b'), 'held');
    assert.equal(await take(child, 'src', 'docs'), 'granted');
  });

  it('a round with somebody who is gone is none', async () => {
    fixture().probe.run(300);
    await take(a, 'x');
    await take(b, 'y');
    await queue(a, ['y'], { process: processOf(300) });
    fixture().probe.end(300);
    await queue(b, ['x']);
  });
});

describe('lockWhenFree', () => {
  const fixture = useLockFixture();
  let locks: FileLocks;
  let changes: Emitter<void>;
  let stop: AbortController;
  let order: string[];
  beforeEach(() => {
    locks = fixture().open();
    changes = new Emitter<void>();
    stop = new AbortController();
    order = [];
  });

  /** Waits in the name of somebody, until the place in the queue is taken. */
  async function wait(
    name: string,
    paths: readonly string[],
    { limitMs = 60_000, signal = stop.signal } = {},
  ): Promise<void> {
    let isQueued = false;
    const outcome = lockWhenFree(
      locks,
      { ref: named(name), wish: { paths, limitMs, process: undefined } },
      {
        clock: fixture().clock,
        signal,
        onDidChange: changes.event,
        onQueued: () => (isQueued = true),
      },
    );
    void outcome.then(
      ({ kind }) => order.push(`${name} ${kind}`),
      () => order.push(`${name} failed`),
    );
    await eventually(`${name} waits`, () => isQueued);
    // Lets it fall asleep.
    await settle();
  }

  it('wakes whoever is first, one after the other', async () => {
    await locks.lock(a, { paths: ['x'] });
    await wait('first', ['x']);
    await wait('second', ['x']);
    await locks.release(a);
    changes.fire();
    await settle();
    assert.deepEqual(order, ['first granted']);
    await locks.release(named('first'));
    changes.fire();
    await settle();
    assert.deepEqual(order, ['first granted', 'second granted']);
  });

  it('looks from time to time without being woken: a process that dies writes no file', async () => {
    const agent = fixture().agent('agent-a', { pid: 100 });
    await locks.lock(agent, { paths: ['x'] });
    await wait('first', ['x']);
    fixture().probe.end(100);
    await settle();
    assert.deepEqual(order, []);
    fixture().clock.advance(500);
    await eventually('it is granted', () => order.length > 0);
    assert.deepEqual(order, ['first granted']);
  });

  it('ends at its limit with who stands in the way, and leaves the queue', async () => {
    await locks.lock(a, { paths: ['x'], ttlMs: 3_600_000 });
    await wait('first', ['x'], { limitMs: 1_200 });
    for (let i = 0; i < 4; i += 1) {
      fixture().clock.advance(300);
      await settle();
    }
    assert.deepEqual(order, ['first held']);
    const { view } = await fixture().openStore().refresh();
    assert.deepEqual([...view.waiters()], []);
    assert.equal(fixture().clock.pendingTimers, 0);
  });

  it('ends at its limit also when the clock is set back meanwhile', async () => {
    await locks.lock(a, { paths: ['x'], isUntilReleased: true });
    await wait('first', ['x'], { limitMs: 1_000 });
    fixture().clock.jumpTo(fixture().clock.now() - 3_600_000);
    for (let i = 0; i < 3; i += 1) {
      fixture().clock.advance(500);
      await settle();
    }
    assert.deepEqual(order, ['first held']);
  });

  it('ends when it is asked to stop, and leaves the queue', async () => {
    await locks.lock(a, { paths: ['x'] });
    await wait('first', ['x']);
    await wait('second', ['x'], { signal: new AbortController().signal });
    stop.abort();
    await settle();
    assert.deepEqual(order, ['first stopped']);
    await locks.release(a);
    changes.fire();
    await settle();
    assert.deepEqual(order, ['first stopped', 'second granted']);
  });

  it('goes on waiting when the store was busy, and fails with what else goes wrong', async () => {
    await locks.lock(a, { paths: ['x'] });
    await wait('first', ['x']);
    fixture().memory.failure = new RegistryError('lock-timeout', 'Busy.');
    changes.fire();
    await settle();
    assert.deepEqual(order, []);
    fixture().memory.failure = new RegistryError('io', 'Broken.');
    changes.fire();
    await settle();
    assert.deepEqual(order, ['first failed']);
  });
});
