import assert from 'node:assert/strict';
import { spendingVerdict } from '../../../src/core/harness/usage/spending.ts';
import {
  agentCrossingSentence,
  crossingsSentence,
  isCrossed,
  isNews,
  parseTold,
  repositoryCrossingSentence,
  shortCrossing,
  withTold,
  type Crossing,
} from '../../../src/presentation/usageLimits.ts';
import { usageOf } from '../../support/agentsAtWork.ts';

/** What spending so many dollars means for a limit of so many. */
function crossingOf(spentUsd: number, limitUsd: number): Crossing {
  const verdict = spendingVerdict(
    usageOf({}, { microsUsd: Math.round(spentUsd * 1e6) }).cost,
    limitUsd,
  );
  if (!isCrossed(verdict)) throw new Error(`${spentUsd} of ${limitUsd} crosses nothing`);
  return verdict;
}

describe('limits of spending', () => {
  it('are told of once when they are near and once when they are over', () => {
    let told = parseTold(undefined);
    const tells = (spentUsd: number): boolean => {
      const verdict = crossingOf(spentUsd, 5);
      const isTold = isNews(told.a, verdict);
      if (isTold) told = withTold(told, [['a', verdict]]);
      return isTold;
    };
    assert.deepEqual([4, 4.5, 4.9, 5, 5.1, 50, 4.5].map(tells), [
      ...[true, false, false, true, false, false, false],
    ]);
  });

  it('are told of again when the limit is another', () => {
    const told = withTold({}, [['a', crossingOf(5, 5)]]);
    assert.equal(isNews(told.a, crossingOf(5, 6)), true);
    assert.equal(isNews(told.a, crossingOf(6, 5)), false);
  });

  it('say nothing below four fifths', () => {
    const verdict = spendingVerdict(usageOf({}, { microsUsd: 3_990_000 }).cost, 5);
    assert.equal(isCrossed(verdict), false);
    assert.equal(isNews(undefined, verdict), false);
  });

  it('survive being kept and read again, and anything else that is read', () => {
    const told = withTold({}, [
      ['a', crossingOf(5, 5)],
      ['b', crossingOf(4, 5)],
    ]);
    assert.deepEqual(parseTold(JSON.parse(JSON.stringify(told))), told);
    for (const odd of [undefined, null, 7, 'x', [], { a: 1, b: null, c: { level: 'far' } }]) {
      assert.deepEqual(parseTold(odd), {});
    }
  });

  it('forget the oldest of very many, never the newest', () => {
    const many = Array.from({ length: 10_050 }, (_, i) => [`k${i}`, crossingOf(5, 5)] as const);
    const told = withTold({}, many);
    assert.equal(Object.keys(told).length, 10_000);
    assert.equal(told.k0, undefined);
    assert.notEqual(told.k10049, undefined);
    const again = withTold(withTold({ old: { level: 'over', limitMicrosUsd: 1 } }, many), many);
    assert.equal(again.old, undefined);
  });

  it('say who has spent how much of what', () => {
    const over = crossingOf(5.12, 5);
    const near = crossingOf(4.1, 5);
    assert.equal(shortCrossing(over), '$5.12 of $5.00');
    assert.equal(shortCrossing({ ...near, isLowerBound: true }), '≥$4.10 of $5.00');
    assert.equal(
      agentCrossingSentence('Codex', over),
      'Codex has spent about $5.12 and is over its limit of $5.00.',
    );
    assert.equal(
      agentCrossingSentence('Codex', { ...near, isLowerBound: true }),
      'Codex has spent at least $4.10, which is near its limit of $5.00.',
    );
    assert.match(
      repositoryCrossingSentence('shop', over),
      /in shop have spent about \$5\.12 today/,
    );
  });

  it('count those who are over and near when many are at once', () => {
    const [over, near] = [crossingOf(5, 5), crossingOf(4, 5)];
    assert.equal(
      crossingsSentence('shop', [over, over, near]),
      '2 agents in shop are over their limit of spending and 1 are near it.',
    );
    assert.equal(
      crossingsSentence('shop', [over, over]),
      '2 agents in shop are over their limit of spending.',
    );
    assert.equal(
      crossingsSentence('shop', [near, near]),
      '2 agents in shop are near their limit of spending.',
    );
  });
});
