import assert from 'node:assert/strict';
import { ContinuityStoreError } from '../../../../src/core/identities/continuityStore.ts';
import type { IdentityRuntime } from '../../../../src/core/identities/identityRuntime.ts';
import { lastCheckpointMs } from '../../../../src/core/identities/respawn.ts';
import { BridgeError } from '../../../../src/core/identities/sessionBridge.ts';
import { settle } from '../../../support/eventually.ts';
import {
  aFailure,
  alpha,
  aRecord,
  aSpec,
  bytes,
  Gate,
  IdentityWorld,
  rejectsIdentity,
  toldTo,
} from '../../../support/identityWorld.ts';

describe('Respawning', () => {
  let world: IdentityWorld;
  let runtime: IdentityRuntime;

  beforeEach(async () => {
    world = new IdentityWorld();
    runtime = await world.started(aSpec(alpha));
    await runtime.checkpoint(alpha, bytes(1));
    world.store.calls.length = 0;
    world.bridge.calls.length = 0;
  });

  it('takes the lease, then a last checkpoint under the old token, then fences with the new one', async () => {
    const order: string[] = [];
    world.leases.before = (call) => void order.push(call);
    world.store.before = (call) => void order.push(call);
    world.bridge.before = (call) =>
      void order.push(call === 'checkpoint' ? 'ask' : `bridge ${call}`);
    const record = await runtime.respawn(alpha);
    assert.deepEqual(order, [
      'acquire',
      'ask',
      'save',
      'resolve',
      'upsert',
      'bridge retire',
      'load',
      'bridge state',
      'bridge resume',
      'bridge state',
    ]);
    assert.deepEqual(world.store.calls.slice(0, 3), [
      'save alpha v2 t1',
      'resolve 1',
      'upsert alpha g0 t2',
    ]);
    assert.equal(record.checkpointVersion, 2);
    assert.deepEqual(world.bridge.snapshotsGiven.at(-1), bytes(7));
    assert.equal(world.store.fenceOf(alpha), 2);
    assert.equal(await runtime.checkpoint(alpha, bytes(2)), 3);
  });

  it('waits for a last checkpoint no longer than its limit, and refuses it when it comes late', async () => {
    const gate = new Gate();
    world.store.before = (call) => (call === 'save' ? gate.opened : undefined);
    const respawned = runtime.respawn(alpha);
    await settle();
    world.clock.advance(lastCheckpointMs - 1);
    await settle();
    assert.equal(runtime.status(alpha).state, 'suspended');
    world.clock.advance(1);
    const record = await respawned;
    assert.equal(record.checkpointVersion, 1);
    gate.open();
    await settle();
    assert.equal(world.store.recordOf(alpha)?.checkpointVersion, 1);
    assert.ok(world.warnings.some((warning) => warning.includes('took too long')));
  });

  it('saves nothing that the agent says after the limit', async () => {
    const gate = new Gate();
    world.bridge.before = (call) => (call === 'checkpoint' ? gate.opened : undefined);
    const respawned = runtime.respawn(alpha);
    await settle();
    world.clock.advance(lastCheckpointMs);
    await respawned;
    gate.open();
    await settle();
    assert.ok(world.store.calls.every((call) => !call.startsWith('save')));
  });

  it('goes on without a last checkpoint when there is none to be had', async () => {
    world.bridge.before = (call) => {
      if (call === 'checkpoint') throw new BridgeError('member', 'It crashed.');
    };
    assert.equal((await runtime.respawn(alpha)).checkpointVersion, 1);
    world.bridge.before = () => undefined;
    world.bridge.live.clear();
    assert.equal((await runtime.respawn(alpha)).checkpointVersion, 1);
  });

  it('asks no agent for a checkpoint that this process does not own any more', async () => {
    world.clock.advance(world.leases.ttlMs + 1);
    await runtime.respawn(alpha);
    assert.equal(world.bridge.count('checkpoint'), 0);
  });

  it('is refused while somebody else has it, and ends what runs here', async () => {
    world.clock.advance(world.leases.ttlMs + 1);
    await world.grant(alpha, 'window-2');
    const observer = runtime.subscribe(alpha);
    const problem = await rejectsIdentity(runtime.respawn(alpha), 'no-active-lease');
    assert.equal(problem.holder?.label, 'a window of window-2');
    assert.deepEqual(toldTo(observer), ['lease_lost', 'dormant']);
    assert.equal(runtime.status(alpha).heldBy?.instance, 'window-2');
    assert.equal(world.bridge.live.has(alpha), false);
  });

  it('changes nothing when nobody says who owns it', async () => {
    world.leases.before = () => {
      throw new Error('No space is left.');
    };
    const observer = runtime.subscribe(alpha);
    const problem = await rejectsIdentity(runtime.respawn(alpha), 'lease');
    assert.match(problem.detail, /No space is left/);
    assert.deepEqual(toldTo(observer), []);
    world.leases.silentOn.add(alpha);
    world.leases.before = () => undefined;
    await rejectsIdentity(runtime.respawn(alpha), 'no-active-lease');
    assert.equal(await runtime.sendText(alpha, 'Hello'), 1);
  });

  it('tells each change of state', async () => {
    const observer = runtime.subscribe(alpha);
    await runtime.respawn(alpha);
    assert.deepEqual(toldTo(observer), [
      'lease_updated 2',
      'suspended',
      'checkpoint_completed 2',
      'active',
    ]);
  });

  it('of what is broken in the store breaks it here, and gives it free', async () => {
    world.store.failures.set(alpha, aFailure(alpha));
    const problem = await rejectsIdentity(runtime.respawn(alpha), 'internal');
    assert.equal(problem.reason, 'broken');
    assert.match(problem.detail, /Its bytes are wrong\./);
    const { state, failure, lease } = runtime.status(alpha);
    assert.deepEqual([state, failure?.kind, lease], ['broken', 'snapshot_corrupted', undefined]);
    assert.equal(world.leases.ownerOf(alpha), undefined);
    assert.equal(world.bridge.live.has(alpha), false);
  });

  it('of what was deleted elsewhere ends it here', async () => {
    await world.store.deleteRecord(alpha, 1);
    const problem = await rejectsIdentity(runtime.respawn(alpha), 'internal');
    assert.match(problem.detail, /was never started/);
    const { state, runtimeId } = runtime.status(alpha);
    assert.deepEqual([state, runtimeId], ['uninitialized', undefined]);
    assert.equal(world.bridge.live.has(alpha), false);
    assert.equal(world.leases.ownerOf(alpha), undefined);
  });

  it('of what the store does not answer for is not found', async () => {
    world.store.silentOn.add(alpha);
    const { problem } = await rejectsIdentity(runtime.respawn(alpha), 'store');
    assert.equal(problem.code, 'not-found');
  });

  it('breaks what cannot be fenced, and gives it free', async () => {
    world.store.before = (call) => {
      if (call === 'upsert') throw new ContinuityStoreError({ code: 'io', detail: 'No space.' });
    };
    await rejectsIdentity(runtime.respawn(alpha), 'store');
    const { state, failure } = runtime.status(alpha);
    assert.deepEqual([state, failure?.kind], ['broken', 'store_unavailable']);
    assert.equal(world.bridge.live.has(alpha), false);
    assert.equal(world.leases.ownerOf(alpha), undefined);
    world.store.before = () => undefined;
    await runtime.respawn(alpha);
    assert.deepEqual(
      [runtime.status(alpha).state, runtime.status(alpha).failure],
      ['active', undefined],
    );
  });

  it('never has two agents: one that cannot be ended is not begun again', async () => {
    world.bridge.before = (call) => {
      if (call === 'retire') throw new BridgeError('member', 'It does not stop.');
    };
    await rejectsIdentity(runtime.respawn(alpha), 'internal');
    assert.equal(world.bridge.count('resume'), 0);
    assert.equal(runtime.status(alpha).state, 'broken');
  });

  it('ends the new agent when the lease is lost while it is begun', async () => {
    const gate = new Gate();
    world.bridge.before = (call) => (call === 'resume' ? gate.opened : undefined);
    const respawned = runtime.respawn(alpha);
    await settle();
    runtime.markLeaseLost(alpha);
    gate.open();
    await rejectsIdentity(respawned, 'no-active-lease');
    await settle();
    assert.equal(world.bridge.live.has(alpha), false);
    assert.equal(runtime.status(alpha).state, 'dormant');
    assert.equal(world.leases.ownerOf(alpha), undefined);
  });

  it('ends the new agent when the time of the lease passes while it is begun', async () => {
    world.bridge.before = (call) => {
      if (call === 'resume') world.clock.advance(world.leases.ttlMs + 1);
    };
    await rejectsIdentity(runtime.respawn(alpha), 'lease-lost');
    assert.equal(world.bridge.live.has(alpha), false);
    assert.equal(runtime.status(alpha).state, 'dormant');
  });

  it('begins a new session where the old one cannot be gone on with, and says so', async () => {
    world.bridge.sessionId = 'another';
    world.bridge.fallbackReason = 'The agent forgot it.';
    const observer = runtime.subscribe(alpha);
    const record = await runtime.respawn(alpha);
    assert.deepEqual([record.sessionId, record.generation], ['another', 0]);
    assert.ok(toldTo(observer).includes('resume_fallback The agent forgot it.'));
    assert.equal(world.store.recordOf(alpha)?.sessionId, 'another');
    assert.equal(record.checkpointVersion, 2);
    assert.equal(await runtime.checkpoint(alpha, bytes(3)), 3);
  });

  it('of an identity that is not registered only fences its owner', async () => {
    const other = world.runtime();
    const record = await other.respawn(alpha);
    assert.equal(record.checkpointVersion, 1);
    assert.equal(other.contains(alpha), false);
    assert.equal(world.store.fenceOf(alpha), 2);
    assert.equal(world.bridge.count('resume'), 0);
    assert.equal(world.leases.ownerOf(alpha), undefined);
    const late = runtime.checkpoint(alpha, bytes(5));
    await rejectsIdentity(late, 'stale-fencing-token');
  });
});

describe('Resetting', () => {
  let world: IdentityWorld;
  let runtime: IdentityRuntime;

  beforeEach(async () => {
    world = new IdentityWorld();
    runtime = await world.started(aSpec(alpha));
    world.store.calls.length = 0;
    world.bridge.calls.length = 0;
  });

  it('fences before it touches anything', async () => {
    const order: string[] = [];
    world.leases.before = (call) => void order.push(call);
    world.store.before = (call) => void order.push(call);
    world.bridge.before = (call) => void order.push(`bridge ${call}`);
    await runtime.reset(alpha);
    assert.deepEqual(order, [
      'acquire',
      'resolve',
      'upsert',
      'bridge retire',
      'bridge state',
      'bridge create',
      'upsert',
      'bridge state',
    ]);
    assert.deepEqual(
      world.store.calls.filter((call) => call.startsWith('upsert')),
      ['upsert alpha g0 t2', 'upsert alpha g1 t2'],
    );
  });

  it('keeps the id of the session that was really begun', async () => {
    world.bridge.sessionId = 'real';
    assert.equal((await runtime.reset(alpha)).sessionId, 'real');
    assert.equal(world.store.recordOf(alpha)?.sessionId, 'real');
  });

  it('goes on when the old agent cannot be ended', async () => {
    world.bridge.before = (call) => {
      if (call === 'retire') throw new BridgeError('member', 'It does not stop.');
    };
    assert.equal((await runtime.reset(alpha)).generation, 1);
  });

  it('of what is broken counts on from the record of the failure', async () => {
    const record = aRecord(alpha, { generation: 5 });
    world.store.failures.set(alpha, aFailure(alpha, { record }));
    assert.equal((await runtime.reset(alpha)).generation, 6);
    assert.equal(world.store.recordOf(alpha)?.generation, 6);
  });

  it('of what is broken without a record is refused, and counts nothing anew', async () => {
    world.store.failures.set(alpha, aFailure(alpha));
    const problem = await rejectsIdentity(runtime.reset(alpha), 'invalid-state');
    assert.deepEqual([problem.state, problem.operation], ['broken', 'reset']);
    assert.match(problem.detail ?? '', /Its bytes are wrong/);
    assert.equal(world.store.recordOf(alpha)?.generation, 0);
    assert.equal(runtime.status(alpha).state, 'broken');
    assert.equal(world.leases.ownerOf(alpha), undefined);
  });

  it('keeps the old record under the new token when no session can be begun', async () => {
    const before = world.store.recordOf(alpha);
    world.bridge.before = (call) => {
      if (call === 'create') throw new BridgeError('invalid-input', 'It is not installed.');
    };
    const problem = await rejectsIdentity(runtime.reset(alpha), 'internal');
    assert.match(problem.detail, /It is not installed/);
    assert.deepEqual(world.store.recordOf(alpha), before);
    assert.equal(world.store.fenceOf(alpha), 2);
    assert.deepEqual(
      [runtime.status(alpha).state, runtime.status(alpha).generation],
      ['dormant', 0],
    );
    world.bridge.before = () => undefined;
    await runtime.materialize(alpha);
    assert.equal(runtime.status(alpha).sessionId, before?.sessionId);
  });

  it('breaks what could not be written down, and leaves no agent behind', async () => {
    let upserts = 0;
    world.store.before = (call) => {
      if (call === 'upsert') upserts += 1;
      if (upserts === 2) throw new ContinuityStoreError({ code: 'io', detail: 'No space.' });
    };
    await rejectsIdentity(runtime.reset(alpha), 'store');
    assert.equal(runtime.status(alpha).state, 'broken');
    assert.equal(world.bridge.live.has(alpha), false);
    assert.equal(world.store.recordOf(alpha)?.generation, 0);
    assert.equal(world.leases.ownerOf(alpha), undefined);
  });

  it('of what never was begins with generation 1', async () => {
    const fresh = new IdentityWorld();
    const other = fresh.runtime();
    await other.register(aSpec(alpha), { state: 'dormant' });
    assert.equal((await other.reset(alpha)).generation, 1);
  });

  it('of an identity that is not registered only renews the record', async () => {
    await runtime.release(alpha);
    const other = world.runtime({ instance: 'window-2' });
    assert.equal((await other.reset(alpha)).generation, 1);
    assert.equal(other.contains(alpha), false);
    assert.equal(world.bridge.count('create'), 0);
    assert.equal(world.leases.ownerOf(alpha), undefined);
  });

  it('tells each change of state', async () => {
    const observer = runtime.subscribe(alpha);
    await runtime.reset(alpha);
    assert.deepEqual(toldTo(observer), ['lease_updated 2', 'suspended', 'active']);
  });

  it('only writes where there is no bridge', async () => {
    const other = world.runtime({ bridge: undefined });
    await other.register(aSpec(alpha), { state: 'dormant' });
    const record = await other.reset(alpha);
    assert.deepEqual(world.store.recordOf(alpha), record);
    assert.deepEqual([record.generation, other.status(alpha).state], [1, 'active']);
  });
});
