import assert from 'node:assert/strict';
import type { IdentityRuntime } from '../../../../src/core/identities/identityRuntime.ts';
import { settle } from '../../../support/eventually.ts';
import {
  alpha,
  aRecord,
  aSpec,
  beta,
  bytes,
  Gate,
  IdentityWorld,
  rejectsIdentity,
  throwsIdentity,
  toldTo,
} from '../../../support/identityWorld.ts';

describe('Leases', () => {
  let world: IdentityWorld;
  let runtime: IdentityRuntime;

  beforeEach(async () => {
    world = new IdentityWorld();
    world.leases.ttlMs = 30_000;
    runtime = await world.started(aSpec(alpha), aSpec(beta));
    world.leases.calls.length = 0;
  });

  it('are renewed when a third of their time is gone, and not before', async () => {
    world.clock.advance(9_999);
    assert.deepEqual(await runtime.renewLeases(), { renewed: [], lost: [] });
    assert.deepEqual(world.leases.calls, []);
    world.clock.advance(1);
    assert.deepEqual(await runtime.renewLeases(), { renewed: [alpha, beta], lost: [] });
    assert.deepEqual(world.leases.calls, ['renew 2']);
    assert.equal(runtime.status(alpha).lease?.ttlRemainingMs, 30_000);
  });

  it('last as long as they are renewed', async () => {
    for (let round = 0; round < 10; round += 1) {
      world.clock.advance(10_000);
      await runtime.renewLeases();
    }
    assert.equal(await runtime.sendText(alpha, 'Hello'), 1);
  });

  it('that are lost are told, and end the work, and only that work', async () => {
    world.clock.advance(30_001);
    await world.grant(alpha, 'window-2');
    const observer = runtime.subscribe(alpha);
    assert.deepEqual(await runtime.renewLeases(), { renewed: [beta], lost: [alpha] });
    await settle();
    assert.deepEqual(toldTo(observer), ['lease_lost', 'dormant']);
    assert.equal(world.bridge.live.has(alpha), false);
    assert.equal(world.bridge.live.has(beta), true);
    await rejectsIdentity(runtime.sendText(alpha, 'Hello'), 'no-active-lease');
    await runtime.sendText(beta, 'Hello');
  });

  it('that nobody answers for are lost', async () => {
    world.clock.advance(10_000);
    world.leases.silentOn.add(alpha);
    assert.deepEqual(await runtime.renewLeases(), { renewed: [beta], lost: [alpha] });
  });

  it('are as they were when the provider fails, until their time has passed', async () => {
    world.leases.before = () => {
      throw new Error('No space is left.');
    };
    world.clock.advance(30_000);
    const report = await runtime.renewLeases();
    assert.deepEqual([report.renewed, report.lost, report.problem?.code], [[], [], 'lease']);
    await runtime.sendText(alpha, 'Hello');
    world.clock.advance(1);
    assert.deepEqual((await runtime.renewLeases()).lost, [alpha, beta]);
    await settle();
    assert.equal(world.bridge.live.size, 0);
  });

  it('are counted from before the provider was asked', async () => {
    world.leases.before = () => world.clock.advance(5_000);
    world.clock.advance(10_000);
    await runtime.renewLeases();
    assert.equal(runtime.status(alpha).lease?.ttlRemainingMs, 25_000);
    await runtime.respawn(alpha);
    assert.equal(runtime.status(alpha).lease?.ttlRemainingMs, 25_000);
  });

  it('are renewed while an operation takes its time', async () => {
    const gate = new Gate();
    world.bridge.before = () => gate.opened;
    const sent = runtime.sendText(alpha, 'Hello');
    await settle();
    world.clock.advance(20_000);
    assert.deepEqual((await runtime.renewLeases()).renewed, [alpha, beta]);
    gate.open();
    assert.equal(await sent, 1);
  });

  it('are not touched by an answer on a lease that is not held any more', async () => {
    const gate = new Gate();
    world.leases.before = (call) => (call === 'renew' ? gate.opened : undefined);
    world.clock.advance(10_000);
    const renewed = runtime.renewLeases();
    await settle();
    await runtime.respawn(alpha);
    await runtime.deleteIdentity(beta);
    gate.open();
    assert.deepEqual(await renewed, { renewed: [], lost: [] });
    assert.equal(runtime.status(alpha).lease?.token, 3);
    assert.equal(await runtime.sendText(alpha, 'Hello'), 3);
  });

  it('that come back under another token are lost', async () => {
    world.clock.advance(10_000);
    const renew = world.leases.renew.bind(world.leases);
    world.leases.renew = async (grants) => {
      const answers = await renew(grants);
      const grant = { identity: alpha, token: 99, ttlMs: 1 };
      return new Map([...answers, [alpha, { result: 'renewed', grant }]]);
    };
    assert.deepEqual(await runtime.renewLeases(), { renewed: [beta], lost: [alpha] });
  });
});

describe('A lease from outside', () => {
  let world: IdentityWorld;
  let runtime: IdentityRuntime;

  beforeEach(async () => {
    world = new IdentityWorld();
    runtime = world.runtime({ bridge: undefined });
    const grant = { identity: alpha, token: 5, ttlMs: 1_000 };
    await runtime.register(aSpec(alpha), { state: 'active', record: aRecord(alpha), grant });
  });

  it('is taken with the same token or a higher one', async () => {
    await runtime.updateLease(alpha, { identity: alpha, token: 5, ttlMs: 9_000 });
    assert.equal(runtime.status(alpha).lease?.ttlRemainingMs, 9_000);
    await runtime.updateLease(alpha, { identity: alpha, token: 6, ttlMs: 1_000 });
    assert.equal(await runtime.sendText(alpha, 'Hello'), 6);
  });

  it('is refused with a lower token, also when the higher one was lost', async () => {
    const old = { identity: alpha, token: 4, ttlMs: 1_000 };
    const problem = await rejectsIdentity(runtime.updateLease(alpha, old), 'stale-fencing-token');
    assert.deepEqual([problem.presented, problem.current], [4, 5]);
    assert.equal(await runtime.sendText(alpha, 'Hello'), 5);
    runtime.markLeaseLost(alpha);
    await rejectsIdentity(runtime.updateLease(alpha, old), 'stale-fencing-token');
    const again = runtime.register(aSpec(alpha), { state: 'active', grant: old });
    await rejectsIdentity(again, 'stale-fencing-token');
    assert.deepEqual(runtime.status(alpha).runtimeId, 'rt:alpha:0');
  });

  it('is refused when it is of another identity, as is a record', async () => {
    const foreign = { identity: beta, token: 9, ttlMs: 1_000 };
    const problem = await rejectsIdentity(runtime.updateLease(alpha, foreign), 'internal');
    assert.equal(problem.reason, 'foreign');
    const wrongGrant = { state: 'active', grant: foreign } as const;
    await rejectsIdentity(runtime.register(aSpec(alpha), wrongGrant), 'internal');
    const wrongRecord = { state: 'active', record: aRecord(beta) } as const;
    await rejectsIdentity(runtime.register(aSpec(alpha), wrongRecord), 'internal');
    await rejectsIdentity(runtime.updateLease(beta, foreign), 'unknown-identity');
  });

  it('is dropped by a registration without one', async () => {
    const observer = runtime.subscribe(alpha);
    await runtime.register(aSpec(alpha), { state: 'active', record: aRecord(alpha) });
    assert.deepEqual(toldTo(observer), ['lease_lost', 'dormant', 'active']);
    await rejectsIdentity(runtime.sendText(alpha, 'Hello'), 'no-active-lease');
  });

  it('is lost at once, also while an operation is under way', async () => {
    const gate = new Gate();
    await world.store.upsertRecord(aRecord(alpha), 5);
    world.store.before = () => gate.opened;
    const made = runtime.checkpoint(alpha, bytes(1));
    await settle();
    runtime.markLeaseLost(alpha);
    assert.equal(runtime.status(alpha).lease, undefined);
    gate.open();
    await rejectsIdentity(made, 'no-active-lease');
    throwsIdentity(() => runtime.markLeaseLost(beta), 'unknown-identity');
  });
});
