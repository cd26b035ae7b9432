import assert from 'node:assert/strict';
import { isIdentityError } from '../../../../src/core/identities/identityError.ts';
import { maxRevivals } from '../../../../src/node/identities/agentReviver.ts';
import { eventually, settle } from '../../../support/eventually.ts';
import type { FakeIdentitySessions } from '../../../support/fakeIdentitySessions.ts';
import { docs, named, reviewer } from './continuityWorld.ts';
import { OwnerTestWorld } from './ownerTestWorld.ts';

describe('the owner of named agents', () => {
  let world: OwnerTestWorld;
  let sessions: FakeIdentitySessions;
  beforeEach(() => {
    world = new OwnerTestWorld();
    ({ sessions } = world);
    world.describe(reviewer, 'peers = ["docs"]\n');
    world.describe(docs);
  });
  afterEach(() => world.end());

  it('starts nobody by itself, and leaves no trace of those whom it only knows', async () => {
    const owner = world.owner('one');
    const { outcomes } = await owner.registerAll();
    assert.deepEqual(
      [...outcomes.values()].map(({ outcome }) => outcome),
      ['dormant', 'dormant'],
    );
    assert.deepEqual(
      [owner.held(), world.history(reviewer), world.clock.pendingTimers],
      [[], [], 0],
    );
  });

  it('tells what became of each that it starts, and resumes whom it finds', async () => {
    const first = world.owner('one');
    const told: string[] = [];
    const names = [reviewer, named('nobody')];
    const outcomes = await first.start(names, ({ identity, kind }) =>
      told.push(`${identity} ${kind}`),
    );
    assert.deepEqual(told, ['nobody unknown', 'reviewer created']);
    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['created', 'unknown'],
    );
    assert.deepEqual(first.held(), [reviewer]);
    await first.stop();
    assert.equal(world.clock.pendingTimers, 0);
    const second = world.owner('two');
    assert.deepEqual(
      (await second.start('all')).map(({ kind }) => kind),
      ['created', 'resumed'],
    );
  });

  it('says who has an agent that it cannot have', async () => {
    await world.owner('one').start('all');
    const [outcome] = await world.owner('two').start([reviewer]);
    assert.ok(outcome?.kind === 'held_elsewhere');
    assert.equal(outcome.holder.label, 'a window called one');
  });

  it('says what to do about an agent that cannot be started, and starts it when that is done', async () => {
    world.installed.delete('claude');
    const owner = world.owner('one');
    const [outcome] = await owner.start([reviewer]);
    assert.ok(outcome?.kind === 'broken');
    assert.match(outcome.failure.detail, /claude was not found\. Install it\./);
    assert.match(outcome.advice, /start it again/);
    world.installed.add('claude');
    assert.equal((await owner.start([reviewer]))[0]?.kind === 'broken', false);
  });

  it('keeps a checkpoint of each turn, and writes down what happened', async () => {
    const owner = world.owner('one');
    await owner.start([reviewer]);
    const sent = await owner.send(reviewer, { text: 'hello' });
    assert.equal(sent.kind, 'delivered');
    await world.untilHistory(reviewer, 'checkpoint_completed', 2);
    sessions.converse('session-1', 'acp-1');
    sessions.done('session-1', 'Hi.');
    await world.untilHistory(reviewer, 'checkpoint_completed', 3);
    assert.deepEqual(world.kinds(reviewer), [
      ...['lease_acquired', 'active', 'checkpoint_completed', 'session_started', 'message'],
      ...['checkpoint_completed', 'session_ended', 'checkpoint_completed'],
    ]);
    assert.equal(owner.status(reviewer)?.checkpointVersion, 3);
  });

  it('renews its leases for as long as it lives', async () => {
    const owner = world.owner('one');
    await owner.start([reviewer]);
    for (let i = 0; i < 12; i += 1) {
      world.clock.advance(10_000);
      const [lease] = [(await world.listed())[1]?.lease];
      assert.ok(lease, 'it is held');
      await eventually('it is renewed', async () => {
        return ((await world.listed())[1]?.lease?.remainingMs ?? 0) > 20_000;
      });
    }
    assert.deepEqual(owner.held(), [reviewer]);
  });

  it('ends what runs when its lease is lost, and says why', async () => {
    const owner = world.owner('one');
    await owner.start([reviewer]);
    await owner.send(reviewer, { text: 'hello' });
    owner.runtime.markLeaseLost(reviewer);
    await eventually('it is ended', () => sessions.cancels.length > 0);
    assert.deepEqual(sessions.cancels, ['session-1: It is not owned here any more.']);
    await world.untilHistory(reviewer, 'session_ended');
    assert.ok(world.kinds(reviewer).includes('lease_lost'));
    const refused = owner.send(reviewer, { text: 'more' });
    assert.equal(
      (await refused.catch(() => undefined))?.kind,
      'queued',
      'the lease file still counts',
    );
  });

  it('queues what is said to an agent at work, and brings it after the turn', async () => {
    const owner = world.owner('one');
    await owner.start([reviewer]);
    await owner.send(reviewer, { text: 'one' });
    assert.equal((await owner.send(reviewer, { text: 'two' })).kind, 'queued');
    assert.equal((await world.listed())[1]?.waitingMessages, 1);
    sessions.done('session-1');
    await eventually('the next is brought', () => sessions.specs.length === 2);
    assert.equal(sessions.specs[1]?.prompt, 'two');
    await eventually(
      'it is taken out',
      async () => (await world.listed())[1]?.waitingMessages === 0,
    );
  });

  it('brings what others put into the inbox, when it is told of it or looks', async () => {
    const owner = world.owner('one');
    await owner.start('all');
    const { inbox } = world.open();
    const message = { from: 'docs', text: 'look', origin: 'connector', kind: 'dispatch' } as const;
    await inbox.put(reviewer, message);
    owner.noticeInbox(reviewer);
    await eventually('it is brought', () => sessions.specs.length === 1);
    assert.equal(
      sessions.specs[0]?.prompt,
      'Message from "docs", which is a program and not a person:\n\nlook',
    );
    await inbox.put(docs, { ...message, from: 'ada', text: 'write', origin: 'person' });
    world.clock.advance(5000);
    await eventually('it is brought', () => sessions.specs.length === 2);
    assert.equal(sessions.specs[1]?.prompt, 'write');
  });

  it('refuses what is sent to an agent that takes no messages, at once and from the inbox', async () => {
    world.describe(docs, 'addressability = "internal_only"\n');
    const owner = world.owner('one');
    await owner.start([docs]);
    const refused = (error: unknown): boolean => isIdentityError(error, 'not-addressable');
    await assert.rejects(owner.send(docs, { text: 'hello' }), refused);
    const message = { from: 'x', text: 'hello', origin: 'person', kind: 'send' } as const;
    await world.open().inbox.put(docs, message);
    owner.noticeInbox();
    await world.untilHistory(docs, 'note');
    assert.deepEqual([(await world.listed())[0]?.waitingMessages, sessions.specs], [0, []]);
  });

  it('puts what is said to an agent of another owner into its inbox', async () => {
    const one = world.owner('one');
    await one.start([reviewer]);
    const two = world.owner('two');
    await two.registerAll();
    assert.equal((await two.send(reviewer, { text: 'hello' })).kind, 'queued');
    one.noticeInbox(reviewer);
    await eventually('it is brought', () => sessions.specs[0]?.prompt === 'hello');
  });

  it('starts an agent anew that died, as who it was', async () => {
    const owner = world.owner('one');
    await owner.start([reviewer]);
    const before = owner.status(reviewer);
    await owner.send(reviewer, { text: 'one' });
    sessions.converse('session-1', 'acp-1');
    sessions.kill('session-1');
    await world.untilHistory(reviewer, 'suspended');
    assert.equal(owner.status(reviewer)?.state, 'suspended');
    world.clock.advance(1000);
    await world.untilHistory(reviewer, 'respawned');
    const after = owner.status(reviewer);
    assert.deepEqual(
      [after?.state, after?.sessionId, after?.generation],
      ['active', before?.sessionId, before?.generation],
    );
    assert.ok((after?.lease?.token ?? 0) > (before?.lease?.token ?? 0));
    await owner.send(reviewer, { text: 'two' });
    assert.equal(sessions.specs[1]?.resumes?.conversationId, 'acp-1');
  });

  it('waits longer each time, gives up in the end, and says why', async () => {
    const owner = world.owner('one');
    await owner.start([reviewer]);
    for (let i = 0; i < maxRevivals; i += 1) {
      await owner.send(reviewer, { text: `${i}` });
      sessions.kill(`session-${i + 1}`);
      await eventually('it waits', () => owner.status(reviewer)?.state === 'suspended');
      await settle();
      world.clock.advance(1000 * 2 ** i - 1);
      await settle();
      assert.equal(owner.status(reviewer)?.state, 'suspended', 'its time has not come');
      world.clock.advance(1);
      await world.untilHistory(reviewer, 'respawned', i + 1);
    }
    await owner.send(reviewer, { text: 'the last' });
    sessions.kill(`session-${maxRevivals + 1}`);
    await eventually('it is broken', async () => (await world.listed())[1]?.state === 'broken');
    const [, listed] = await world.listed();
    assert.match(listed?.failure?.detail ?? '', /too often in a row.*It was killed/);
    await eventually('it is free', () => owner.held().length === 0);
    assert.deepEqual(
      (await owner.start([reviewer])).map(({ kind }) => kind),
      ['resumed'],
    );
  });

  it('does not start anew what a model or an account refuses, and keeps what waits', async () => {
    const owner = world.owner('one');
    await owner.start([reviewer]);
    await owner.send(reviewer, { text: 'one' });
    await owner.send(reviewer, { text: 'two' });
    sessions.fail('session-1', { message: 'It needs you to log in.' });
    await world.untilHistory(reviewer, 'session_ended');
    await world.untilHistory(reviewer, 'checkpoint_completed', 3);
    await settle();
    assert.deepEqual([owner.status(reviewer)?.state, sessions.specs.length], ['active', 1]);
    assert.equal((await world.listed())[1]?.waitingMessages, 1);
    world.clock.advance(30_000);
    await eventually('the next is brought', () => sessions.specs.length === 2);
  });

  it('lets turns go on when it stops, for whoever owns the agent next', async () => {
    const one = world.owner('one');
    await one.start([reviewer]);
    await one.send(reviewer, { text: 'long' });
    await world.untilHistory(reviewer, 'checkpoint_completed', 2);
    await one.stop();
    assert.deepEqual(sessions.cancels, []);
    assert.equal((await world.listed())[1]?.lease, undefined);
    const two = world.owner('two');
    await two.start([reviewer]);
    sessions.done('session-1', 'At last.');
    await eventually(
      'it is known',
      async () => (await world.listed())[1]?.lastOutput === 'At last.',
    );
  });

  it('begins anew under the next generation, and ends what ran before', async () => {
    const owner = world.owner('one');
    await owner.start([reviewer]);
    await owner.send(reviewer, { text: 'one' });
    const former = owner.status(reviewer);
    const record = await owner.reset(reviewer);
    assert.equal(record.generation, (former?.generation ?? 0) + 1);
    assert.notEqual(record.sessionId, former?.sessionId);
    assert.deepEqual(sessions.cancels, ['session-1: It is reset.']);
    await owner.send(reviewer, { text: 'two' });
    assert.equal(sessions.specs[1]?.resumes, undefined);
    await world.untilHistory(reviewer, 'reset');
  });

  it('lets others have an agent that it retires, and forgets one that it deletes', async () => {
    const owner = world.owner('one');
    await owner.start('all');
    await owner.retire(reviewer);
    assert.deepEqual(owner.held(), [docs]);
    assert.deepEqual(
      (await world.owner('two').start([reviewer])).map(({ kind }) => kind),
      ['resumed'],
    );
    await owner.delete(docs);
    assert.equal((await world.listed())[0]?.state, 'uninitialized');
  });

  it('says what changed in the descriptions, and does it when it is told to', async () => {
    const owner = world.owner('one');
    await owner.start([reviewer]);
    assert.deepEqual(await owner.reconcileActions(), []);
    world.describe(reviewer, 'instructions = "Be brief."\n');
    world.describe(named('tester'));
    const actions = await owner.reconcileActions();
    assert.deepEqual(
      actions.map(({ action }) => action),
      ['activate', 'hot_reload'],
    );
    for (const action of actions) await owner.reconcile(action);
    assert.deepEqual(owner.held(), [reviewer]);
    await owner.send(reviewer, { text: 'hello' });
    assert.match(sessions.specs[0]?.prompt ?? '', /Be brief\..*hello$/s);
    assert.deepEqual(await owner.reconcileActions(), []);
  });
});
