import assert from 'node:assert/strict';
import {
  ContinuityStoreError,
  type SnapshotToSave,
} from '../../../../src/core/identities/continuityStore.ts';
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

function unavailable(): never {
  throw new ContinuityStoreError({ code: 'io', detail: 'Unplugged.' });
}

describe('Checkpoints', () => {
  let world: IdentityWorld;
  let runtime: IdentityRuntime;

  function saved(version: number, token: number): SnapshotToSave {
    const { sessionId = '', generation = 0 } = runtime.status(alpha);
    return { identity: alpha, sessionId, generation, version, token, snapshot: bytes(version) };
  }

  beforeEach(async () => {
    world = new IdentityWorld();
    runtime = await world.started(aSpec(alpha));
  });

  it('32: are numbered from 1, and can be read back', async () => {
    assert.equal(await runtime.checkpoint(alpha, bytes(1)), 1);
    const sessionId = runtime.status(alpha).sessionId ?? '';
    assert.deepEqual(await world.store.loadSnapshot(alpha, sessionId), bytes(1));
    assert.equal(await runtime.checkpoint(alpha, bytes(2)), 2);
    await assert.rejects(world.store.saveSnapshot(saved(2, 1)), /checkpoint 2 already/);
    await assert.rejects(world.store.saveSnapshot(saved(1, 1)), /checkpoint 2 already/);
  });

  it('33: are refused under an older token or an older version', async () => {
    await world.store.upsertRecord({ ...aRecord(alpha), ...recordNow(), checkpointVersion: 3 }, 5);
    await assert.rejects(world.store.saveSnapshot(saved(4, 3)), /token 3 is older than 5/);
    await assert.rejects(world.store.saveSnapshot(saved(2, 5)), /checkpoint 3 already/);
    await world.store.saveSnapshot(saved(4, 5));
  });

  it('60: are refused in the same way whichever comes first', async () => {
    const other = world.runtime({ bridge: undefined });
    const grant = { identity: alpha, token: 5, ttlMs: 1_000 };
    const record = recordNow();
    await other.register(aSpec(alpha), { state: 'active', record, grant });
    assert.equal(await other.checkpoint(alpha, bytes(1)), 1);
    await assert.rejects(world.store.saveSnapshot(saved(1, 5)), /checkpoint 1 already/);
    await assert.rejects(world.store.saveSnapshot(saved(0, 5)), /checkpoint 1 already/);
    await assert.rejects(world.store.saveSnapshot(saved(2, 3)), /token 3 is older/);
    await world.store.saveSnapshot(saved(2, 5));
  });

  it('34: are made under the policy that the status tells', () => {
    assert.deepEqual(runtime.durabilityPolicy, { kind: 'sync_write_through' });
    assert.deepEqual(runtime.status(alpha).continuityHealth.durability, runtime.durabilityPolicy);
  });

  it('never have the same version, also when several are made at the same time', async () => {
    const made = [bytes(1), bytes(2), bytes(3)].map((each) => runtime.checkpoint(alpha, each));
    assert.deepEqual(await Promise.all(made), [1, 2, 3]);
  });

  it('keep their version and tell nothing when the store fails', async () => {
    const observer = runtime.subscribe(alpha);
    world.store.before = unavailable;
    await rejectsIdentity(runtime.checkpoint(alpha, bytes(1)), 'store');
    assert.deepEqual(toldTo(observer), []);
    const { continuityHealth } = runtime.status(alpha);
    assert.equal(continuityHealth.isStoreReachable, false);
    world.store.before = () => undefined;
    assert.equal(await runtime.checkpoint(alpha, bytes(1)), 1);
    assert.equal(runtime.status(alpha).continuityHealth.isStoreReachable, true);
  });

  it('need a session, and may be made while it is retired', async () => {
    const grant = await world.grant(beta);
    await runtime.register(aSpec(beta), { state: 'active', grant });
    const problem = await rejectsIdentity(runtime.checkpoint(beta, bytes(1)), 'internal');
    assert.equal(problem.reason, 'no-record');
    await runtime.retire(alpha);
    assert.equal(await runtime.checkpoint(alpha, bytes(1)), 1);
    const unknown = world.runtime().checkpoint(alpha, bytes(1));
    await rejectsIdentity(unknown, 'unknown-identity');
  });

  it('that come too late tell that the lease is lost, and end the work', async () => {
    const observer = runtime.subscribe(alpha);
    await world.store.upsertRecord(recordNow(), 7);
    const problem = await rejectsIdentity(
      runtime.checkpoint(alpha, bytes(1)),
      'stale-fencing-token',
    );
    assert.deepEqual([problem.presented, problem.current], [1, 7]);
    assert.deepEqual(toldTo(observer), ['lease_lost', 'dormant']);
    assert.equal(world.bridge.live.has(alpha), false);
    await rejectsIdentity(runtime.sendText(alpha, 'Hello'), 'no-active-lease');
  });

  it('change nothing here when the lease was lost while they were made', async () => {
    const gate = new Gate();
    world.store.before = () => gate.opened;
    const made = runtime.checkpoint(alpha, bytes(1));
    await settle();
    const observer = runtime.subscribe(alpha);
    runtime.markLeaseLost(alpha);
    gate.open();
    await rejectsIdentity(made, 'no-active-lease');
    assert.equal(runtime.status(alpha).checkpointVersion, undefined);
    await settle();
    assert.deepEqual(toldTo(observer), ['lease_lost', 'dormant']);
  });

  it('count when they were saved, though the time of the lease passed meanwhile', async () => {
    world.store.before = () => world.clock.advance(world.leases.ttlMs + 1);
    assert.equal(await runtime.checkpoint(alpha, bytes(1)), 1);
    world.store.before = () => undefined;
    await runtime.renewLeases();
    assert.equal(await runtime.checkpoint(alpha, bytes(2)), 2);
  });

  function recordNow(): ReturnType<typeof aRecord> {
    return world.store.recordOf(alpha) ?? assert.fail('is kept');
  }
});

describe('Checkpoints under buffered_export', () => {
  let world: IdentityWorld;
  let runtime: IdentityRuntime;
  const durability = { kind: 'buffered_export', maxLossWindowMs: 2_000 } as const;

  beforeEach(async () => {
    world = new IdentityWorld();
    runtime = world.runtime({ durability });
    await runtime.restoreFlow([aSpec(alpha)]);
    world.store.calls.length = 0;
  });

  it('are in memory for at most the loss window, counted from the oldest', async () => {
    assert.equal(await runtime.checkpoint(alpha, bytes(1)), 1);
    world.clock.advance(1_500);
    assert.equal(await runtime.checkpoint(alpha, bytes(2)), 2);
    assert.deepEqual(world.store.calls, []);
    assert.equal(runtime.status(alpha).continuityHealth.unsavedMs, 1_500);
    world.clock.advance(500);
    await settle();
    assert.deepEqual(world.store.calls, ['save alpha v2 t1']);
    assert.equal(runtime.status(alpha).continuityHealth.unsavedMs, undefined);
    assert.equal(world.clock.pendingTimers, 0);
  });

  it('are written when the runtime stops', async () => {
    await runtime.checkpoint(alpha, bytes(1));
    await runtime.stop();
    assert.equal(world.store.recordOf(alpha)?.checkpointVersion, 1);
    assert.equal(world.clock.pendingTimers, 0);
    assert.equal(world.leases.ownerOf(alpha), undefined);
  });

  it('that cannot be written when the runtime stops are not lost silently', async () => {
    await runtime.checkpoint(alpha, bytes(1));
    world.store.before = unavailable;
    await rejectsIdentity(runtime.stop(), 'store');
    assert.equal(world.leases.ownerOf(alpha), undefined);
    assert.equal(world.clock.pendingTimers, 0);
  });

  it('are tried again while the store cannot be reached', async () => {
    await runtime.checkpoint(alpha, bytes(1));
    world.store.before = unavailable;
    world.clock.advance(2_000);
    await settle();
    assert.equal(runtime.status(alpha).continuityHealth.unsavedMs, 2_000);
    world.store.before = () => undefined;
    world.clock.advance(1_000);
    await settle();
    assert.equal(world.store.recordOf(alpha)?.checkpointVersion, 1);
    assert.equal(world.clock.pendingTimers, 0);
  });

  it('that come while others are written wait for their own window', async () => {
    const gate = new Gate();
    world.store.before = () => gate.opened;
    await runtime.checkpoint(alpha, bytes(1));
    world.clock.advance(2_000);
    await settle();
    await runtime.checkpoint(alpha, bytes(2));
    gate.open();
    await settle();
    assert.equal(world.store.recordOf(alpha)?.checkpointVersion, 1);
    world.clock.advance(2_000);
    await settle();
    assert.equal(world.store.recordOf(alpha)?.checkpointVersion, 2);
  });

  it('that are refused for their token tell that the lease is lost', async () => {
    await runtime.checkpoint(alpha, bytes(1));
    const observer = runtime.subscribe(alpha);
    await world.store.upsertRecord(world.store.recordOf(alpha) ?? assert.fail('is kept'), 7);
    world.clock.advance(2_000);
    await settle();
    assert.deepEqual(toldTo(observer), ['lease_lost', 'dormant']);
    assert.equal(world.clock.pendingTimers, 0);
  });

  it('are written before a respawn, under the old token, and before an identity is given up', async () => {
    world.bridge.snapshot = undefined;
    await runtime.checkpoint(alpha, bytes(1));
    const record = await runtime.respawn(alpha);
    assert.equal(world.store.calls[0], 'save alpha v1 t1');
    assert.equal(record.checkpointVersion, 1);
    await runtime.checkpoint(alpha, bytes(2));
    await runtime.release(alpha);
    assert.equal(world.store.recordOf(alpha)?.checkpointVersion, 2);
    assert.equal(world.clock.pendingTimers, 0);
  });

  it('are forgotten with what is reset or deleted', async () => {
    await runtime.checkpoint(alpha, bytes(1));
    await runtime.reset(alpha);
    assert.equal(runtime.status(alpha).continuityHealth.unsavedMs, undefined);
    await runtime.checkpoint(alpha, bytes(2));
    await runtime.deleteIdentity(alpha);
    assert.equal(world.clock.pendingTimers, 0);
    assert.ok(world.store.calls.every((call) => !call.startsWith('save')));
  });
});

describe('Checkpoints under async_replicated', () => {
  const durability = { kind: 'async_replicated' } as const;

  it('are refused without a second place', () => {
    const world = new IdentityWorld();
    const problem = throwsIdentity(() => world.runtime({ durability }), 'internal');
    assert.equal(problem.reason, 'no-mirror');
    assert.match(problem.detail, /needs a second place/);
  });

  it('34: are written at once, and the status tells how far the second place is behind', async () => {
    const world = new IdentityWorld();
    const lag = { waiting: 1, lagMs: 40, problem: 'Unplugged.' };
    const runtime = world.runtime({ durability, mirror: { status: () => lag } });
    await runtime.restoreFlow([aSpec(alpha)]);
    await runtime.checkpoint(alpha, bytes(1));
    assert.equal(world.store.recordOf(alpha)?.checkpointVersion, 1);
    const { continuityHealth } = runtime.status(alpha);
    assert.deepEqual(continuityHealth.durability, durability);
    assert.deepEqual(continuityHealth.replication, lag);
  });
});
