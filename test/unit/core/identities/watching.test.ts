import assert from 'node:assert/strict';
import { identityObserverCapacity } from '../../../../src/core/identities/identityObserver.ts';
import type { IdentityRuntime } from '../../../../src/core/identities/identityRuntime.ts';
import { BridgeError } from '../../../../src/core/identities/sessionBridge.ts';
import { outputLookMs } from '../../../../src/core/identities/waiting.ts';
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

describe('Subscriptions', () => {
  let world: IdentityWorld;

  beforeEach(() => {
    world = new IdentityWorld();
  });

  it('44: tell a state, a lost lease, a new one and a checkpoint, in this order', async () => {
    const runtime = world.runtime({ bridge: undefined });
    const record = await world.keep(aRecord(alpha));
    const grant = { identity: alpha, token: 1, ttlMs: 1_000 };
    await runtime.register(aSpec(alpha), { state: 'active', record, grant });
    const observer = runtime.subscribe(alpha);
    await runtime.setState(alpha, 'suspended');
    runtime.markLeaseLost(alpha);
    await runtime.updateLease(alpha, { ...grant, token: 2 });
    await runtime.checkpoint(alpha, bytes(1));
    assert.deepEqual(toldTo(observer), [
      'suspended',
      'lease_lost',
      'lease_updated 2',
      'checkpoint_completed 1',
    ]);
    throwsIdentity(() => runtime.subscribe(beta), 'unknown-identity');
  });

  it('tell a state also when it is the same, and a loss also when there was no lease', async () => {
    const runtime = world.runtime();
    await runtime.register(aSpec(alpha), { state: 'dormant' });
    const observer = runtime.subscribe(alpha);
    await runtime.setState(alpha, 'dormant');
    runtime.markLeaseLost(alpha);
    assert.deepEqual(toldTo(observer), ['dormant', 'lease_lost']);
    await rejectsIdentity(runtime.setState(beta, 'active'), 'unknown-identity');
  });

  it('outlive a registration', async () => {
    const runtime = world.runtime();
    await runtime.register(aSpec(alpha), { state: 'dormant' });
    const observer = runtime.subscribe(alpha);
    await runtime.register(aSpec(alpha), { state: 'retiring' });
    assert.deepEqual(toldTo(observer), ['retiring']);
  });

  it('tell of retiring, deliveries, and the end', async () => {
    const runtime = await world.started(aSpec(alpha));
    const observer = runtime.subscribe(alpha);
    await runtime.sendText(alpha, 'Hello');
    await runtime.retire(alpha);
    await runtime.deleteIdentity(alpha);
    assert.deepEqual(toldTo(observer), [
      'delivered 1',
      'retiring',
      'lease_updated 2',
      'suspended',
      'deleted',
      'closed',
    ]);
  });

  it('say how much they missed', async () => {
    const runtime = await world.started(aSpec(alpha));
    const observer = runtime.subscribe(alpha);
    for (let index = 0; index < identityObserverCapacity + 3; index += 1) {
      await runtime.sendText(alpha, 'Hello');
    }
    const told = toldTo(observer);
    assert.deepEqual([told[0], told.length], ['lagged 3', identityObserverCapacity + 1]);
  });

  it('wait for what comes, and end when they are disposed', async () => {
    const runtime = await world.started(aSpec(alpha));
    const observer = runtime.subscribe(alpha);
    const next = observer.next();
    await runtime.sendText(alpha, 'Hello');
    const event = { kind: 'delivered', identity: alpha, token: 1 };
    assert.deepEqual(await next, { kind: 'event', event });
    const last = observer.next();
    observer.dispose();
    await runtime.sendText(alpha, 'Hello');
    assert.deepEqual(await last, { kind: 'closed' });
  });

  it('to all identities tell of each', async () => {
    const runtime = world.runtime();
    const told: string[] = [];
    const subscription = runtime.onDidHappen(({ identity, kind }) =>
      told.push(`${identity} ${kind}`),
    );
    await runtime.register(aSpec(beta), { state: 'dormant' });
    await runtime.register(aSpec(alpha), { state: 'dormant' });
    assert.deepEqual(told, ['beta state_changed', 'alpha state_changed']);
    subscription.dispose();
  });
});

describe('Waiting for output', () => {
  let world: IdentityWorld;
  let runtime: IdentityRuntime;

  beforeEach(async () => {
    world = new IdentityWorld();
    runtime = await world.started(aSpec(alpha));
  });

  function say(outputPreview: string): void {
    world.bridge.inspection = { outputPreview, isFinal: true, peerReachableCount: 0 };
  }

  async function pass(ms: number): Promise<void> {
    await settle();
    world.clock.advance(ms);
    await settle();
  }

  it('looks at once', async () => {
    say('Done.');
    assert.equal(await runtime.waitForOutput(alpha), 'Done.');
    assert.deepEqual(await runtime.inspect(alpha), world.bridge.inspection);
    assert.equal(world.clock.pendingTimers, 0);
  });

  it('looks again until there is some, or what it contains', async () => {
    const any = runtime.waitForOutput(alpha);
    const some = runtime.waitForOutputContaining(alpha, '42');
    await pass(outputLookMs);
    say('thinking');
    await pass(outputLookMs);
    assert.equal(await any, 'thinking');
    say('It is 42.');
    await pass(outputLookMs);
    assert.equal(await some, 'It is 42.');
  });

  it('ends when its time is over, and says what it waited for', async () => {
    say('');
    const waited = rejectsIdentity(runtime.waitForOutputContaining(alpha, '42', 700), 'internal');
    await pass(outputLookMs);
    await pass(200);
    const problem = await waited;
    assert.equal(problem.reason, 'timed-out');
    assert.match(problem.detail, /output containing "42" of alpha/);
    assert.equal(world.clock.pendingTimers, 0);
  });

  it('takes the default time where nothing is said', async () => {
    const other = world.runtime({ defaultTimeoutMs: 100 });
    await other.register(aSpec(alpha), { state: 'active', record: aRecord(alpha) });
    const waited = rejectsIdentity(other.waitForOutput(alpha), 'internal');
    await pass(100);
    assert.equal((await waited).reason, 'timed-out');
  });

  it('goes on when one look fails, and says so in the end', async () => {
    world.bridge.before = () => {
      throw new BridgeError('member', 'It is busy.');
    };
    const waited = rejectsIdentity(runtime.waitForOutput(alpha, 400), 'internal');
    await pass(400);
    assert.match((await waited).detail, /It is busy\./);
    await rejectsIdentity(runtime.inspect(alpha), 'internal');
  });

  it('ends in time also when a look does not', async () => {
    const gate = new Gate();
    world.bridge.before = () => gate.opened;
    const waited = rejectsIdentity(runtime.waitForOutput(alpha, 400), 'internal');
    await pass(400);
    assert.equal((await waited).reason, 'timed-out');
    gate.open();
  });

  it('fails at once for an unknown identity, without a bridge, and without a session', async () => {
    for (const wait of [
      (of: IdentityRuntime) => of.waitForOutput(beta),
      (of: IdentityRuntime) => of.waitForOutputContaining(beta, '42'),
      (of: IdentityRuntime) => of.inspect(beta),
    ]) {
      await rejectsIdentity(wait(runtime), 'unknown-identity');
      const without = world.runtime({ bridge: undefined });
      await without.register(aSpec(beta), { state: 'active', record: aRecord(beta) });
      assert.equal((await rejectsIdentity(wait(without), 'internal')).reason, 'no-bridge');
      const unborn = world.runtime();
      await unborn.register(aSpec(beta), { state: 'dormant' });
      assert.equal((await rejectsIdentity(wait(unborn), 'internal')).reason, 'no-record');
    }
  });

  it('fails when the identity is deleted meanwhile', async () => {
    const waited = rejectsIdentity(runtime.waitForOutput(alpha), 'unknown-identity');
    await settle();
    await runtime.deleteIdentity(alpha);
    await pass(outputLookMs);
    await waited;
  });
});
