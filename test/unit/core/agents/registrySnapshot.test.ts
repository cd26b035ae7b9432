import assert from 'node:assert/strict';
import type { AgentEntry } from '../../../../src/core/agents/agentEntry.ts';
import type { LivenessVerdict } from '../../../../src/core/agents/liveness.ts';
import {
  diffSnapshots,
  emptySnapshot,
  isEmptyDiff,
  type AgentSnapshot,
  type RegistryDiff,
  type RegistrySnapshot,
} from '../../../../src/core/agents/registrySnapshot.ts';
import { parseToml } from '../../../../src/node/exactToml.ts';
import { buildBroken, buildRecord } from '../../../support/entryBuilder.ts';

const running: LivenessVerdict = { liveness: 'alive', reason: 'running' };
const gone: LivenessVerdict = { liveness: 'dead', reason: 'gone' };

function agent(id: string, fields: Partial<AgentEntry> = {}, verdict = running): AgentSnapshot {
  const { entry, startedAt } = buildRecord(id, fields);
  return { entry, startedAt, verdict };
}

function snapshot(agents: readonly AgentSnapshot[]): RegistrySnapshot {
  return {
    ...emptySnapshot('/r', '/r/.heddle/agents'),
    state: { kind: 'ready' },
    agents,
    broken: none,
  };
}

const none: RegistrySnapshot['broken'] = [];
const noDiff: RegistryDiff = {
  added: [],
  removed: [],
  changed: [],
  beaten: [],
  brokenChanged: false,
  stateChanged: false,
};

/** How one agent that is read anew differs from what it was. */
function diffOf(before: Partial<AgentEntry>, after: Partial<AgentEntry>): RegistryDiff {
  return diffSnapshots(snapshot([agent('a', before)]), snapshot([agent('a', after)]));
}

describe('diffSnapshots', () => {
  it('diffSnapshots finds nothing between snapshots that share their agents', () => {
    const agents = [agent('a'), agent('b')];
    const diff = diffSnapshots(snapshot(agents), snapshot([...agents]));

    assert.deepEqual(diff, noDiff);
    assert.equal(isEmptyDiff(diff), true);
  });

  it('diffSnapshots reports additions, removals and a rename as removed + added', () => {
    const [a, b] = [agent('a'), agent('b')];

    assert.deepEqual(diffSnapshots(snapshot([a]), snapshot([a, b])), { ...noDiff, added: ['b'] });
    assert.deepEqual(diffSnapshots(snapshot([a, b]), snapshot([b])), { ...noDiff, removed: ['a'] });
    assert.deepEqual(diffSnapshots(snapshot([a]), snapshot([b])), {
      ...noDiff,
      added: ['b'],
      removed: ['a'],
    });
  });

  it('diffSnapshots tells a sign of life from a change', () => {
    const beat = { ...noDiff, beaten: ['a'] };
    const change = { ...noDiff, changed: ['a'] };
    const heartbeatAt = '2026-06-01T12:00:05Z';

    assert.deepEqual(diffOf({}, { heartbeatAt }), beat);
    assert.deepEqual(diffOf({ heartbeatAt }, {}), beat);
    assert.deepEqual(diffOf({}, { heartbeatAt, lastProgressAt: heartbeatAt }), beat);
    assert.deepEqual(diffOf({}, { heartbeatAt, model: 'm' }), change);
    assert.deepEqual(diffOf({ model: 'm' }, {}), change);
    assert.deepEqual(diffOf({ attachPrecedence: ['x'] }, { attachPrecedence: ['y'] }), change);
  });

  it('diffSnapshots compares what is nested by content', () => {
    const usage = (inputTokens: bigint): Partial<AgentEntry> => ({
      usageSummary: { inputTokens, unknownFields: {} },
    });
    const query = (path: string): Partial<AgentEntry> => ({
      contextQueries: [{ path, queriedAt: '2026-06-01T12:00:00Z', unknownFields: {} }],
    });

    assert.deepEqual(diffOf(usage(1n), usage(1n)).beaten, ['a']);
    assert.deepEqual(diffOf(usage(1n), usage(2n)).changed, ['a']);
    assert.deepEqual(diffOf(query('x'), query('x')).beaten, ['a']);
    assert.deepEqual(diffOf(query('x'), query('y')).changed, ['a']);
    assert.deepEqual(diffOf(query('x'), {}).changed, ['a']);
  });

  it('diffSnapshots sees a change in an unknown field of any type', () => {
    const values = [
      '1',
      '2',
      '1.0',
      '"1"',
      'true',
      '[1]',
      '[[1]]',
      '{a = 1}',
      '{b = 1}',
      '2026-01-01',
      '2026-01-01T00:00:00Z',
      '2026-01-02T00:00:00Z',
      '2026-01-01T00:00:00.123456Z',
      '2026-01-01T00:00:00.123457Z',
    ];
    for (const before of values) {
      for (const after of values) {
        const fields = (value: string): Partial<AgentEntry> => ({
          unknownFields: parseToml(`x = ${value}`),
        });
        const expected = before === after ? { beaten: ['a'] } : { changed: ['a'] };
        const diff = diffOf(fields(before), fields(after));
        assert.deepEqual(diff, { ...noDiff, ...expected }, `from ${before} to ${after}`);
      }
    }
  });

  it('diffSnapshots reports another verdict as a change', () => {
    const { entry, startedAt } = buildRecord('a');
    const diff = diffSnapshots(
      snapshot([{ entry, startedAt, verdict: running }]),
      snapshot([{ entry, startedAt, verdict: gone }]),
    );

    assert.deepEqual(diff, { ...noDiff, changed: ['a'] });
  });

  it('diffSnapshots reports broken files and the state by themselves', () => {
    const ready = snapshot([]);
    const failed = (problem: string): RegistrySnapshot => ({
      ...ready,
      state: { kind: 'failed', problem },
    });

    assert.equal(
      diffSnapshots(ready, { ...ready, broken: [buildBroken('b')] }).brokenChanged,
      true,
    );
    assert.equal(diffSnapshots(ready, failed('x')).stateChanged, true);
    assert.equal(diffSnapshots(failed('x'), failed('y')).stateChanged, true);
    assert.equal(isEmptyDiff(diffSnapshots(failed('x'), failed('x'))), true);
  });
});
