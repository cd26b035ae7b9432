import assert from 'node:assert/strict';
import type { FileLocks } from '../../../../src/core/locks/fileLocks.ts';
import { named, useLockFixture } from '../../../support/lockFixture.ts';

function many(count: number, prefix: string): readonly string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

// Costs that grew with the square of these numbers would end these tests by their time limit.
describe('Many locks, holders and waiters', () => {
  const fixture = useLockFixture();
  let locks: FileLocks;
  beforeEach(() => {
    locks = fixture().open();
  });

  async function lockMany(name: string, count: number): Promise<void> {
    for (let i = 0; i < count; i += 1000) {
      const outcome = await locks.lock(named(name), { paths: many(1000, `${name}/${i}/`) });
      assert.equal(outcome.kind, 'granted');
    }
  }

  it('10 000 locks of one holder are taken, refused to others, over at once and given back', async () => {
    await lockMany('big', 10_000);
    const refused = await locks.lock(named('b'), { paths: ['.', ...many(999, 'big/')] });
    assert.ok(refused.kind === 'held');
    assert.ok(refused.conflicts.length >= 1000);
    fixture().clock.advance(45_000);
    assert.equal((await locks.lock(named('b'), { paths: ['big'] })).kind, 'granted');
    await locks.release(named('b'));
    await lockMany('big', 10_000);
    assert.equal((await locks.release(named('big'))).length, 10_000);
  });

  it('whoever has 10 000 takes 1 000 of them again while others wait', async () => {
    await lockMany('big', 10_000);
    const wait = { limitMs: 60_000, process: undefined };
    await locks.lockOrQueue(named('all'), { paths: ['.'], ...wait });
    for (let i = 0; i < 10; i += 1) {
      await locks.lockOrQueue(named(`w${i}`), { paths: many(1000, 'big/0/'), ...wait });
    }
    const again = await locks.lock(named('big'), { paths: many(1000, 'big/0/') });
    assert.equal(again.kind, 'granted');
  });

  it('100 wait in one queue and are served in order', async () => {
    await locks.lock(named('a'), { paths: ['x'] });
    const tickets: number[] = [];
    for (const name of many(100, 'w')) {
      const wish = { paths: ['x'], limitMs: 60_000, process: undefined };
      const outcome = await locks.lockOrQueue(named(name), wish);
      assert.ok(outcome.kind === 'queued');
      tickets.push(outcome.ticket);
    }
    await locks.release(named('a'));
    for (const [i, ticket] of tickets.entries()) {
      const turn = { paths: ['x'], ticket };
      assert.equal((await locks.lock(named(`w${i}`), turn)).kind, 'granted');
      await locks.release(named(`w${i}`));
    }
  });

  it('1 000 globs against 10 000 locks name enough of them and no more', async () => {
    await lockMany('big', 10_000);
    const outcome = await locks.lock(named('b'), { paths: many(1000, '**/1*') });
    assert.ok(outcome.kind === 'held');
    assert.ok(outcome.conflicts.length < 20_000);
  });

  it('1 000 holders with 10 locks each are listed, exported and reaped', async () => {
    for (const name of many(1000, 'h'))
      await locks.lock(named(name), { paths: many(10, `${name}/`) });
    assert.equal((await locks.list()).length, 10_000);
    assert.equal((await locks.export()).agents.length, 1000);
    fixture().clock.advance(45_001);
    assert.equal((await locks.reap()).length, 1000);
    assert.deepEqual(await locks.list(), []);
  });
});
