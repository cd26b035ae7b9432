import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AgentIndex, actorLookup, indexedKeys } from '../../../../src/core/agents/agentIndex.ts';
import type { StoredRecord } from '../../../../src/core/agents/agentRecord.ts';
import { buildBroken, buildRecord } from '../../../support/entryBuilder.ts';

const names = ['a', 'b', 'c', 'd', 'e'];
const starts = [
  '2026-06-01T12:00:00Z',
  '2026-06-01T12:00:00.000000001Z',
  '2026-06-01T11:00:00+01:00',
];

type Step =
  | { readonly kind: 'put'; readonly record: StoredRecord }
  | { readonly kind: 'delete' | 'put-again'; readonly name: string }
  | { readonly kind: 'look' };

const name = fc.constantFrom(...names);
const key = fc.option(fc.constantFrom('x', 'y'), { nil: undefined });
const goodRecord = fc
  .record({ name, startedAt: fc.constantFrom(...starts), thread: fc.constantFrom('x', 'y'), key })
  .map(({ name: id, startedAt, thread, key: value }) =>
    buildRecord(id, { startedAt, thread, nativeActorKey: value, clientInstanceId: value }),
  );
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: goodRecord.map((record): Step => ({ kind: 'put', record })) },
  { weight: 1, arbitrary: name.map((id): Step => ({ kind: 'put', record: buildBroken(id) })) },
  { weight: 2, arbitrary: name.map((id): Step => ({ kind: 'delete', name: id })) },
  { weight: 2, arbitrary: name.map((id): Step => ({ kind: 'put-again', name: id })) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'look' }) },
);

function rebuilt(index: AgentIndex): AgentIndex {
  const fresh = new AgentIndex();
  for (const fileName of index.fileNames()) fresh.put(index.getFile(fileName) ?? assert.fail());
  return fresh;
}

function content(index: AgentIndex): unknown {
  return {
    records: index.records(),
    broken: index.broken(),
    byKey: indexedKeys.map((indexedKey) =>
      ['x', 'y'].map((value) => index.findBy(indexedKey, value)),
    ),
    byId: names.map((id) => index.get(id)),
    count: index.fileCount,
  };
}

describe('AgentIndex', () => {
  it('AgentIndex equals one that is built anew, after any puts and deletes', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const index = new AgentIndex();
        for (const next of steps) {
          const revision = index.revision;
          if (next.kind === 'put') index.put(next.record);
          else if (next.kind === 'delete') index.delete(`${next.name}.toml`);
          else if (next.kind === 'look') void [index.records(), index.broken()];
          else {
            const known = index.get(next.name);
            if (known) index.put(known);
            assert.equal(index.revision, revision, 'the same object is no change');
          }
        }
        assert.deepEqual(content(index), content(rebuilt(index)));
      }),
      { numRuns: 500 },
    );
  });

  it('AgentIndex gives the same arrays while nothing changes', () => {
    const index = new AgentIndex();
    const record = buildRecord('a');
    index.put(record);
    index.put(buildBroken('b'));
    const [records, broken, { revision }] = [index.records(), index.broken(), index];

    index.put(record);
    index.delete('nobody.toml');

    assert.equal(index.records(), records);
    assert.equal(index.broken(), broken);
    assert.equal(index.revision, revision);
  });

  it('AgentIndex keeps the array of broken ones when only good ones change', () => {
    const index = new AgentIndex();
    index.put(buildBroken('b'));
    const broken = index.broken();

    index.put(buildRecord('a'));
    index.put(buildRecord('a', { model: 'm' }));
    index.delete('a.toml');

    assert.equal(index.broken(), broken);
  });

  it('AgentIndex moves a file between good and broken', () => {
    const index = new AgentIndex();
    index.put(buildRecord('a', { thread: 'x' }));
    index.put(buildBroken('a'));
    assert.deepEqual([index.records().length, index.broken().length], [0, 1]);
    assert.deepEqual(index.findBy('thread', 'x'), []);

    index.put(buildRecord('a', { thread: 'y' }));
    assert.deepEqual([index.records().length, index.broken().length], [1, 0]);
    assert.equal(index.findBy('thread', 'y').length, 1);
  });

  it('actorLookup finds no broken entries', () => {
    const index = new AgentIndex();
    index.put(buildBroken('a', { lastGood: buildRecord('a', { nativeActorKey: 'k' }) }));
    index.put(buildRecord('b', { nativeActorKey: 'k' }));

    assert.equal(actorLookup(index).bySessionId('a'), undefined);
    assert.equal(actorLookup(index).byActorKey('k').length, 1);
  });
});
