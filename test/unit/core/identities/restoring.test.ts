import assert from 'node:assert/strict';
import type {
  AgentBuildContext,
  AgentCustomizer,
} from '../../../../src/core/identities/agentCustomizer.ts';
import { ContinuityStoreError } from '../../../../src/core/identities/continuityStore.ts';
import { IdentityRuntime } from '../../../../src/core/identities/identityRuntime.ts';
import { peerEdge } from '../../../../src/core/identities/managedPeerEdge.ts';
import type { RestoreFlowResult } from '../../../../src/core/identities/restoreOutcome.ts';
import type { TopologyProvider } from '../../../../src/core/identities/topologyProvider.ts';
import { settle } from '../../../support/eventually.ts';
import {
  aFailure,
  alpha,
  aRecord,
  aSpec,
  beta,
  bytes,
  expectOutcome,
  gamma,
  Gate,
  IdentityWorld,
  rejectsIdentity,
  throwsIdentity,
  toldTo,
} from '../../../support/identityWorld.ts';

const three = [aSpec(alpha), aSpec(beta), aSpec(gamma)];

const fullMesh: TopologyProvider = {
  computeEdges: (targets) =>
    Promise.resolve(
      targets.flatMap((one, index) =>
        targets.slice(index + 1).map((other) => peerEdge(one, other)),
      ),
    ),
};

/** Keeps what it was asked, and adds the peers to the prompt. */
class NotingCustomizer implements AgentCustomizer {
  readonly contexts: AgentBuildContext[] = [];
  readonly created: string[] = [];

  customizeBuild: AgentCustomizer['customizeBuild'] = (context, _spec, draft) => {
    this.contexts.push(context);
    return Promise.resolve({ ...draft, systemPrompt: `Peers: ${context.activePeers.join(', ')}` });
  };

  afterCreate({ identity }: AgentBuildContext, sessionId: string): Promise<void> {
    this.created.push(`${identity} ${sessionId}`);
    return Promise.reject(new Error('I was not listening.'));
  }
}

function kinds({ outcomes }: RestoreFlowResult): readonly string[] {
  return [...outcomes].map(([identity, { outcome }]) => `${identity} ${outcome}`);
}

describe('Restoring a roster', () => {
  let world: IdentityWorld;

  beforeEach(() => {
    world = new IdentityWorld();
  });

  it('28, 45 and 55: begins what never was, each with an id of its own', async () => {
    const runtime = world.runtime();
    const result = await runtime.restoreFlow(three);
    assert.deepEqual(kinds(result), ['alpha created', 'beta created', 'gamma created']);
    const ids = new Set<string>();
    for (const { identity } of three) {
      const { record } = expectOutcome(result.outcomes, identity, 'created');
      assert.equal(record.generation, 0);
      assert.equal(runtime.runtimeIdFor(identity), record.runtimeId);
      assert.deepEqual(world.store.recordOf(identity), record);
      assert.equal(runtime.isActive(identity), true);
      ids.add(record.runtimeId).add(record.sessionId);
    }
    assert.equal(ids.size, 6);
  });

  it('28, 47, 48 and 55: resumes what left a checkpoint, with its bytes and its ids', async () => {
    const record = await world.keep(aRecord(alpha, { generation: 2 }), bytes(4, 2));
    const runtime = world.runtime();
    const { outcomes } = await runtime.restoreFlow([aSpec(alpha)]);
    const outcome = expectOutcome(outcomes, alpha, 'resumed');
    assert.deepEqual(outcome.snapshot, bytes(4, 2));
    assert.deepEqual(outcome.record, record);
    assert.deepEqual(world.bridge.snapshotsGiven, [bytes(4, 2)]);
    const { runtimeId, sessionId, generation, checkpointVersion } = runtime.status(alpha);
    assert.deepEqual(
      { runtimeId, sessionId, generation, checkpointVersion },
      {
        runtimeId: record.runtimeId,
        sessionId: record.sessionId,
        generation: 2,
        checkpointVersion: 1,
      },
    );
  });

  it('calls it created where there was no checkpoint', async () => {
    await world.keep(aRecord(alpha));
    const { outcomes } = await world.runtime().restoreFlow([aSpec(alpha)]);
    expectOutcome(outcomes, alpha, 'created');
    assert.deepEqual(world.bridge.snapshotsGiven, [undefined]);
  });

  it('29: takes over the session that the bridge really has', async () => {
    await world.keep(aRecord(alpha), bytes(1));
    world.bridge.sessionId = 'real';
    const runtime = world.runtime();
    const { outcomes } = await runtime.restoreFlow([aSpec(alpha)]);
    assert.equal(expectOutcome(outcomes, alpha, 'resumed').record.sessionId, 'real');
    assert.equal(runtime.status(alpha).sessionId, 'real');
    assert.equal(world.store.recordOf(alpha)?.sessionId, 'real');
    assert.equal(await runtime.checkpoint(alpha, bytes(2)), 2);
  });

  it('29: does the same with a session that is begun, and with a version that the bridge knows', async () => {
    world.bridge.sessionId = 'real';
    world.bridge.knownVersion = 6;
    const runtime = await world.started(aSpec(alpha));
    assert.equal(world.store.recordOf(alpha)?.sessionId, 'real');
    assert.equal(await runtime.checkpoint(alpha, bytes(1)), 7);
  });

  it('27: says why a new session was begun in place of the old one', async () => {
    await world.keep(aRecord(alpha), bytes(1));
    world.bridge.sessionId = 'another';
    world.bridge.fallbackReason = 'The agent forgot it.';
    const runtime = world.runtime();
    await runtime.register(aSpec(alpha), { state: 'dormant' });
    const observer = runtime.subscribe(alpha);
    const { outcomes } = await runtime.restoreFlow([aSpec(alpha)]);
    assert.equal(expectOutcome(outcomes, alpha, 'resumed').fallbackReason, 'The agent forgot it.');
    assert.deepEqual(toldTo(observer), [
      'lease_updated 1',
      'resume_fallback The agent forgot it.',
      'active',
    ]);
    assert.equal(runtime.status(alpha).sessionId, 'another');
  });

  it('30, 52 and 62: asks the customizer once for each, which sees all peers and edges', async () => {
    const customizer = new NotingCustomizer();
    const runtime = world.runtime();
    const { outcomes } = await runtime.restoreFlow(three, { customizer, topology: fullMesh });
    assert.equal(customizer.contexts.length, 3);
    for (const context of customizer.contexts) {
      assert.deepEqual(context.activePeers, [alpha, beta, gamma]);
      assert.equal(context.managedEdges.length, 3);
    }
    const { draft } = expectOutcome(outcomes, beta, 'created');
    assert.equal(draft.systemPrompt, 'Peers: alpha, beta, gamma');
    assert.deepEqual(world.bridge.embodiments[1]?.draft, draft);
    assert.equal(customizer.created.length, 3);
    assert.equal(world.warnings.length, 3);
  });

  it('asks the customizer again for each new embodiment, among those that are active', async () => {
    const customizer = new NotingCustomizer();
    const runtime = world.runtime();
    await runtime.restoreFlow(three, { customizer });
    await runtime.retire(gamma);
    await runtime.respawn(alpha);
    assert.deepEqual(customizer.contexts[3]?.activePeers, [alpha, beta]);
    await runtime.reset(alpha);
    assert.equal(customizer.contexts.length, 5);
  });

  it('31: shows what is broken, and does not register it', async () => {
    world.store.failures.set(alpha, aFailure(alpha));
    const runtime = world.runtime();
    const result = await runtime.restoreFlow([aSpec(alpha), aSpec(beta)]);
    assert.deepEqual(expectOutcome(result.outcomes, alpha, 'broken').failure, aFailure(alpha));
    assert.deepEqual(kinds(result), ['alpha broken', 'beta created']);
    assert.equal(runtime.contains(alpha), false);
    assert.equal(world.leases.ownerOf(alpha), undefined);
  });

  it('59: registers none when all are broken, and starts nothing', async () => {
    for (const { identity } of three) world.store.failures.set(identity, aFailure(identity));
    const runtime = world.runtime();
    assert.deepEqual(kinds(await runtime.restoreFlow(three)), [
      'alpha broken',
      'beta broken',
      'gamma broken',
    ]);
    assert.equal(runtime.rosterInspect().size, 0);
    assert.deepEqual(world.bridge.calls, []);
  });

  it('38 and 54: refuses a roster that names an identity twice, before anything happens', async () => {
    const twice = [aSpec(alpha), aSpec(beta), aSpec(alpha)];
    const validate = (): void => IdentityRuntime.validateRosterUniqueness(twice);
    assert.equal(throwsIdentity(validate, 'duplicate-identity').identity, alpha);
    IdentityRuntime.validateRosterUniqueness(three);
    const runtime = world.runtime();
    await rejectsIdentity(runtime.restoreFlow(twice), 'duplicate-identity');
    assert.deepEqual([world.store.calls, world.leases.calls], [[], []]);
    assert.equal(runtime.rosterInspect().size, 0);
  });

  it('46: passes the token of the provider on to the store', async () => {
    world.leases.lastToken = 41;
    await world.started(aSpec(alpha));
    assert.equal(world.store.fenceOf(alpha), 42);
    await assert.rejects(world.store.upsertRecord(aRecord(alpha), 41), ContinuityStoreError);
  });

  it('56: begins a deleted identity anew at generation 0', async () => {
    const runtime = await world.started(aSpec(alpha));
    await runtime.reset(alpha);
    await runtime.deleteIdentity(alpha);
    const { outcomes } = await runtime.restoreFlow([aSpec(alpha)]);
    assert.equal(expectOutcome(outcomes, alpha, 'created').record.generation, 0);
  });

  it('57: embodies nothing that somebody else holds, and says who does', async () => {
    const record = await world.keep(aRecord(alpha), bytes(1));
    const owner = await world.started(aSpec(alpha));
    await owner.sendText(alpha, 'Hello');
    world.bridge.calls.length = 0;
    const other = world.runtime({ instance: 'window-2' });
    const { outcomes } = await other.restoreFlow([aSpec(alpha)]);
    const outcome = expectOutcome(outcomes, alpha, 'held_elsewhere');
    assert.deepEqual(outcome.holder, { instance: 'window-1', label: 'a window of window-1' });
    assert.deepEqual(outcome.record, record);
    assert.deepEqual(world.bridge.calls, []);
    const status = other.status(alpha);
    assert.deepEqual([status.state, status.heldBy?.instance], ['dormant', 'window-1']);
    const problem = await rejectsIdentity(other.sendText(alpha, 'Hello'), 'no-active-lease');
    assert.equal(problem.holder?.instance, 'window-1');
    await other.register(aSpec(alpha), { state: 'active' });
    await rejectsIdentity(other.sendText(alpha, 'Hello'), 'no-active-lease');
  });

  it('leaves what is active as it is, with a new token and its new spec', async () => {
    const runtime = await world.started(aSpec(alpha));
    const observer = runtime.subscribe(alpha);
    world.bridge.calls.length = 0;
    const spec = aSpec(alpha, { labels: { a: 'b' } });
    expectOutcome((await runtime.restoreFlow([spec])).outcomes, alpha, 'resumed');
    assert.deepEqual(world.bridge.calls, []);
    assert.equal(runtime.status(alpha).lease?.token, 2);
    assert.deepEqual(runtime.status(alpha).labels, { a: 'b' });
    assert.deepEqual(toldTo(observer), ['lease_updated 2', 'active']);
    await runtime.sendText(alpha, 'Hello');
    assert.deepEqual(toldTo(observer), ['delivered 2']);
  });

  it('ends what still runs of a time that has passed before it begins it again', async () => {
    const runtime = await world.started(aSpec(alpha));
    world.clock.advance(world.leases.ttlMs + 1);
    world.bridge.calls.length = 0;
    await runtime.restoreFlow([aSpec(alpha)]);
    assert.deepEqual(world.bridge.calls, ['retire alpha', 'resume alpha']);
  });

  it('ends what runs here when somebody else has it by now', async () => {
    const runtime = await world.started(aSpec(alpha));
    world.clock.advance(world.leases.ttlMs + 1);
    await world.grant(alpha, 'window-2');
    const { outcomes } = await runtime.restoreFlow([aSpec(alpha)]);
    expectOutcome(outcomes, alpha, 'held_elsewhere');
    assert.equal(world.bridge.live.has(alpha), false);
    assert.equal(runtime.status(alpha).state, 'dormant');
  });

  it('fences before it starts anything, and takes what the former owner wrote last', async () => {
    await world.keep(aRecord(alpha), bytes(1));
    world.store.before = async (call) => {
      if (call !== 'upsert') return;
      world.store.before = () => undefined;
      const { sessionId } = aRecord(alpha);
      const late = { identity: alpha, sessionId, generation: 0, version: 2, token: 0 };
      await world.store.saveSnapshot({ ...late, snapshot: bytes(9) });
    };
    const runtime = world.runtime();
    const { outcomes } = await runtime.restoreFlow([aSpec(alpha)]);
    assert.deepEqual(expectOutcome(outcomes, alpha, 'resumed').snapshot, bytes(9));
    assert.equal(await runtime.checkpoint(alpha, bytes(3)), 3);
  });

  it('renews leases that were acquired for those at the end of a long roster', async () => {
    const gate = new Gate();
    world.bridge.before = (_call, identity) => (identity === alpha ? gate.opened : undefined);
    const runtime = world.runtime();
    const restored = runtime.restoreFlow([aSpec(alpha), aSpec(beta)]);
    await settle();
    for (let round = 0; round < 4; round += 1) {
      world.clock.advance(world.leases.ttlMs / 2);
      await runtime.renewLeases();
    }
    gate.open();
    assert.deepEqual(kinds(await restored), ['alpha created', 'beta created']);
  });

  it('tells each outcome as soon as it is known, and lets work on it begin', async () => {
    const gate = new Gate();
    world.bridge.before = (_call, identity) => (identity === beta ? gate.opened : undefined);
    const told: string[] = [];
    const runtime = world.runtime();
    const restored = runtime.restoreFlow(three, {
      onOutcome: (identity, { outcome }) => told.push(`${identity} ${outcome}`),
    });
    await settle();
    assert.deepEqual(told, ['alpha created']);
    assert.equal(await runtime.sendText(alpha, 'Hello'), 1);
    gate.open();
    await restored;
    assert.equal(told.length, 3);
  });

  it('never waits for itself when two are restored at once, in whatever order', async () => {
    const runtime = world.runtime();
    const [one, other] = await Promise.all([
      runtime.restoreFlow(three),
      runtime.restoreFlow([...three].reverse()),
    ]);
    assert.deepEqual(kinds(one), ['alpha created', 'beta created', 'gamma created']);
    assert.deepEqual(kinds(other), ['gamma resumed', 'beta resumed', 'alpha resumed']);
    assert.equal(world.bridge.count('create'), 3);
  });
});
