import assert from 'node:assert/strict';
import type { AgentSnapshot } from '../../../src/core/agents/registrySnapshot.ts';
import { UsageSums } from '../../../src/presentation/usageSums.ts';
import type { ShownUsage } from '../../../src/presentation/usageShown.ts';
import { agentOf, tokensOf, usageOf } from '../../support/agentsAtWork.ts';

const used = (output: number): ShownUsage =>
  usageOf({ tokens: tokensOf({ output }) }, { microsUsd: output * 10 });

/** A person who spawned `top`, which spawned `left` and `right`; `right` spawned `leaf`. */
function family(): readonly AgentSnapshot[] {
  const of = (id: string, parent?: string, more = {}): AgentSnapshot =>
    agentOf(id, { nativeActorKey: id, nativeParentActorKey: parent, ...more });
  return [
    of('person', undefined, { nativeActorKey: 'human:Grace', provider: 'human' }),
    of('top', 'human:Grace'),
    of('left', 'top', { status: 'complete' }),
    of('right', 'top'),
    of('leaf', 'right'),
    of('alone'),
  ];
}

describe('what agents used with all that they spawned', () => {
  let agents = family();
  let usages = new Map<string, ShownUsage>();
  let lookups = 0;
  let sums: UsageSums;
  beforeEach(() => {
    agents = family();
    usages = new Map([
      ['top', used(1)],
      ['left', used(20)],
      ['right', used(300)],
      ['leaf', used(4000)],
      ['alone', used(7)],
    ]);
    lookups = 0;
    sums = new UsageSums({
      agents: () => agents,
      usageOf: ({ entry }) => {
        lookups += 1;
        return usages.get(entry.sessionId);
      },
    });
  });
  const sumOf = (id: string): number | undefined => sums.withChildren(id)?.totals.tokens.output;

  it('includes the finished and those below the children', () => {
    assert.equal(sumOf('top'), 4321);
    assert.equal(sumOf('right'), 4300);
    assert.equal(sums.withChildren('top')?.cost.atLeastMicrosUsd, 43_210);
  });

  it('is nothing for an agent that spawned nobody', () => {
    assert.equal(sums.withChildren('leaf'), undefined);
    assert.equal(sums.withChildren('alone'), undefined);
    assert.equal(sums.withChildren('nobody'), undefined);
  });

  it('is the same object until a part of it changed, and is not added up again', () => {
    const first = sums.withChildren('top');
    const before = lookups;
    assert.equal(sums.withChildren('top'), first);
    assert.equal(lookups, before);
    sums.noteAgents();
    assert.equal(sums.withChildren('top'), first);
    sums.noteUsage(['alone']);
    assert.equal(sums.withChildren('top'), first);
  });

  it('names all whose sums are others when one used more', () => {
    sumOf('top');
    usages.set('leaf', used(5000));
    assert.deepEqual([...sums.noteUsage(['leaf'])].sort(), ['leaf', 'person', 'right', 'top']);
    assert.equal(sumOf('top'), 5321);
    assert.equal(sumOf('right'), 5300);
  });

  it('follows agents that come', () => {
    sumOf('top');
    agents = [...agents, agentOf('new', { nativeActorKey: 'new', nativeParentActorKey: 'leaf' })];
    usages.set('new', used(50_000));
    sums.noteAgents();
    assert.equal(sumOf('top'), 54_321);
  });

  it('limits apply to those whom no agent spawned', () => {
    const ids = sums.independent.map(({ entry }) => entry.sessionId);
    assert.deepEqual(ids, ['top', 'alone']);
  });

  it('stands an agent that spawned thousands', () => {
    const children = Array.from({ length: 5000 }, (_, i) =>
      agentOf(`c${i}`, { nativeActorKey: `c${i}`, nativeParentActorKey: 'alone' }),
    );
    agents = [...agents, ...children];
    for (const { entry } of children) usages.set(entry.sessionId, used(1));
    sums.noteAgents();
    assert.equal(sumOf('alone'), 5007);
  });
});
