import assert from 'node:assert/strict';
import type { AgentCustomizer } from '../../../../src/core/identities/agentCustomizer.ts';
import { CustomizerError } from '../../../../src/core/identities/agentCustomizer.ts';
import { ContinuityStoreError } from '../../../../src/core/identities/continuityStore.ts';
import { BridgeError } from '../../../../src/core/identities/sessionBridge.ts';
import {
  TopologyError,
  type TopologyProvider,
} from '../../../../src/core/identities/topologyProvider.ts';
import { settle } from '../../../support/eventually.ts';
import {
  aFailure,
  alpha,
  aRecord,
  aSpec,
  beta,
  bytes,
  expectOutcome,
  Gate,
  gamma,
  IdentityWorld,
  rejectsIdentity,
} from '../../../support/identityWorld.ts';

const three = [aSpec(alpha), aSpec(beta), aSpec(gamma)];

describe('A restore in which something goes wrong', () => {
  let world: IdentityWorld;

  beforeEach(() => {
    world = new IdentityWorld();
  });

  it('makes a broken outcome of what goes wrong with one, and goes on with the others', async () => {
    await world.keep(aRecord(beta), bytes(1));
    world.bridge.before = (call, identity) => {
      if (call === 'create' && identity === alpha) {
        throw new BridgeError('invalid-input', 'It is not installed.');
      }
      if (call === 'resume') throw new BridgeError('member', 'It forgot.');
    };
    const runtime = world.runtime();
    const { outcomes } = await runtime.restoreFlow(three);
    const { failure } = expectOutcome(outcomes, alpha, 'broken');
    assert.equal(failure.kind, 'embodiment_failed');
    assert.match(failure.detail, /It is not installed/);
    assert.equal(expectOutcome(outcomes, beta, 'broken').failure.kind, 'resume_rejected');
    expectOutcome(outcomes, gamma, 'created');
    assert.deepEqual(runtime.status(alpha).failure, failure);
    assert.equal(world.leases.ownerOf(alpha), undefined);
    assert.equal(world.leases.ownerOf(gamma)?.instance, 'window-1');
    await rejectsIdentity(runtime.sendText(alpha, 'Hello'), 'invalid-state');
  });

  it('does so with what the customizer or the store fails at', async () => {
    const customizer: AgentCustomizer = {
      customizeBuild: (_context, spec, draft) =>
        spec.identity === alpha
          ? Promise.reject(new CustomizerError('build-failed', 'No such model.'))
          : Promise.resolve(draft),
    };
    world.store.before = (call, identity) => {
      if (call === 'upsert' && identity === beta) {
        throw new ContinuityStoreError({ code: 'io', detail: 'No space.' });
      }
    };
    world.store.silentOn.add(gamma);
    const { outcomes } = await world.runtime().restoreFlow(three, { customizer });
    assert.match(expectOutcome(outcomes, alpha, 'broken').failure.detail, /No such model/);
    assert.equal(expectOutcome(outcomes, beta, 'broken').failure.kind, 'store_unavailable');
    assert.equal(expectOutcome(outcomes, gamma, 'broken').failure.kind, 'store_unavailable');
    assert.deepEqual(world.bridge.live.size, 0);
  });

  it('does so with a lease that nobody answers for, or that is older than one that was seen', async () => {
    const runtime = world.runtime();
    world.leases.lastToken = 15;
    await runtime.restoreFlow([aSpec(alpha)]);
    await runtime.release(alpha);
    world.leases.lastToken = 0;
    world.leases.silentOn.add(beta);
    const { outcomes } = await runtime.restoreFlow([aSpec(alpha), aSpec(beta)]);
    assert.match(
      expectOutcome(outcomes, alpha, 'broken').failure.detail,
      /token 1 is older than 16/,
    );
    assert.match(
      expectOutcome(outcomes, beta, 'broken').failure.detail,
      /Nobody said who owns beta/,
    );
    assert.equal(world.bridge.live.size, 0);
  });

  it('does nothing at all when topology, leases or store fail for all', async () => {
    const runtime = world.runtime();
    const topology: TopologyProvider = {
      computeEdges: () => Promise.reject(new TopologyError('invalid-edge', 'A loop.')),
    };
    const problem = await rejectsIdentity(runtime.restoreFlow(three, { topology }), 'internal');
    assert.deepEqual([problem.reason, world.leases.calls], ['topology', []]);
    world.leases.before = () => {
      throw new Error('No space is left.');
    };
    await rejectsIdentity(runtime.restoreFlow(three), 'lease');
    world.leases.before = () => undefined;
    world.store.before = () => {
      throw new ContinuityStoreError({ code: 'io', detail: 'Unplugged.' });
    };
    await rejectsIdentity(runtime.restoreFlow(three), 'store');
    assert.equal(runtime.rosterInspect().size, 0);
    for (const { identity } of three) assert.equal(world.leases.ownerOf(identity), undefined);
    assert.deepEqual(world.bridge.calls, []);
  });

  it('keeps what is active when the store fails for all', async () => {
    const runtime = await world.started(aSpec(alpha));
    world.store.before = () => {
      throw new ContinuityStoreError({ code: 'io', detail: 'Unplugged.' });
    };
    await rejectsIdentity(runtime.restoreFlow(three), 'store');
    assert.equal(await runtime.sendText(alpha, 'Hello'), world.leases.ownerOf(alpha)?.token);
    assert.equal(runtime.rosterInspect().size, 1);
  });

  it('leaves what is broken in the store active where it runs', async () => {
    const runtime = await world.started(aSpec(alpha));
    world.store.failures.set(alpha, aFailure(alpha));
    const { outcomes } = await runtime.restoreFlow([aSpec(alpha)]);
    expectOutcome(outcomes, alpha, 'broken');
    assert.equal(runtime.status(alpha).state, 'active');
    await runtime.sendText(alpha, 'Hello');
  });

  it('ends an agent that was begun while its lease was lost, and writes nothing of it down', async () => {
    const gate = new Gate();
    world.bridge.sessionId = 'real';
    world.bridge.before = (call) => (call === 'create' ? gate.opened : undefined);
    const runtime = world.runtime();
    const restored = runtime.restoreFlow([aSpec(alpha)]);
    await settle();
    runtime.markLeaseLost(alpha);
    gate.open();
    expectOutcome((await restored).outcomes, alpha, 'broken');
    assert.equal(world.bridge.live.has(alpha), false);
    assert.notEqual(world.store.recordOf(alpha)?.sessionId, 'real');
    assert.equal(runtime.status(alpha).state, 'dormant');
    await rejectsIdentity(runtime.sendText(alpha, 'Hello'), 'no-active-lease');
  });

  it('begins nothing when the lease is lost before', async () => {
    for (const call of ['upsert', 'load'] as const) {
      await world.keep(aRecord(beta), bytes(1)).catch(() => undefined);
      const gate = new Gate();
      world.store.before = (each) => (each === call ? gate.opened : undefined);
      const runtime = world.runtime();
      const restored = runtime.restoreFlow([aSpec(beta)]);
      await settle();
      runtime.markLeaseLost(beta);
      gate.open();
      expectOutcome((await restored).outcomes, beta, 'broken');
      assert.equal(world.bridge.count('resume'), 0);
    }
  });

  it('ends what is not owned any more also when the store fails for all', async () => {
    const runtime = await world.started(aSpec(alpha), aSpec(beta));
    world.clock.advance(world.leases.ttlMs + 1);
    await world.grant(alpha, 'window-2');
    world.store.before = () => {
      throw new ContinuityStoreError({ code: 'io', detail: 'Unplugged.' });
    };
    await rejectsIdentity(runtime.restoreFlow(three), 'store');
    assert.equal(world.bridge.live.size, 0);
    assert.equal(runtime.status(alpha).state, 'dormant');
    assert.equal(runtime.status(beta).state, 'dormant');
    assert.equal(runtime.contains(gamma), false);
  });

  it('ends what runs here of an identity that nobody says who owns', async () => {
    const runtime = await world.started(aSpec(alpha));
    world.leases.silentOn.add(alpha);
    expectOutcome((await runtime.restoreFlow([aSpec(alpha)])).outcomes, alpha, 'broken');
    assert.equal(world.bridge.live.has(alpha), false);
  });
});
