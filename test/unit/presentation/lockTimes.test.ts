import assert from 'node:assert/strict';
import type { HeldPath } from '../../../src/core/locks/lockSnapshot.ts';
import {
  coarseTimeLeft,
  countdownText,
  countsDown,
  elapsedText,
  endText,
  nextCountdownMs,
  nextElapsedMs,
} from '../../../src/presentation/lockTimes.ts';
import { buildHeld, lockTestNowMs as nowMs, type HeldFields } from '../../support/lockSnapshots.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

const held = (fields: Partial<HeldFields> = {}): HeldPath => buildHeld({ path: 'a', ...fields });
const endingIn = (ms: number): HeldPath => held({ end: { atMs: nowMs + ms } });
const standing = { term: { kind: 'until-released' }, end: { atMs: undefined } } as const;
const ofDefault = { term: { kind: 'default', ttlMs: 30 * second } } as const;

describe('countdownText', () => {
  const cases: readonly [number, string][] = [
    [1, '5 s left'],
    [5 * second, '5 s left'],
    [5 * second + 1, '10 s left'],
    [59 * second, '1 min left'],
    [55 * second, '55 s left'],
    [minute, '1 min left'],
    [minute + 1, '2 min left'],
    [59 * minute, '59 min left'],
    [hour, '1 h left'],
    [hour + 1, '2 h left'],
    [24 * hour, '24 h left'],
    [-3 * second, '5 s left'],
  ];
  for (const [ms, text] of cases) {
    it(`says ${text} of ${ms} ms`, () => assert.equal(countdownText(endingIn(ms), nowMs), text));
  }

  it('does not count down what lasts until something happens', () => {
    assert.equal(countdownText(held(standing), nowMs), 'until released');
    assert.equal(countdownText(held({ isSoft: true }), nowMs), 'unsaved changes');
    assert.deepEqual([held(standing), held({ isSoft: true }), held()].map(countsDown), [
      false,
      false,
      true,
    ]);
  });
});

describe('the next change of a text', () => {
  it('is the first instant at which a countdown reads differently', () => {
    for (const ms of [
      1,
      4999,
      5000,
      5001,
      59_999,
      minute,
      minute + 1,
      90_000,
      hour,
      hour + 1,
      5 * hour,
    ]) {
      const lock = endingIn(ms);
      const next = nextCountdownMs(nowMs + ms, nowMs);
      assert.ok(next > nowMs, String(ms));
      assert.equal(countdownText(lock, next - 1), countdownText(lock, nowMs), String(ms));
      if (next < nowMs + ms) {
        assert.notEqual(countdownText(lock, next), countdownText(lock, nowMs), String(ms));
      }
    }
    assert.equal(nextCountdownMs(nowMs, nowMs), Number.POSITIVE_INFINITY);
  });

  it('is the first instant at which what has passed reads differently', () => {
    for (const ms of [0, 4999, 5000, 59_999, minute, 90_000, hour, 3 * hour + 1]) {
      const next = nextElapsedMs(nowMs - ms, nowMs);
      assert.equal(elapsedText(next - 1 - (nowMs - ms)), elapsedText(ms), String(ms));
      assert.notEqual(elapsedText(next - (nowMs - ms)), elapsedText(ms), String(ms));
    }
    assert.equal(elapsedText(-5), '0 s');
  });
});

describe('what ends a lock', () => {
  const cases: readonly [string, HeldPath][] = [
    ['until it is released', held(standing)],
    ['until the changes are saved', held({ isSoft: true })],
    ['as long as it gives signs of life', held(ofDefault)],
    ['as long as it gives signs of life', held({ ...ofDefault, end: { cause: 'silent' } })],
    ['until 2026-11-21 14:10', held()],
    [
      'while it is at work, at most until 2026-11-21 16:00',
      held({ end: { atMs: nowMs + 2 * hour, cause: 'age-cap' } }),
    ],
    [
      'only for a moment, unless its window comes back',
      held({ term: { kind: 'until-released' }, end: { cause: 'silent' } }),
    ],
  ];
  for (const [text, lock] of cases) it(text, () => assert.equal(endText(lock), text));

  it('is told in coarse words where the clock decides', () => {
    const words = [1, 30 * second, 5 * minute, 30 * minute, 2 * hour, 20 * hour].map((ms) =>
      coarseTimeLeft(endingIn(ms), nowMs),
    );
    assert.deepEqual(
      [...new Set(words)],
      [
        'less than a minute left',
        'less than 10 minutes left',
        'less than an hour left',
        'a few hours left',
        'many hours left',
      ],
    );
    for (const lock of [held(standing), held({ isSoft: true }), held(ofDefault)]) {
      assert.equal(coarseTimeLeft(lock, nowMs), undefined);
    }
  });
});
