import assert from 'node:assert/strict';
import { parseAgentIdentity } from '../../../../src/core/identities/agentIdentity.ts';
import type { RestoreFlowResult } from '../../../../src/core/identities/restoreOutcome.ts';
import {
  aFailure,
  alpha,
  aRecord,
  aSpec,
  beta,
  bytes,
  expectOutcome,
  gamma,
  IdentityWorld,
  rejectsIdentity,
} from '../../../support/identityWorld.ts';

const three = [aSpec(alpha), aSpec(beta), aSpec(gamma)];

function kinds({ outcomes }: RestoreFlowResult): readonly string[] {
  return [...outcomes].map(([identity, { outcome }]) => `${identity} ${outcome}`);
}

describe('Registering a roster without starting it', () => {
  let world: IdentityWorld;

  beforeEach(() => {
    world = new IdentityWorld();
  });

  it('23: looks once for 1000 identities, and asks for nothing else', async () => {
    const specs = Array.from({ length: 1000 }, (_, index) =>
      aSpec(parseAgentIdentity(`agent-${index}`)),
    );
    for (const { identity } of specs) await world.keep(aRecord(identity), bytes(1));
    world.store.calls.length = 0;
    const runtime = world.runtime();
    const { outcomes } = await runtime.restoreFlow(specs, { embody: 'none' });
    assert.equal(outcomes.size, 1000);
    assert.deepEqual(world.store.calls, ['resolve 1000']);
    assert.deepEqual([world.bridge.calls, world.leases.calls], [[], []]);
    for (const { identity } of specs) {
      expectOutcome(outcomes, identity, 'dormant');
      assert.equal(runtime.status(identity).state, 'dormant');
      assert.equal(runtime.runtimeIdFor(identity), `rt:${identity}:0`);
    }
  });

  it('24: starts one when it is to be started, and no other', async () => {
    for (const { identity } of three) await world.keep(aRecord(identity), bytes(1));
    const runtime = world.runtime();
    await runtime.restoreFlow(three, { embody: 'none' });
    world.store.calls.length = 0;
    await runtime.materialize(alpha);
    await runtime.sendText(alpha, 'Hello');
    assert.deepEqual(
      world.store.calls.filter((call) => call.startsWith('load')),
      ['load alpha'],
    );
    assert.deepEqual(world.bridge.calls, ['resume alpha', 'deliver alpha']);
    assert.equal(runtime.status(beta).state, 'dormant');
  });

  it('25: starts one once, however many want it at the same time', async () => {
    await world.keep(aRecord(alpha), bytes(1));
    const runtime = world.runtime();
    await runtime.restoreFlow([aSpec(alpha)], { embody: 'none' });
    const sends = Array.from({ length: 10 }, async () => {
      await runtime.materialize(alpha);
      return runtime.sendText(alpha, 'Hello');
    });
    assert.deepEqual(new Set(await Promise.all(sends)), new Set([1]));
    assert.equal(world.bridge.count('resume'), 1);
    assert.equal(world.bridge.count('deliver'), 10);
  });

  it('26: starts what is internal only, for what is dispatched to it', async () => {
    const runtime = world.runtime();
    const spec = aSpec(alpha, { addressability: 'internal_only' });
    await runtime.restoreFlow([spec], { embody: 'none' });
    assert.equal((await runtime.materialize(alpha)).outcome, 'created');
    await runtime.dispatchText(alpha, 'Go');
    assert.equal(runtime.isActive(alpha), true);
    assert.equal(world.bridge.deliveries.length, 1);
  });

  it('never starts anything because of a message', async () => {
    const runtime = world.runtime();
    await runtime.restoreFlow([aSpec(alpha)], { embody: 'none' });
    const problem = await rejectsIdentity(runtime.sendText(alpha, 'Hello'), 'invalid-state');
    assert.equal(problem.state, 'dormant');
    assert.deepEqual(world.bridge.calls, []);
  });

  it('knows what is broken, except for a snapshot that nobody needs yet', async () => {
    const record = aRecord(beta);
    world.store.failures.set(alpha, aFailure(alpha, { record: aRecord(alpha) }));
    world.store.failures.set(beta, aFailure(beta, { kind: 'snapshot_missing', record }));
    const runtime = world.runtime();
    const result = await runtime.restoreFlow([aSpec(alpha), aSpec(beta)], { embody: 'none' });
    assert.deepEqual(kinds(result), ['alpha broken', 'beta dormant']);
    assert.equal(runtime.status(alpha).failure?.kind, 'snapshot_corrupted');
    assert.equal(runtime.status(beta).runtimeId, 'rt:beta:0');
    const shown = await runtime.restoreFlow([aSpec(alpha), aSpec(beta)]);
    assert.deepEqual(kinds(shown), ['alpha broken', 'beta broken']);
    assert.equal(runtime.status(beta).state, 'broken');
    assert.equal(world.leases.ownerOf(beta), undefined);
  });

  it('leaves what is active as it is', async () => {
    const runtime = await world.started(aSpec(alpha));
    const { outcomes } = await runtime.restoreFlow([aSpec(alpha)], { embody: 'none' });
    expectOutcome(outcomes, alpha, 'resumed');
    assert.equal(await runtime.sendText(alpha, 'Hello'), 1);
  });

  it('starts none that is broken, retired or unknown, and says so', async () => {
    const runtime = await world.started(aSpec(alpha));
    await runtime.retire(alpha);
    const problem = await rejectsIdentity(runtime.materialize(alpha), 'invalid-state');
    assert.deepEqual([problem.state, problem.operation], ['retiring', 'materialize']);
    await runtime.setState(alpha, 'broken');
    await rejectsIdentity(runtime.materialize(alpha), 'invalid-state');
    await rejectsIdentity(runtime.materialize(beta), 'unknown-identity');
  });

  it('says who holds what cannot be started', async () => {
    await world.started(aSpec(alpha));
    const other = world.runtime({ instance: 'window-2' });
    await other.restoreFlow([aSpec(alpha)], { embody: 'none' });
    const outcome = await other.materialize(alpha);
    assert.equal(outcome.outcome === 'held_elsewhere' && outcome.holder.instance, 'window-1');
  });
});
