import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ActivityEvent } from '../../../../src/core/activity/activityEvent.ts';
import { ContentionRanking, type ContendedPath } from '../../../../src/core/activity/contention.ts';
import { buildActivity } from '../../../support/activityBuilder.ts';

const refused = (atMs: number, holderId: number, ...paths: string[]): ActivityEvent =>
  buildActivity({ atMs, kind: 'lock-refused', actor: { holderId, name: 'x' }, paths });
const waited = (atMs: number, holderId: number, ...paths: string[]): ActivityEvent => ({
  ...refused(atMs, holderId, ...paths),
  kind: 'lock-waited',
});

function rankingOf(events: readonly ActivityEvent[], spanMs = 1000): ContentionRanking {
  const ranking = new ContentionRanking(spanMs);
  for (const event of events) ranking.add(event);
  return ranking;
}

describe('ContentionRanking', () => {
  it('counts refusals, waits and who was affected, the most contended path first', () => {
    const ranking = rankingOf([
      refused(1, 1, 'a', 'b'),
      refused(2, 1, 'b'),
      waited(3, 2, 'b'),
      buildActivity({ atMs: 4, paths: ['a'] }),
    ]);
    assert.deepEqual(ranking.ranked(4), [
      { path: 'b', refusals: 2, waits: 1, parties: 2, lastMs: 3 },
      { path: 'a', refusals: 1, waits: 0, parties: 1, lastMs: 1 },
    ]);
  });

  it('of equally contended paths more parties, then the later time, then the name decide', () => {
    const ranking = rankingOf([
      refused(1, 1, 'one', 'two'),
      refused(2, 1, 'one'),
      refused(3, 2, 'two'),
      refused(1, 1, 'early', 'also'),
      refused(4, 1, 'late'),
    ]);
    assert.deepEqual(
      ranking.ranked(4).map(({ path }) => path),
      ['two', 'one', 'late', 'also', 'early'],
    );
  });

  it('forgets what is older than the span, and who was affected by it', () => {
    const ranking = rankingOf([refused(0, 1, 'a'), refused(500, 2, 'a'), refused(100, 1, 'b')]);
    assert.equal(ranking.ranked(1000).length, 2);
    assert.deepEqual(ranking.ranked(1200), [
      { path: 'a', refusals: 1, waits: 0, parties: 1, lastMs: 500 },
    ]);
    assert.deepEqual(ranking.ranked(2000), []);
  });

  it('a session counts as one party under all its numbers', () => {
    const bySession = (holderId: number): ActivityEvent =>
      buildActivity({
        kind: 'lock-refused',
        actor: { holderId, sessionId: 'agent-a', name: 'x' },
        paths: ['a'],
      });
    const ranking = rankingOf([bySession(1), bySession(2)]);
    assert.equal(ranking.ranked(buildActivity().atMs)[0]?.parties, 1);
  });

  it('keeps a limited number of events, the newest', () => {
    const ranking = new ContentionRanking(1e9, 100);
    for (let i = 0; i < 1000; i += 1) ranking.add(refused(i, i, 'a'));
    const [first] = ranking.ranked(1000);
    assert.ok(first !== undefined && first.refusals <= 125 && first.refusals >= 100);
    assert.equal(first.lastMs, 999);
  });

  it('fed one by one, in any order, it ranks as if it had seen only the span', () => {
    const event = fc
      .tuple(fc.boolean(), fc.nat(2000), fc.nat(3), fc.array(fc.constantFrom('a', 'b', 'c')))
      .map(([isRefusal, atMs, holderId, paths]) =>
        (isRefusal ? refused : waited)(atMs, holderId, ...paths),
      );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.array(fc.nat(2000)), (events, looks) => {
        const ranking = new ContentionRanking(1000);
        events.forEach((each, i) => {
          ranking.add(each);
          const nowMs = looks[i];
          // Only looks that do not forget what a later look needs.
          if (nowMs !== undefined && nowMs <= 1000) ranking.ranked(nowMs);
        });
        const young = events.filter(({ atMs }) => atMs >= 1500);
        assert.deepEqual(byPath(ranking.ranked(2500)), byPath(rankingOf(young).ranked(2500)));
      }),
    );
  });
});

function byPath(ranked: readonly ContendedPath[]): readonly ContendedPath[] {
  return [...ranked].sort((a, b) => (a.path < b.path ? -1 : 1));
}
