import assert from 'node:assert/strict';
import { newAgentEntry } from '../../../src/core/agents/agentEntry.ts';
import type { RegistrySnapshot } from '../../../src/core/agents/registrySnapshot.ts';
import type { HolderSnapshot, LockDiff } from '../../../src/core/locks/lockSnapshot.ts';
import { buildAgentsTree, type TreeModel } from '../../../src/presentation/agentsTree.ts';
import { changesHeldFiles, heldBySession } from '../../../src/presentation/heldFiles.ts';
import { buildHeld, buildHolder, lockTestNowMs as nowMs } from '../../support/lockSnapshots.ts';

const agents: RegistrySnapshot['agents'] = ['a', 'b'].map((sessionId) => ({
  entry: newAgentEntry({
    ...{ sessionId, thread: `agent/${sessionId}`, baseState: 'x', harness: 'codex' },
    nativeActorKey: sessionId,
    ...(sessionId === 'b' && { nativeParentActorKey: 'a' }),
    startedAt: '2026-11-21T09:00:00Z',
  }),
  startedAt: { epochMs: nowMs, nanos: 0 },
  verdict: { liveness: 'alive', reason: 'running' },
}));

function holding(...paths: readonly string[]): HolderSnapshot {
  const locks = paths.map((path) => buildHeld({ path }));
  return buildHolder(7, { locks, identity: { kind: 'session', sessionId: 'a' } });
}

function build(holders: readonly HolderSnapshot[]): TreeModel {
  const snapshot: RegistrySnapshot = {
    ...{ root: '/repo', folder: '/repo/.heddle/agents', state: { kind: 'ready' }, broken: [] },
    agents,
  };
  const held = heldBySession(holders);
  return buildAgentsTree([snapshot], { grouping: 'chain', nowMs, heldIn: () => held });
}

describe('what an agent holds', () => {
  it('stands below it, before whom it spawned, and is counted in its tooltip', () => {
    const model = build([holding('src/a.ts', 'b.ts')]);
    const row = model.rows.get('agent:a@/repo');
    assert.deepEqual(row?.children, [
      'lock:7:b.ts@/repo',
      'lock:7:src%2Fa.ts@/repo',
      'agent:b@/repo',
    ]);
    const file = model.rows.get('lock:7:src%2Fa.ts@/repo');
    assert.deepEqual(
      [file?.label, file?.description, file?.contextValue, file?.parent],
      ['a.ts', 'src', 'heddle.lock+other+session', 'agent:a@/repo'],
    );
    assert.ok(
      row.tooltip.some(
        (part) => part.kind === 'field' && part.label === 'Files held' && part.value === '2',
      ),
    );
  });

  it('is one collapsed row when it is much', () => {
    const model = build([holding(...Array.from({ length: 6 }, (_, i) => `f${i}`))]);
    assert.deepEqual(model.rows.get('agent:a@/repo')?.children, ['held:a@/repo', 'agent:b@/repo']);
    const group = model.rows.get('held:a@/repo');
    assert.deepEqual(
      [group?.label, group?.isExpanded, group?.children.length],
      ['6 files held', false, 6],
    );
  });

  it('is nothing for who holds nothing, and for holders that are no agents', () => {
    const other = buildHolder(8, { locks: [buildHeld({ path: 'x' })] });
    const model = build([holding(), other]);
    assert.deepEqual(model.rows.get('agent:a@/repo')?.children, ['agent:b@/repo']);
    assert.deepEqual(model.rows.get('agent:b@/repo')?.children, []);
  });
});

describe('changesHeldFiles', () => {
  const diff = (
    before: HolderSnapshot | undefined,
    after: HolderSnapshot | undefined,
  ): LockDiff => {
    return { holders: [{ before, after }], brokenChanged: false, stateChanged: false };
  };

  it('is true when an agent takes or gives back a file', () => {
    const [none, one] = [holding(), holding('a')];
    assert.equal(changesHeldFiles(diff(none, one)), true);
    assert.equal(changesHeldFiles(diff(one, none)), true);
    assert.equal(changesHeldFiles(diff(one, undefined)), true);
  });

  it('is false for signs of life and for others', () => {
    const before = holding('a');
    const locks = before.locks.map((held) => ({ ...held, end: { ...held.end, atMs: nowMs } }));
    assert.equal(changesHeldFiles(diff(before, { ...before, locks })), false);
    const window = buildHolder(8, { locks: [buildHeld({ path: 'x' })] });
    assert.equal(changesHeldFiles(diff(undefined, window)), false);
  });
});
