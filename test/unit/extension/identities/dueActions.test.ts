import assert from 'node:assert/strict';
import { parseAgentIdentity } from '../../../../src/core/identities/agentIdentity.ts';
import type { DurableAgentSpec } from '../../../../src/core/identities/durableAgentSpec.ts';
import type { ReconcileAction } from '../../../../src/core/identities/reconcileActions.ts';
import { dueActions, endsSomething } from '../../../../src/extension/identities/dueActions.ts';

const held = parseAgentIdentity('held');
const free = parseAgentIdentity('free');
const bad = parseAgentIdentity('bad');

function specOf(identity: DurableAgentSpec['identity']): DurableAgentSpec {
  return {
    ...{ identity, profile: 'claude', addressability: 'addressable', labels: {} },
    ...{ additionalInstructions: [], peers: [] },
  };
}

const owner = (actions: readonly ReconcileAction[]) => ({
  held: () => [held, bad],
  reconcileActions: () => Promise.resolve(actions),
});
const place = {
  get: (identity: DurableAgentSpec['identity']) =>
    identity === bad
      ? {
          ...{ root: '/repo', worktree: '/repo' },
          listed: {
            ...{ identity, specPath: '/repo/bad.toml', problems: [], state: 'active' as const },
            ...{ waitingMessages: 0, peers: [] },
          },
        }
      : undefined,
};

describe('what has to be done so that agents are what their files say', () => {
  it('retires only what is owned here and has no file any more, not what has a bad one', async () => {
    const actions: readonly ReconcileAction[] = [
      { action: 'retire', identity: held },
      { action: 'retire', identity: free },
      { action: 'retire', identity: bad },
      { action: 'activate', spec: specOf(free) },
    ];
    assert.deepEqual(await dueActions(owner(actions), place), [actions[0], actions[3]]);
  });

  it('is asked only where something that is owned here would end', () => {
    const ends = (action: ReconcileAction): boolean => endsSomething(action, owner([]));
    assert.ok(ends({ action: 'retire', identity: held }));
    assert.ok(ends({ action: 'respawn', identity: held, spec: specOf(held) }));
    assert.ok(!ends({ action: 'respawn', identity: free, spec: specOf(free) }));
    assert.ok(!ends({ action: 'hot_reload', identity: held, spec: specOf(held) }));
    assert.ok(!ends({ action: 'activate', spec: specOf(free) }));
  });
});
