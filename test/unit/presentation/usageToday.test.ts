import assert from 'node:assert/strict';
import type { AgentSnapshot } from '../../../src/core/agents/registrySnapshot.ts';
import {
  localDay,
  parseDayStart,
  spentToday,
  type DayStart,
} from '../../../src/presentation/usageToday.ts';
import { agentOf, usageOf } from '../../support/agentsAtWork.ts';

const dayMs = 24 * 60 * 60 * 1000;
// In the middle of a day wherever the test runs.
const nowMs = new Date(2026, 5, 2, 12).getTime();
const startedAt = (ms: number): { readonly startedAt: string } => ({
  startedAt: new Date(ms).toISOString(),
});

describe('what the agents of a repository have spent today', () => {
  const today = agentOf('today', startedAt(nowMs - 1000));
  const earlier = agentOf('earlier', startedAt(nowMs - dayMs));

  function spent(
    micros: Readonly<Record<string, number>>,
    {
      before,
      atMs = nowMs,
    }: { readonly before?: DayStart | undefined; readonly atMs?: number } = {},
  ): { readonly micros: number | undefined; readonly dayStart: DayStart } {
    const usageOfAgent = ({ entry }: AgentSnapshot): ReturnType<typeof usageOf> | undefined => {
      const microsUsd = micros[entry.sessionId];
      return microsUsd === undefined ? undefined : usageOf({}, { microsUsd });
    };
    const ports = { usageOf: usageOfAgent, before, nowMs: atMs };
    const { cost, dayStart } = spentToday([today, earlier], ports);
    return { micros: cost.microsUsd, dayStart };
  }

  it('is all of those who began today', () => {
    assert.equal(spent({ today: 500 }).micros, 500);
    assert.equal(spent({}).micros, 0);
  });

  it('is of the others what came since they were first seen today', () => {
    const first = spent({ today: 500, earlier: 9000 });
    assert.equal(first.micros, 500);
    const later = spent({ today: 600, earlier: 9300 }, { before: first.dayStart });
    assert.equal(later.micros, 900);
    assert.equal(later.dayStart, first.dayStart);
  });

  it('never goes below nothing', () => {
    const { dayStart } = spent({ earlier: 9000 });
    assert.equal(spent({ earlier: 100 }, { before: dayStart }).micros, 0);
  });

  it('begins anew on the next day', () => {
    const { dayStart } = spent({ today: 500, earlier: 9000 });
    const tomorrow = spent(
      { today: 800, earlier: 9000 },
      { before: dayStart, atMs: nowMs + dayMs },
    );
    assert.equal(tomorrow.micros, 0);
    assert.notEqual(tomorrow.dayStart.day, dayStart.day);
    assert.deepEqual(tomorrow.dayStart.micros, { today: 800, earlier: 9000 });
  });

  it('is kept as plain data, and anything else that is read counts as nothing', () => {
    const { dayStart } = spent({ earlier: 9000 });
    assert.deepEqual(parseDayStart(JSON.parse(JSON.stringify(dayStart))), dayStart);
    for (const odd of [undefined, null, 3, 'x', { day: 4, micros: {} }, { day: 'x' }]) {
      assert.equal(parseDayStart(odd), undefined);
    }
    assert.deepEqual(parseDayStart({ day: 'x', micros: { a: 1, b: 'two' } }), {
      ...{ day: 'x', micros: { a: 1 } },
    });
  });

  it('counts an agent whose name is one of every object', () => {
    const agent = agentOf('constructor', startedAt(nowMs - dayMs));
    const ports = { usageOf: () => usageOf({}, { microsUsd: 7 }), before: undefined, nowMs };
    const { dayStart, cost } = spentToday([agent], ports);
    assert.equal(cost.microsUsd, 0);
    assert.equal(dayStart.micros.constructor, 7);
  });

  it('takes the day of the person', () => {
    assert.equal(localDay(new Date(2026, 0, 5, 23, 59).getTime()), '2026-01-05');
  });
});
