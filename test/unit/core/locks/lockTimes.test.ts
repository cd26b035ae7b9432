import assert from 'node:assert/strict';
import type { FileLocks, LockWish } from '../../../../src/core/locks/fileLocks.ts';
import type { HolderRef } from '../../../../src/core/locks/holderRef.ts';
import { named, useLockFixture, window } from '../../../support/lockFixture.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';

const hourMs = 60 * 60_000;

describe('When a lock ends', () => {
  const fixture = useLockFixture();
  let locks: FileLocks;
  beforeEach(() => {
    locks = fixture().open();
  });

  async function take(ref: HolderRef, wish: Partial<LockWish> = {}): Promise<number | undefined> {
    const outcome = await locks.lock(ref, { paths: ['x'], ...wish });
    assert.ok(outcome.kind === 'granted');
    return outcome.grants[0]?.expiresAtMs;
  }

  async function isHeld(): Promise<boolean> {
    return (await locks.holdersOf('x')).length > 0;
  }

  /** It stands a millisecond before this much time has passed, and not at that very instant. */
  async function endsAfter(ms: number): Promise<void> {
    fixture().clock.advance(ms - 1);
    assert.ok(await isHeld(), `it stands ${ms - 1} ms later`);
    fixture().clock.advance(1);
    assert.ok(!(await isHeld()), `it is over ${ms} ms later`);
  }

  it('without a promise and without a process: 45 s after its holder was last seen', async () => {
    const expiresAtMs = await take(named('a'));
    assert.equal(expiresAtMs, fixture().clock.now() + 45_000);
    await endsAfter(45_000);
  });

  it('the default time counts where it is longer than the silence that is allowed', async () => {
    fixture().config = { ...fixture().config, defaultLockTtlMs: 60_000 };
    await take(named('a'));
    fixture().clock.advance(50_000);
    assert.deepEqual(await locks.reap(), [], 'nor does a reap take it before');
    await endsAfter(10_000);
  });

  it('signs of life extend what was not promised, as long as they come', async () => {
    await take(named('a'));
    for (let i = 0; i < 10; i += 1) {
      fixture().clock.advance(44_000);
      await locks.heartbeat(named('a'));
    }
    await endsAfter(45_000);
  });

  it('an edit is a sign of life', async () => {
    await take(named('a'));
    fixture().clock.advance(44_000);
    await locks.noteEdit(named('a'));
    await endsAfter(45_000);
    await locks.noteEdit(named('a'));
    assert.ok(!(await isHeld()), 'one that comes too late brings nothing back');
  });

  it('a sign of life that comes too late brings nothing back', async () => {
    await take(named('a'));
    fixture().clock.advance(45_000);
    await locks.heartbeat(named('a'));
    assert.ok(!(await isHeld()));
  });

  it('what was promised is neither extended by signs of life nor cut short by silence', async () => {
    await take(named('a'), { ttlMs: 1_000 });
    fixture().clock.advance(500);
    await locks.heartbeat(named('a'));
    await endsAfter(500);

    await locks.unregister(named('a'));
    await take(named('b'), { ttlMs: hourMs });
    fixture().clock.advance(hourMs / 2);
    assert.deepEqual(await locks.reap(), [], 'silence was promised');
    await endsAfter(hourMs / 2);
  });

  it('taking it again makes the time begin anew', async () => {
    await take(named('a'), { ttlMs: 10_000 });
    fixture().clock.advance(9_000);
    await take(named('a'), { ttlMs: 10_000 });
    await endsAfter(10_000);
  });

  it('a time to hold that is none is refused', async () => {
    for (const ttlMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 24 * hourMs + 1, 2 ** 53]) {
      await rejectsWith(locks.lock(named('a'), { paths: ['x'], ttlMs }), 'invalid-ttl');
    }
    assert.ok(!(await isHeld()));
    assert.equal(
      await take(named('a'), { ttlMs: 24 * hourMs }),
      fixture().clock.now() + 24 * hourMs,
    );
  });

  it('a process that runs keeps it beyond every time and silence, up to an age', async () => {
    await take(fixture().agent('agent-a', { pid: 100 }), { ttlMs: 1_000 });
    await endsAfter(2 * hourMs);
  });

  it('an age that is longer was promised, and the age is a setting', async () => {
    fixture().config = { ...fixture().config, maxLockAgeMs: hourMs };
    await take(fixture().agent('agent-a', { pid: 100 }), { ttlMs: 3 * hourMs });
    await endsAfter(3 * hourMs);
    await take(fixture().agent('agent-a', { pid: 100 }));
    await endsAfter(hourMs);
  });

  it('between turns a process that runs keeps nothing', async () => {
    const agent = fixture().agent('agent-a', { pid: 100 });
    await take(agent);
    fixture().clock.advance(hourMs);
    await locks.setTurn(agent, 'closed');
    assert.ok(await isHeld(), 'the end of a turn is a sign of life');
    await endsAfter(45_000);
    await take(agent);
    await endsAfter(2 * hourMs);
  });

  it('a process that is gone has lost it at once, whatever was promised', async () => {
    const agent = fixture().agent('agent-a', { pid: 100 });
    await take(agent, { ttlMs: hourMs });
    fixture().probe.end(100);
    assert.ok(!(await isHeld()));
    assert.equal((await locks.lock(named('b'), { paths: ['x'] })).kind, 'granted');
    assert.equal((await locks.check(agent, 'x', 1)).kind, 'lost');
  });

  it('an agent whose entry says that it has ended has lost it at once', async () => {
    const agent = fixture().agent('agent-a', { pid: 100 });
    await take(agent);
    fixture().agent('agent-a', { pid: 100, status: 'complete' });
    assert.ok(!(await isHeld()));
  });

  it('where the platform does not answer, time decides', async () => {
    await take(fixture().agent('agent-a', { pid: 100 }));
    fixture().probe.failure = new Error('no answer');
    await endsAfter(45_000);
  });

  it('an agent whose entry is gone is judged by time', async () => {
    await take(fixture().agent('agent-a', { pid: 100 }));
    fixture().entries.index.delete('agent-a.toml');
    await endsAfter(45_000);
  });

  it('nobody can hold anything for an agent whose process is gone', async () => {
    const agent = fixture().agent('agent-a', { pid: 100 });
    fixture().probe.end(100);
    await rejectsWith(locks.lock(agent, { paths: ['x'] }), 'not-active');
    assert.ok(!(await isHeld()));
  });

  describe('of a window', () => {
    const mine = window('window-1', 200);
    beforeEach(() => fixture().probe.run(200));

    it('never, while it runs, and 45 s after its last sign of life when it does not', async () => {
      assert.equal(await take(mine, { isUntilReleased: true }), undefined);
      fixture().clock.advance(100 * hourMs);
      assert.ok(await isHeld());
      assert.deepEqual(await locks.reap(), []);
      await locks.heartbeat(mine);
      fixture().probe.end(200);
      await endsAfter(45_000);
    });

    it('not by a reload: another process of the same window has it', async () => {
      await take(mine, { isUntilReleased: true });
      fixture().probe.end(200);
      fixture().clock.advance(44_999);
      fixture().probe.run(201);
      await locks.heartbeat(window('window-1', 201));
      fixture().clock.advance(hourMs);
      assert.ok(await isHeld());
      const reason = await locks.lock(named('b'), { paths: ['x'] });
      assert.equal(reason.kind, 'held');
    });

    it('not to be found again by a window that comes later than that', async () => {
      await take(mine, { isUntilReleased: true });
      fixture().probe.end(200);
      fixture().clock.advance(45_000);
      fixture().probe.run(201);
      await locks.heartbeat(window('window-1', 201));
      assert.ok(!(await isHeld()));
    });

    it('a soft lock lapses with its time although the window runs, and with the window before that', async () => {
      await take(mine, { isSoft: true, ttlMs: 600_000 });
      await endsAfter(600_000);
      await take(mine, { isSoft: true, ttlMs: 600_000 });
      fixture().probe.end(200);
      await endsAfter(45_000);
    });

    it('a window that is gone is crashed in the end, and its record stays', async () => {
      await take(mine, { isUntilReleased: true });
      fixture().probe.end(200);
      fixture().clock.advance(45_000);
      await locks.reap();
      fixture().clock.advance(1);
      assert.deepEqual(
        (await locks.reap()).map(({ isCrashed }) => isCrashed),
        [true],
      );
    });
  });

  it('what is held until it is released is not taken for silence', async () => {
    await take(named('a'), { isUntilReleased: true });
    fixture().clock.advance(100 * hourMs);
    assert.deepEqual(await locks.reap(), []);
    assert.ok(await isHeld());
  });

  describe('when the clock is set back', () => {
    it('a lock lasts no longer than its time from when somebody asks for it', async () => {
      await take(named('a'), { ttlMs: 10_000 });
      fixture().clock.jumpTo(fixture().clock.now() - hourMs);
      assert.equal((await locks.lock(named('b'), { paths: ['x'] })).kind, 'held');
      await endsAfter(10_000);
    });

    it('a reap makes the silent count from now', async () => {
      await take(named('a'));
      fixture().clock.jumpTo(fixture().clock.now() - hourMs);
      assert.deepEqual(await locks.reap(), []);
      await endsAfter(45_000);
      fixture().clock.advance(1);
      assert.equal((await locks.reap()).length, 1);
    });

    it('what was over and taken by another does not stand again', async () => {
      const outcome = await locks.lock(named('a'), { paths: ['x'], ttlMs: 1_000 });
      assert.ok(outcome.kind === 'granted');
      const token = outcome.grants[0]?.lock.token ?? 0;
      fixture().clock.advance(1_000);
      await take(named('b'));
      fixture().clock.jumpTo(fixture().clock.now() - 900);
      assert.equal((await locks.check(named('a'), 'x', token)).kind, 'lost');
      assert.deepEqual(
        (await locks.holdersOf('x')).map(({ holder }) => holder.name),
        ['b'],
      );
    });
  });
});
