import assert from 'node:assert/strict';
import { maxRememberedAnswers } from '../../../../src/core/identities/answerMemory.ts';
import { BridgeError } from '../../../../src/core/identities/sessionBridge.ts';
import {
  alpha,
  aRecord,
  aSpec,
  beta,
  Gate,
  IdentityWorld,
  rejectsIdentity,
} from '../../../support/identityWorld.ts';
import { settle } from '../../../support/eventually.ts';

describe('Sending and dispatching', () => {
  let world: IdentityWorld;

  beforeEach(() => {
    world = new IdentityWorld();
  });

  it('14: goes to an addressable identity under its token, to no other, and to nobody unknown', async () => {
    const runtime = world.runtime();
    const grant = { identity: alpha, token: 1, ttlMs: 1_000 };
    await runtime.register(aSpec(alpha), { state: 'active', record: aRecord(alpha), grant });
    assert.equal(await runtime.sendText(alpha, 'Hello'), 1);
    assert.deepEqual(world.bridge.deliveries, [
      { record: aRecord(alpha), token: 1, text: 'Hello', origin: 'person' },
    ]);
    await runtime.register(aSpec(beta, { addressability: 'internal_only' }), { state: 'active' });
    const problem = await rejectsIdentity(runtime.sendText(beta, 'Hello'), 'not-addressable');
    assert.deepEqual([problem.identity, problem.addressability], [beta, 'internal_only']);
    const nobody = world.runtime().sendText(alpha, 'Hello');
    assert.equal((await rejectsIdentity(nobody, 'unknown-identity')).identity, alpha);
  });

  it('15: dispatches to any identity, with all that belongs to it', async () => {
    const runtime = await world.started(
      aSpec(alpha),
      aSpec(beta, { addressability: 'internal_only' }),
    );
    assert.deepEqual(await runtime.dispatchText(alpha, 'Go'), { token: 1, isDurable: false });
    const input = {
      text: 'Go',
      origin: 'flow',
      correlationId: 'c-1',
      idempotencyKey: 'k',
    } as const;
    assert.deepEqual(await runtime.dispatch(beta, input), { token: 2, isDurable: false });
    const [first, second] = world.bridge.deliveries;
    assert.equal(first?.origin, 'system');
    assert.deepEqual([second?.origin, second?.correlationId], ['flow', 'c-1']);
  });

  it('16: is durable with a store of the runtime only', async () => {
    const runtime = world.runtime({ hasRuntimeStore: true });
    await runtime.restoreFlow([aSpec(alpha)]);
    assert.equal((await runtime.dispatchText(alpha, 'Go')).isDurable, true);
    assert.equal(runtime.hasRuntimeStore, true);
  });

  it('35: needs a lease, as do checkpoints', async () => {
    const runtime = world.runtime();
    await runtime.register(aSpec(alpha), { state: 'active', record: aRecord(alpha) });
    await rejectsIdentity(runtime.sendText(alpha, 'Hello'), 'no-active-lease');
    await rejectsIdentity(runtime.dispatchText(alpha, 'Go'), 'no-active-lease');
    const snapshot = { data: new Uint8Array() };
    await rejectsIdentity(runtime.checkpoint(alpha, snapshot), 'no-active-lease');
    await rejectsIdentity(runtime.retire(alpha), 'no-active-lease');
    assert.deepEqual(world.bridge.calls, []);
  });

  for (const bridge of ['with', 'without'] as const) {
    it(`36 and 50: ends with a lost lease, ${bridge} a bridge`, async () => {
      const runtime = world.runtime(bridge === 'with' ? {} : { bridge: undefined });
      await runtime.restoreFlow([aSpec(alpha)]);
      runtime.markLeaseLost(alpha);
      await rejectsIdentity(runtime.sendText(alpha, 'Hello'), 'no-active-lease');
      await rejectsIdentity(runtime.dispatchText(alpha, 'Go'), 'no-active-lease');
      assert.equal(runtime.status(alpha).lease, undefined);
    });
  }

  it('is refused when somebody else owns it by now, whatever the clock says here', async () => {
    const runtime = await world.started(aSpec(alpha));
    const answers = [true, new Error('The disk is gone.')];
    Object.assign(world.leases, {
      isFollowed: () => {
        const answer = answers.shift();
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    });
    await rejectsIdentity(runtime.sendText(alpha, 'Hello'), 'no-active-lease');
    await rejectsIdentity(runtime.dispatchText(alpha, 'Hello'), 'no-active-lease');
    assert.deepEqual(world.bridge.deliveries, []);
  });

  it('48: lets addressability decide sends, not dispatches', async () => {
    const runtime = await world.started(aSpec(alpha, { addressability: 'internal_only' }));
    await rejectsIdentity(runtime.sendText(alpha, 'Hello'), 'not-addressable');
    assert.equal((await runtime.dispatchText(alpha, 'Go')).token, 1);
  });

  it('53: follows a new spec at once', async () => {
    const runtime = await world.started(aSpec(alpha, { addressability: 'internal_only' }));
    await rejectsIdentity(runtime.sendText(alpha, 'Hello'), 'not-addressable');
    await runtime.updateSpec(aSpec(alpha, { labels: { team: 'core' } }));
    assert.equal(await runtime.sendText(alpha, 'Hello'), 1);
    assert.deepEqual(runtime.status(alpha).labels, { team: 'core' });
    await rejectsIdentity(runtime.updateSpec(aSpec(beta)), 'unknown-identity');
  });

  it('needs an active identity, also while its lease lives', async () => {
    const runtime = await world.started(aSpec(alpha));
    await runtime.retire(alpha);
    const problem = await rejectsIdentity(runtime.sendText(alpha, 'Hello'), 'invalid-state');
    assert.deepEqual([problem.state, problem.operation], ['retiring', 'send']);
    const dispatched = await rejectsIdentity(runtime.dispatchText(alpha, 'Go'), 'invalid-state');
    assert.equal(dispatched.operation, 'dispatch');
    assert.deepEqual(world.bridge.deliveries, []);
  });

  it('checks addressability before the state, and the state before the lease', async () => {
    const runtime = world.runtime();
    const spec = aSpec(alpha, { addressability: 'internal_only' });
    await runtime.register(spec, { state: 'retiring' });
    await rejectsIdentity(runtime.sendText(alpha, 'Hello'), 'not-addressable');
    await runtime.updateSpec(aSpec(alpha));
    await rejectsIdentity(runtime.sendText(alpha, 'Hello'), 'invalid-state');
    await runtime.setState(alpha, 'active');
    await rejectsIdentity(runtime.sendText(alpha, 'Hello'), 'no-active-lease');
  });

  it('stops when the time of the lease has passed, and not one moment before', async () => {
    const runtime = await world.started(aSpec(alpha));
    world.clock.advance(world.leases.ttlMs);
    assert.equal(await runtime.sendText(alpha, 'Hello'), 1);
    world.clock.advance(1);
    await rejectsIdentity(runtime.sendText(alpha, 'Hello'), 'lease-lost');
  });

  it('does not care about jumps of the wall clock', async () => {
    const runtime = await world.started(aSpec(alpha));
    world.clock.jumpTo(world.clock.now() + 1e9);
    assert.equal(await runtime.sendText(alpha, 'Hello'), 1);
    world.clock.jumpTo(0);
    world.clock.advance(world.leases.ttlMs + 1);
    await rejectsIdentity(runtime.sendText(alpha, 'Hello'), 'lease-lost');
  });

  it('says what the bridge says when it fails, and may be tried again under the same key', async () => {
    const runtime = await world.started(aSpec(alpha));
    world.bridge.before = () => {
      throw new BridgeError('member', 'It does not listen.');
    };
    const content = { text: 'Hello', idempotencyKey: 'k' };
    const problem = await rejectsIdentity(runtime.send(alpha, content), 'internal');
    assert.equal(problem.reason, 'bridge');
    assert.match(problem.detail, /It does not listen\./);
    world.bridge.before = () => undefined;
    await runtime.send(alpha, content);
    assert.equal(world.bridge.deliveries.length, 1);
  });

  it('never claims to have delivered to an identity without a session', async () => {
    const runtime = world.runtime();
    const grant = await world.grant(alpha);
    await runtime.register(aSpec(alpha), { state: 'active', grant });
    const problem = await rejectsIdentity(runtime.sendText(alpha, 'Hello'), 'internal');
    assert.equal(problem.reason, 'no-record');
  });

  it('only checks where there is no bridge', async () => {
    const runtime = world.runtime({ bridge: undefined });
    await runtime.register(aSpec(alpha), { state: 'active', grant: await world.grant(alpha) });
    assert.equal(await runtime.sendText(alpha, 'Hello'), 1);
    assert.equal(runtime.hasSessionBridge, false);
  });

  it('brings the messages of one identity one after the other, and does not hold up another', async () => {
    const runtime = await world.started(aSpec(alpha), aSpec(beta));
    const gate = new Gate();
    world.bridge.before = (_call, identity) => (identity === alpha ? gate.opened : undefined);
    const first = runtime.sendText(alpha, 'one');
    const second = runtime.sendText(alpha, 'two');
    await runtime.sendText(beta, 'three');
    assert.equal(world.bridge.count('deliver'), 2);
    gate.open();
    await Promise.all([first, second]);
    assert.deepEqual(
      world.bridge.deliveries.map(({ text }) => text),
      ['three', 'one', 'two'],
    );
  });
});

describe('An idempotency key', () => {
  let world: IdentityWorld;

  beforeEach(() => {
    world = new IdentityWorld();
  });

  it('has what comes twice delivered once, also at the same time, and answered the same', async () => {
    const runtime = await world.started(aSpec(alpha));
    const input = { text: 'Go', origin: 'scheduler', idempotencyKey: 'nightly' } as const;
    const answers = await Promise.all([
      runtime.dispatch(alpha, input),
      runtime.dispatch(alpha, input),
    ]);
    await runtime.respawn(alpha);
    assert.deepEqual(
      [...answers, await runtime.dispatch(alpha, input)],
      [
        { token: 1, isDurable: false },
        { token: 1, isDurable: false },
        { token: 1, isDurable: false },
      ],
    );
    assert.equal(world.bridge.deliveries.length, 1);
  });

  it('counts for one identity and one way only', async () => {
    const runtime = await world.started(aSpec(alpha), aSpec(beta));
    const input = { text: 'Go', origin: 'person', idempotencyKey: 'k' } as const;
    await runtime.dispatch(alpha, input);
    await runtime.dispatch(beta, input);
    await runtime.send(alpha, input);
    assert.equal(world.bridge.deliveries.length, 3);
  });

  it('is forgotten when many came after it, and with its identity', async () => {
    const runtime = await world.started(aSpec(alpha));
    const send = (idempotencyKey: string): Promise<number> =>
      runtime.send(alpha, { text: 'Go', idempotencyKey });
    for (let index = 0; index <= maxRememberedAnswers; index += 1) await send(`k${index}`);
    const before = world.bridge.deliveries.length;
    await send(`k${maxRememberedAnswers}`);
    assert.equal(world.bridge.deliveries.length, before);
    await send('k0');
    assert.equal(world.bridge.deliveries.length, before + 1);
    await runtime.deleteIdentity(alpha);
    await runtime.restoreFlow([aSpec(alpha)]);
    await send('k0');
    assert.equal(world.bridge.deliveries.length, before + 2);
  });

  it('is remembered of what was delivered while the lease was lost', async () => {
    const runtime = await world.started(aSpec(alpha));
    const gate = new Gate();
    world.bridge.before = (call) => (call === 'deliver' ? gate.opened : undefined);
    const sent = runtime.send(alpha, { text: 'Go', idempotencyKey: 'k' });
    await settle();
    runtime.markLeaseLost(alpha);
    gate.open();
    assert.equal(await sent, 1);
    assert.equal(await runtime.send(alpha, { text: 'Go', idempotencyKey: 'k' }), 1);
    assert.equal(world.bridge.deliveries.length, 1);
  });
});
