import assert from 'node:assert/strict';
import { spendingVerdict } from '../../../../../src/core/harness/usage/spending.ts';
import { noCost, type UsageCost } from '../../../../../src/core/harness/usage/usageCost.ts';

const spent = (usd: number): UsageCost => ({
  ...noCost,
  microsUsd: usd * 1e6,
  atLeastMicrosUsd: usd * 1e6,
});
const kindAt = (usd: number, limit: number | undefined): string =>
  spendingVerdict(spent(usd), limit).kind;

describe('spendingVerdict', () => {
  it('is near from 80 % on and over from the limit on', () => {
    assert.equal(kindAt(7.99, 10), 'under');
    assert.equal(kindAt(8, 10), 'near');
    assert.equal(kindAt(9.99, 10), 'near');
    assert.equal(kindAt(10, 10), 'over');
    assert.equal(kindAt(11, 10), 'over');
  });

  it('knows no limit where none is set or it is none', () => {
    for (const limit of [undefined, NaN, Infinity, -1]) assert.equal(kindAt(5, limit), 'no-limit');
  });

  it('lets a limit of 0 warn of the first cost and not of none', () => {
    assert.equal(kindAt(0, 0), 'under');
    assert.equal(kindAt(0.000001, 0), 'over');
  });

  it('says when more was spent than is known', () => {
    const verdict = spendingVerdict({ ...spent(9), microsUsd: undefined }, 10);
    assert.deepEqual(verdict, {
      kind: 'near',
      spentMicrosUsd: 9_000_000,
      limitMicrosUsd: 10_000_000,
      isLowerBound: true,
    });
  });
});
