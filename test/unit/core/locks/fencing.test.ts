import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import type { FileLocks, LockWish } from '../../../../src/core/locks/fileLocks.ts';
import type { HolderRef } from '../../../../src/core/locks/holderRef.ts';
import { named, useLockFixture } from '../../../support/lockFixture.ts';

const a = named('a');
const b = named('b');

describe('Tokens', () => {
  const fixture = useLockFixture('json');
  let locks: FileLocks;
  beforeEach(() => {
    locks = fixture().open();
  });

  async function tokensOf(
    ref: HolderRef,
    wish: LockWish,
    on: FileLocks = locks,
  ): Promise<readonly number[]> {
    const outcome = await on.lock(ref, wish);
    assert.ok(outcome.kind === 'granted');
    return outcome.grants.map(({ lock }) => lock.token);
  }

  async function tokenOf(ref: HolderRef, path: string, on: FileLocks = locks): Promise<number> {
    const [token] = await tokensOf(ref, { paths: [path] }, on);
    assert.ok(token !== undefined);
    return token;
  }

  it('are whole numbers below 2^53, at least the wall clock, and rise with every path', async () => {
    const tokens = await tokensOf(a, { paths: ['x', 'y', 'z'] });
    assert.equal(new Set(tokens).size, 3);
    assert.deepEqual(
      [...tokens].sort((x, y) => x - y),
      tokens,
    );
    for (const token of tokens) {
      assert.ok(Number.isSafeInteger(token));
      assert.ok(token >= fixture().clock.now());
    }
  });

  it('stay while a lock is only taken again, and are new after it ended or became stronger', async () => {
    const shared = { paths: ['x'], mode: 'shared' } as const;
    const [first = 0] = await tokensOf(a, shared);
    assert.deepEqual(await tokensOf(a, shared), [first]);
    const upgraded = await tokenOf(a, 'x');
    assert.ok(upgraded > first);
    assert.equal(await tokenOf(a, 'x'), upgraded);
    await locks.release(a, ['x']);
    const again = await tokenOf(a, 'x');
    assert.ok(again > upgraded);
    fixture().clock.advance(45_000);
    assert.ok((await tokenOf(a, 'x')) > again);
  });

  it('rise across stores, when the clock goes back, and when holders are removed', async () => {
    const other = fixture().open();
    let last = 0;
    for (let i = 0; i < 6; i += 1) {
      const token = await tokenOf(a, `x${i}`, i % 2 === 0 ? locks : other);
      assert.ok(token > last);
      last = token;
      fixture().clock.jumpTo(fixture().clock.now() - 60_000);
      if (i === 3) await other.unregister(a);
    }
    await locks.unregister(a);
    assert.ok((await tokenOf(b, 'x', fixture().open())) > last);
  });

  it('rise when the whole state was removed, also by somebody who never saw it', async () => {
    const many = Array.from({ length: 1000 }, (_, i) => `file-${i}`);
    const last = Math.max(...(await tokensOf(a, { paths: many })));
    rmSync(fixture().folder, { recursive: true });
    fixture().clock.advance(2);
    assert.ok((await tokenOf(b, 'file-1', fixture().open())) > last);
  });

  it('rise when the state was removed and the clock set back, for whoever saw it', async () => {
    const last = await tokenOf(a, 'x');
    rmSync(fixture().folder, { recursive: true });
    fixture().clock.jumpTo(fixture().clock.now() - 3_600_000);
    assert.ok((await tokenOf(b, 'x')) > last);
  });

  it('places in the queue are of the same numbers', async () => {
    const last = await tokenOf(a, 'x');
    const queued = await locks.lockOrQueue(b, { paths: ['x'], limitMs: 1_000, process: undefined });
    assert.ok(queued.kind === 'queued');
    assert.ok(queued.ticket > last);
    assert.ok((await tokenOf(a, 'y')) > queued.ticket);
  });
});

describe('Checking a token', () => {
  const fixture = useLockFixture('json');
  let locks: FileLocks;
  let token: number;
  beforeEach(async () => {
    locks = fixture().open();
    const outcome = await locks.lock(a, { paths: ['src'], ttlMs: 10_000 });
    assert.ok(outcome.kind === 'granted');
    token = outcome.grants[0]?.lock.token ?? 0;
  });

  it('it stands for the path and everything below it, and says until when', async () => {
    for (const path of ['src', 'src/a.ts', 'src/*.ts']) {
      const check = await fixture().open().check(a, path, token);
      assert.ok(check.kind === 'stands');
      assert.equal(check.expiresAtMs, fixture().clock.now() + 10_000);
    }
    assert.equal((await locks.check(a, '.', token)).kind, 'lost');
    assert.equal((await locks.check(a, 'docs', token)).kind, 'lost');
  });

  it('nobody else has it, nor is any other number it', async () => {
    assert.equal((await locks.check(b, 'src', token)).kind, 'lost');
    for (const other of [token + 1, token - 1, 0, -1, Number.NaN, 2 ** 60]) {
      assert.equal((await locks.check(a, 'src', other)).kind, 'lost');
    }
  });

  it('from the instant at which it ends it does not stand, although nobody has looked', async () => {
    fixture().clock.advance(9_999);
    assert.equal((await locks.check(a, 'src', token)).kind, 'stands');
    fixture().clock.advance(1);
    const check = await locks.check(a, 'src', token);
    assert.ok(check.kind === 'lost');
    assert.equal(check.takenBy, undefined);
  });

  it('whoever slept while another was granted is told who has it and how it ended', async () => {
    fixture().clock.advance(60_000);
    await fixture()
      .open()
      .lock(b, { paths: ['src/a.ts'] });
    const check = await locks.check(a, 'src', token);
    assert.ok(check.kind === 'lost');
    assert.deepEqual([check.ended?.ending, check.ended?.token], ['expired', token]);
    assert.equal(check.takenBy?.holder.name, 'b');
    assert.equal(check.takenBy.lock.path, 'src/a.ts');
  });

  it('taking the path again gives another token, and the old one stays lost', async () => {
    fixture().clock.advance(10_000);
    const again = await locks.lock(a, { paths: ['src'] });
    assert.ok(again.kind === 'granted');
    assert.equal((await locks.check(a, 'src', token)).kind, 'lost');
    assert.equal((await locks.check(a, 'src', again.grants[0]?.lock.token ?? 0)).kind, 'stands');
  });

  it('whoever had it broken is told by whom and why', async () => {
    await locks.break({ path: 'src/a.ts', byName: 'a person', reason: 'stuck' });
    const check = await locks.check(a, 'src', token);
    assert.ok(check.kind === 'lost');
    const { ending, by, reason } = check.ended ?? {};
    assert.deepEqual([ending, by, reason], ['broken', 'a person', 'stuck']);
  });
});
