import { strict as assert } from 'node:assert';
import { maxSoftLocks } from '../../../src/core/locks/softLockPace.ts';
import { SoftLockLimit } from '../../../src/extension/softLockLimit.ts';

describe('the limit of soft locks', () => {
  let told: number[];
  let limit: SoftLockLimit;

  beforeEach(() => {
    told = [];
    limit = new SoftLockLimit((max) => told.push(max));
  });

  it('lets 50 unsaved files have one each, and tells nothing', () => {
    for (let count = 0; count < 50; count += 1) assert.ok(limit.admits(count));
    assert.equal(maxSoftLocks, 50);
    assert.deepEqual(told, []);
  });

  it('tells once of all that are beyond', () => {
    for (let i = 0; i < 10; i += 1) assert.ok(!limit.admits(50));
    assert.deepEqual(told, [50]);
  });

  it('tells nothing again when one file is saved and another one typed in', () => {
    assert.ok(!limit.admits(50));
    limit.noteLeft(49);
    assert.ok(limit.admits(49));
    assert.ok(!limit.admits(50));
    assert.deepEqual(told, [50]);
  });

  it('tells again when many were saved and there are too many once more', () => {
    assert.ok(!limit.admits(50));
    limit.noteLeft(25);
    assert.ok(!limit.admits(50));
    assert.deepEqual(told, [50, 50]);
  });
});
