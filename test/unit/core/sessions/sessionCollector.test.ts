import assert from 'node:assert/strict';
import { isCollectable, repeatedly } from '../../../../src/core/sessions/sessionCollector.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

describe('isCollectable', () => {
  const facts = { hasEnded: true, observerCount: 0, lastActiveMs: 1_000 };
  const at = (nowMs: number) => ({ nowMs, ttlMs: 100 });

  it('wants all three: an end, no observer, and the whole time to live', () => {
    assert.ok(isCollectable(facts, at(1_100)));
    assert.ok(!isCollectable(facts, at(1_099)));
    assert.ok(!isCollectable({ ...facts, hasEnded: false }, at(9_999)));
    assert.ok(!isCollectable({ ...facts, observerCount: 1 }, at(9_999)));
  });

  it('takes nothing for idle when the clock was set back', () => {
    assert.ok(!isCollectable(facts, { nowMs: 500, ttlMs: 0 }));
    assert.ok(!isCollectable(facts, { nowMs: 500, ttlMs: -1_000 }));
  });
});

describe('repeatedly', () => {
  it('runs after each interval, and not before the first is over', () => {
    const clock = new FakeClock();
    let runs = 0;
    const timer = repeatedly(clock, { intervalMs: 10, run: () => void (runs += 1) });
    assert.equal(runs, 0);
    clock.advance(9);
    assert.equal(runs, 0);
    clock.advance(21);
    assert.equal(runs, 3);
    timer.dispose();
    clock.advance(100);
    assert.equal(runs, 3);
  });

  it('can be stopped by what it runs', () => {
    const clock = new FakeClock();
    let runs = 0;
    const timer = repeatedly(clock, {
      intervalMs: 10,
      run: () => {
        runs += 1;
        timer.dispose();
      },
    });
    clock.advance(100);
    assert.equal(runs, 1);
    assert.equal(clock.pendingTimers, 0);
  });
});
