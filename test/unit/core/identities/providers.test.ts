import assert from 'node:assert/strict';
import type { AgentIdentity } from '../../../../src/core/identities/agentIdentity.ts';
import { draftOf, type AgentCustomizer } from '../../../../src/core/identities/agentCustomizer.ts';
import { ContinuityStoreError } from '../../../../src/core/identities/continuityStore.ts';
import type { LeaseGrant } from '../../../../src/core/identities/leaseProvider.ts';
import { peerEdge } from '../../../../src/core/identities/managedPeerEdge.ts';
import type { RosterProvider } from '../../../../src/core/identities/rosterProvider.ts';
import type { TopologyProvider } from '../../../../src/core/identities/topologyProvider.ts';
import { IdentityClock } from '../../../support/identityClock.ts';
import { MemoryLeaseProvider } from '../../../support/identityMemoryLeases.ts';
import { MemoryContinuityStore } from '../../../support/identityMemoryStore.ts';
import { alpha, aRecord, aSpec, beta, bytes, gamma } from '../../../support/identityWorld.ts';

interface Save {
  readonly version: number;
  readonly token: number;
  readonly sessionId?: string;
  readonly generation?: number;
}

describe('A continuity store', () => {
  let store: MemoryContinuityStore;

  function save({ sessionId = 'session-of-alpha', generation = 0, ...more }: Save): Promise<void> {
    return store.saveSnapshot({
      identity: alpha,
      sessionId,
      generation,
      snapshot: bytes(1),
      ...more,
    });
  }

  beforeEach(() => {
    store = new MemoryContinuityStore();
  });

  it('1: has an answer for each identity, no snapshot of the unknown, and takes a record', async () => {
    assert.deepEqual([...(await store.resolveMany([alpha, beta])).keys()], [alpha, beta]);
    assert.equal(await store.loadSnapshot(alpha, 'none'), undefined);
    assert.deepEqual(await store.upsertRecord(aRecord(alpha), 1), aRecord(alpha));
  });

  it('3: gives back what it was given', async () => {
    await store.upsertRecord(aRecord(alpha), 1);
    await save({ version: 1, token: 1 });
    const states = await store.resolveMany([alpha, beta]);
    const record = aRecord(alpha, { checkpointVersion: 1 });
    assert.deepEqual(states.get(alpha), { state: 'ready', record });
    assert.deepEqual(states.get(beta), { state: 'uninitialized' });
    assert.deepEqual(await store.loadSnapshot(alpha, 'session-of-alpha'), bytes(1));
  });

  it('4: refuses a save with a lower token', async () => {
    await store.upsertRecord(aRecord(alpha), 5);
    await refuses(save({ version: 1, token: 3 }), 'stale-fencing-token');
  });

  it('5: lets a save raise the fence', async () => {
    await store.upsertRecord(aRecord(alpha), 1);
    await save({ version: 1, token: 2 });
    await refuses(save({ version: 2, token: 1 }), 'stale-fencing-token');
  });

  it('6: refuses a late save of a session that the record does not name any more', async () => {
    await store.upsertRecord(aRecord(alpha), 1);
    await store.upsertRecord(aRecord(alpha, { sessionId: 'new', generation: 1 }), 2);
    await refuses(save({ version: 99, token: 2 }), 'not-found');
    await save({ sessionId: 'new', generation: 1, version: 1, token: 2 });
    assert.equal(store.recordOf(alpha)?.sessionId, 'new');
  });

  it('7: refuses a version that it has', async () => {
    await store.upsertRecord(aRecord(alpha), 1);
    await save({ version: 1, token: 1 });
    await refuses(save({ version: 1, token: 1 }), 'stale-checkpoint-version');
  });

  it('8: deletes record and snapshots together, not under a lower token, and keeps the fence', async () => {
    await store.upsertRecord(aRecord(alpha), 5);
    await save({ version: 1, token: 5 });
    await refuses(store.deleteRecord(alpha, 4), 'stale-fencing-token');
    assert.notEqual(store.recordOf(alpha), undefined);
    await store.deleteRecord(alpha, 6);
    assert.deepEqual((await store.resolveMany([alpha])).get(alpha), { state: 'uninitialized' });
    assert.equal(await store.loadSnapshot(alpha, 'session-of-alpha'), undefined);
    await refuses(store.upsertRecord(aRecord(alpha), 5), 'stale-fencing-token');
    await refuses(save({ version: 2, token: 5 }), 'not-found');
    await store.deleteRecord(beta, 1);
  });

  it('9: knows the highest token of all, also of what is deleted', async () => {
    assert.equal(await store.highestToken(), 0);
    await store.upsertRecord(aRecord(alpha), 3);
    await store.upsertRecord(aRecord(beta), 8);
    await store.deleteRecord(beta, 9);
    assert.equal(await store.highestToken(), 9);
  });

  it('never lets a generation fall, nor a version within it', async () => {
    await store.upsertRecord(aRecord(alpha, { generation: 2, checkpointVersion: 4 }), 1);
    await refuses(store.upsertRecord(aRecord(alpha, { generation: 1 }), 2), 'stale-generation');
    const kept = await store.upsertRecord(aRecord(alpha, { generation: 2 }), 1);
    assert.equal(kept.checkpointVersion, 4);
  });
});

describe('A lease provider', () => {
  let leases: MemoryLeaseProvider;
  let clock: IdentityClock;

  async function acquire(identity: AgentIdentity, instance = 'a'): Promise<LeaseGrant> {
    const result = (await leases.acquire([identity], instance)).get(identity);
    assert.equal(result?.result, 'acquired');
    return result.grant;
  }

  beforeEach(() => {
    clock = new IdentityClock();
    leases = new MemoryLeaseProvider(clock.monotonicNow);
  });

  it('2: acquires for each identity, renews, and releases', async () => {
    const results = await leases.acquire([alpha, beta], 'a');
    assert.deepEqual(
      [...results].map(([identity, { result }]) => [identity, result]),
      [
        [alpha, 'acquired'],
        [beta, 'acquired'],
      ],
    );
    const grant = await acquire(gamma);
    assert.deepEqual((await leases.renew([grant])).get(gamma), { result: 'renewed', grant });
    await leases.release([grant]);
  });

  it('10: is only good for a store whose tokens it knows', async () => {
    const store = new MemoryContinuityStore();
    await store.upsertRecord(aRecord(alpha), 15);
    leases.lastToken = await store.highestToken();
    await store.upsertRecord(aRecord(alpha), (await acquire(alpha)).token);
    leases.lastToken = 0;
    const { token } = await acquire(alpha);
    await refuses(store.upsertRecord(aRecord(alpha), token), 'stale-fencing-token');
  });

  it('11: mints different tokens that only grow, and has lost what was released', async () => {
    const first = await acquire(alpha);
    const other = await acquire(beta);
    assert.ok(first.token > 0 && other.token > 0 && first.token !== other.token);
    assert.equal((await leases.renew([first])).get(alpha)?.result, 'renewed');
    await leases.release([first]);
    assert.equal((await leases.renew([first])).get(alpha)?.result, 'lost');
    assert.ok((await acquire(alpha)).token > first.token);
  });

  it('tells who holds what cannot be had, until its time has passed', async () => {
    await acquire(alpha, 'a');
    clock.advance(leases.ttlMs);
    const refused = (await leases.acquire([alpha], 'b')).get(alpha);
    assert.equal(refused?.result === 'already_held' && refused.holder.instance, 'a');
    clock.advance(1);
    await acquire(alpha, 'b');
  });
});

describe('The other providers', () => {
  it('2: a roster gives its specs, a full mesh of three has three edges, a customizer changes a draft', async () => {
    const specs = [aSpec(alpha), aSpec(beta), aSpec(gamma)];
    const roster: RosterProvider = { roster: () => Promise.resolve(specs) };
    assert.deepEqual(await roster.roster([]), specs);
    const edges = await fullMesh.computeEdges([gamma, alpha, beta], specs);
    assert.deepEqual(edges, [peerEdge(alpha, gamma), peerEdge(beta, gamma), peerEdge(alpha, beta)]);
    const customizer: AgentCustomizer = {
      customizeBuild: (_context, _spec, draft) =>
        Promise.resolve({ ...draft, systemPrompt: 'Hi.' }),
    };
    const context = { identity: alpha, activePeers: [alpha], managedEdges: [] };
    const draft = await customizer.customizeBuild(context, aSpec(alpha), draftOf(aSpec(alpha)));
    assert.equal(draft.systemPrompt, 'Hi.');
  });
});

const fullMesh: TopologyProvider = {
  computeEdges: (targets) =>
    Promise.resolve(
      targets.flatMap((one, index) =>
        targets.slice(index + 1).map((other) => peerEdge(one, other)),
      ),
    ),
};

async function refuses(
  work: Promise<unknown>,
  code: ContinuityStoreError['problem']['code'],
): Promise<void> {
  await assert.rejects(
    work,
    (error) => error instanceof ContinuityStoreError && error.problem.code === code,
  );
}
