import assert from 'node:assert/strict';
import {
  softLockTtlMs,
  softLockWriteIntervalMs,
  softTtlMs,
  softWriteDelayMs,
} from '../../../../src/core/locks/softLockPace.ts';

describe('the pace of soft locks', () => {
  it('writes at once the first time, and then not again for 5 seconds', () => {
    assert.equal(softLockWriteIntervalMs, 5000);
    assert.equal(softWriteDelayMs(undefined, 1_000_000), 0);
    assert.equal(softWriteDelayMs(1_000_000, 1_000_000), 5000);
    assert.equal(softWriteDelayMs(1_000_000, 1_004_999), 1);
    assert.equal(softWriteDelayMs(1_000_000, 1_005_000), 0);
  });

  it('does not wait for a clock that was set back', () => {
    assert.equal(softWriteDelayMs(1_000_000, 10), 0);
  });

  it('promises 10 minutes from the last keystroke, whenever it is written', () => {
    assert.equal(softLockTtlMs, 600_000);
    assert.equal(softTtlMs(1_000_000, 1_000_000), 600_000);
    assert.equal(softTtlMs(1_000_000, 1_005_000), 595_000);
    assert.equal(softTtlMs(1_000_000, 9_000_000), 1);
    assert.equal(softTtlMs(1_000_000, 10), 600_000);
  });
});
