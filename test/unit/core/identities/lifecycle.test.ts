import assert from 'node:assert/strict';
import {
  aFailure,
  alpha,
  aRecord,
  aSpec,
  bytes,
  IdentityWorld,
  rejectsIdentity,
} from '../../../support/identityWorld.ts';
import { ContinuityStoreError } from '../../../../src/core/identities/continuityStore.ts';
import { BridgeError } from '../../../../src/core/identities/sessionBridge.ts';

describe('The life of an identity', () => {
  let world: IdentityWorld;

  beforeEach(() => {
    world = new IdentityWorld();
  });

  it('17: is known when it is registered, and nobody else is', async () => {
    const runtime = world.runtime();
    await runtime.register(aSpec(alpha), { state: 'dormant' });
    assert.equal(runtime.contains(alpha), true);
    assert.equal(runtime.isActive(alpha), false);
    assert.throws(() => world.runtime().status(alpha), /no agent named alpha/);
    assert.equal(world.runtime().isActive(alpha), false);
  });

  it('18: has a status with all that is known', async () => {
    const runtime = world.runtime();
    const spec = aSpec(alpha, { displayName: 'Alpha', labels: { team: 'core' } });
    const record = aRecord(alpha, { generation: 1, checkpointVersion: 5 });
    const grant = { identity: alpha, token: 3, ttlMs: 10_000 };
    await runtime.register(spec, { state: 'active', record, grant });
    world.clock.advance(4_000);
    assert.deepEqual(runtime.status(alpha), {
      identity: alpha,
      state: 'active',
      runtimeId: 'rt:alpha:0',
      sessionId: 'session-of-alpha',
      profile: 'claude',
      addressability: 'addressable',
      displayName: 'Alpha',
      labels: { team: 'core' },
      generation: 1,
      checkpointVersion: 5,
      lease: { token: 3, ttlRemainingMs: 6_000, isHealthy: true },
      continuityHealth: {
        isStoreReachable: true,
        durability: { kind: 'sync_write_through' },
        lastCheckpointVersion: 5,
      },
    });
    assert.equal(runtime.runtimeIdFor(alpha), 'rt:alpha:0');
  });

  it('has a lease that is healthy while more than a fifth of its time is left', async () => {
    const runtime = world.runtime();
    const grant = { identity: alpha, token: 3, ttlMs: 10_000 };
    await runtime.register(aSpec(alpha), { state: 'active', grant });
    world.clock.advance(7_999);
    assert.equal(runtime.status(alpha).lease?.isHealthy, true);
    world.clock.advance(1);
    assert.equal(runtime.status(alpha).lease?.isHealthy, false);
    world.clock.advance(50_000);
    assert.deepEqual(runtime.status(alpha).lease, {
      token: 3,
      ttlRemainingMs: 0,
      isHealthy: false,
    });
    assert.equal(runtime.status(alpha).checkpointVersion, undefined);
  });

  it('19: retires under its token, and keeps lease and record', async () => {
    const runtime = await world.started(aSpec(alpha));
    assert.equal(await runtime.retire(alpha), 1);
    assert.equal(runtime.status(alpha).state, 'retiring');
    assert.equal(world.bridge.live.has(alpha), false);
    assert.equal(runtime.status(alpha).lease?.token, 1);
    assert.equal(await runtime.checkpoint(alpha, bytes(1)), 1);
  });

  it('20: respawns as what it was, under a new token', async () => {
    const runtime = await world.started(aSpec(alpha));
    const before = runtime.status(alpha);
    const record = await runtime.respawn(alpha);
    assert.deepEqual(
      [record.runtimeId, record.sessionId, record.generation],
      [before.runtimeId, before.sessionId, 0],
    );
    assert.equal(runtime.status(alpha).state, 'active');
    assert.equal(runtime.status(alpha).lease?.token, 2);
    assert.equal(world.bridge.live.get(alpha), before.sessionId);
  });

  it('21, 37 and 50: resets into the next generation, and refuses what the former life still writes', async () => {
    const runtime = await world.started(aSpec(alpha));
    await runtime.checkpoint(alpha, bytes(1));
    const before = runtime.status(alpha);
    const record = await runtime.reset(alpha);
    assert.deepEqual([record.generation, record.checkpointVersion], [1, 0]);
    assert.notEqual(record.sessionId, before.sessionId);
    assert.equal(record.runtimeId, 'rt:alpha:1');
    const late = { identity: alpha, version: 9, token: 1, snapshot: bytes(2) };
    await assert.rejects(
      world.store.saveSnapshot({ ...late, sessionId: before.sessionId ?? '', generation: 0 }),
      ContinuityStoreError,
    );
    await assert.rejects(
      world.store.saveSnapshot({ ...late, sessionId: record.sessionId, generation: 1 }),
      /token 1 is older than 2/,
    );
    assert.equal(await runtime.checkpoint(alpha, bytes(3)), 1);
  });

  it('22, 37 and 51: deletes what lasts, after which nothing is known', async () => {
    const runtime = await world.started(aSpec(alpha));
    assert.equal((await runtime.reset(alpha)).generation, 1);
    await runtime.deleteIdentity(alpha);
    assert.equal(runtime.contains(alpha), false);
    const stored = await world.store.resolveMany([alpha]);
    assert.deepEqual(stored.get(alpha), { state: 'uninitialized' });
  });

  it('42: is inspected with all others, in every state', async () => {
    const runtime = world.runtime();
    const other = aSpec(alpha, { labels: { a: 'b' }, addressability: 'internal_only' });
    await runtime.register(other, { state: 'retiring', grant: await world.grant(alpha) });
    const roster = runtime.rosterInspect();
    assert.deepEqual([...roster.keys()], [alpha]);
    const { spec, status } = roster.get(alpha) ?? assert.fail('is there');
    assert.deepEqual(spec, other);
    assert.deepEqual([status.labels, status.addressability], [{ a: 'b' }, 'internal_only']);
    assert.equal(status.lease?.token, 1);
  });

  it('says under which settings it is led', () => {
    const runtime = world.runtime({ instance: 'i-9' });
    assert.equal(runtime.runtimeInstanceId, 'i-9');
    assert.equal(runtime.continuityStore, world.store);
    assert.equal(runtime.leaseProvider, world.leases);
    assert.equal(runtime.bridge, world.bridge);
    assert.equal(runtime.hasSessionBridge, true);
    assert.equal(runtime.defaultTimeoutMs, 90_000);
    assert.equal(world.runtime({ defaultTimeoutMs: 5 }).defaultTimeoutMs, 5);
  });

  it('has no runtime id before it has a record', async () => {
    const runtime = world.runtime();
    await runtime.register(aSpec(alpha), { state: 'dormant' });
    assert.throws(() => runtime.runtimeIdFor(alpha), /has no session yet/);
  });

  it('is given up for others, and can be had again', async () => {
    const runtime = await world.started(aSpec(alpha));
    await runtime.release(alpha);
    assert.equal(runtime.status(alpha).state, 'dormant');
    assert.equal(world.bridge.live.has(alpha), false);
    assert.equal(world.leases.ownerOf(alpha), undefined);
    await rejectsIdentity(runtime.sendText(alpha, 'Hello'), 'no-active-lease');
    await runtime.materialize(alpha);
    assert.equal(await runtime.sendText(alpha, 'Hello'), 2);
  });
});

describe('Retiring', () => {
  it('leaves the state as it was when the agent cannot be ended', async () => {
    const world = new IdentityWorld();
    const runtime = await world.started(aSpec(alpha));
    world.bridge.before = (call) => {
      if (call === 'retire') throw new BridgeError('member', 'It does not stop.');
    };
    const problem = await rejectsIdentity(runtime.retire(alpha), 'internal');
    assert.match(problem.detail, /It does not stop\./);
    assert.equal(runtime.status(alpha).state, 'active');
    world.bridge.before = () => undefined;
    await runtime.retire(alpha);
  });

  it('keeps the reason of what is broken when it fails', async () => {
    const world = new IdentityWorld();
    const runtime = world.runtime();
    const record = aRecord(alpha);
    world.store.failures.set(alpha, aFailure(alpha, { record }));
    await runtime.restoreFlow([aSpec(alpha)], { embody: 'none' });
    await runtime.updateLease(alpha, await world.grant(alpha));
    world.bridge.before = () => {
      throw new BridgeError('member', 'It does not stop.');
    };
    await rejectsIdentity(runtime.retire(alpha), 'internal');
    assert.equal(runtime.status(alpha).failure?.kind, 'snapshot_corrupted');
  });
});

describe('Deleting', () => {
  let world: IdentityWorld;

  beforeEach(() => {
    world = new IdentityWorld();
  });

  it('releases the lease', async () => {
    const runtime = await world.started(aSpec(alpha));
    await runtime.deleteIdentity(alpha);
    assert.equal(world.leases.ownerOf(alpha), undefined);
    assert.deepEqual(world.bridge.calls.slice(-1), ['unregister alpha']);
  });

  it('remembers the fence: what the former owner writes late brings nothing back', async () => {
    const runtime = await world.started(aSpec(alpha));
    const record = world.store.recordOf(alpha) ?? assert.fail('is kept');
    await runtime.deleteIdentity(alpha);
    await assert.rejects(world.store.upsertRecord(record, 1), /token 1 is older than 2/);
    const { sessionId, generation } = record;
    const late = { identity: alpha, sessionId, generation, version: 5, token: 1 };
    await assert.rejects(world.store.saveSnapshot({ ...late, snapshot: bytes(1) }));
    assert.equal(world.store.recordOf(alpha), undefined);
    const again = { identity: alpha, token: 1, ttlMs: 1_000 };
    await rejectsIdentity(
      runtime.register(aSpec(alpha), { state: 'active', grant: again }),
      'stale-fencing-token',
    );
  });

  it('goes on when the agent cannot be ended', async () => {
    const runtime = await world.started(aSpec(alpha));
    world.bridge.before = () => {
      throw new BridgeError('member', 'It does not stop.');
    };
    await runtime.deleteIdentity(alpha);
    assert.equal(world.store.recordOf(alpha), undefined);
  });

  it('removes what lasts of an identity that is not registered, too', async () => {
    await world.keep(aRecord(alpha), bytes(1));
    await world.runtime().deleteIdentity(alpha);
    assert.equal(world.store.recordOf(alpha), undefined);
    assert.equal(world.leases.ownerOf(alpha), undefined);
  });

  it('keeps everything when the store refuses', async () => {
    const runtime = await world.started(aSpec(alpha));
    world.store.before = (call) => {
      if (call === 'delete') throw new ContinuityStoreError({ code: 'io', detail: 'Read only.' });
    };
    await rejectsIdentity(runtime.deleteIdentity(alpha), 'store');
    assert.equal(runtime.status(alpha).state, 'dormant');
    assert.equal(runtime.status(alpha).continuityHealth.isStoreReachable, false);
    assert.notEqual(world.store.recordOf(alpha), undefined);
    assert.equal(world.leases.ownerOf(alpha), undefined);
  });

  it('is refused to who does not own it, and says who does', async () => {
    const runtime = world.runtime({ instance: 'window-2' });
    await world.started(aSpec(alpha));
    const problem = await rejectsIdentity(runtime.deleteIdentity(alpha), 'no-active-lease');
    assert.equal(problem.holder?.instance, 'window-1');
    assert.notEqual(world.store.recordOf(alpha), undefined);
  });
});

describe('Stopping', () => {
  it('gives all leases up, ends subscriptions, and leaves agents running', async () => {
    const world = new IdentityWorld();
    const runtime = await world.started(aSpec(alpha));
    const observer = runtime.subscribe(alpha);
    await runtime.stop();
    await runtime.stop();
    assert.equal(world.leases.ownerOf(alpha), undefined);
    assert.equal(world.bridge.live.has(alpha), true);
    const told: string[] = [];
    for await (const observation of observer) told.push(observation.kind);
    assert.deepEqual(told, ['event']);
    const problem = await rejectsIdentity(runtime.sendText(alpha, 'Hello'), 'internal');
    assert.equal(problem.reason, 'stopped');
    await rejectsIdentity(runtime.restoreFlow([]), 'internal');
    assert.equal(world.clock.pendingTimers, 0);
  });
});
