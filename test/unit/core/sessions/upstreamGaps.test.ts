import assert from 'node:assert/strict';
import type { ResumePayload } from '../../../../src/core/sessions/resumePayload.ts';
import type { SessionRegistry } from '../../../../src/core/sessions/sessionRegistry.ts';
import { settle } from '../../../support/eventually.ts';
import {
  answer,
  aSpec,
  collected,
  observed,
  pace,
  returns42,
  SessionWorld,
  single,
  taken,
  throwsProblem,
  untilCancelled,
} from './sessionWorld.ts';

const two = [{ text: 'May I?' }, { text: 'And this?' }];
const permission = {
  text: 'Edit a.ts?',
  options: [
    { id: 'yes', label: 'Allow', kind: 'allow-once' },
    { id: 'no', label: 'Reject', kind: 'reject-once' },
  ],
} as const;

const batch = (...ids: readonly string[]): ResumePayload => ({
  kind: 'batch',
  responses: ids.map((id) => answer(id)),
});

describe('What other registries of sessions get wrong', () => {
  let world: SessionWorld;
  let registry: SessionRegistry;
  beforeEach(() => {
    world = new SessionWorld();
    ({ registry } = world);
  });

  /** Asserts that answers are refused and that nothing at all has changed. */
  async function refuses<T>(id: string, attempt: () => T): Promise<T> {
    const state = registry.state(id);
    const said = world.said(id);
    const result = attempt();
    await settle();
    assert.equal(registry.state(id), state);
    assert.deepEqual(world.said(id), said);
    return result;
  }

  it('1 a batch that is answered in part is refused, and can still be answered whole', async () => {
    const { id, asked } = await world.startAsking(two);
    const { missing } = await refuses(id, () =>
      throwsProblem(() => registry.resume(id, batch('q-0')), 'incomplete-batch'),
    );
    assert.deepEqual(missing, ['q-1']);
    await refuses(id, () => throwsProblem(() => registry.resume(id, batch()), 'incomplete-batch'));
    assert.ok(!asked.isAnswered);
    registry.resume(id, batch('q-1', 'q-0'));
    await settle();
    assert.deepEqual(
      asked.answers?.map(({ queryId }) => queryId),
      ['q-0', 'q-1'],
      'in the order of the questions',
    );
  });

  it('2 an answer under a wrong id is refused, also one of several', async () => {
    const { id, asked } = await world.startAsking(two);
    const { queryId, open } = await refuses(id, () =>
      throwsProblem(() => registry.resume(id, batch('q-0', 'q-1', 'q-7')), 'unknown-query'),
    );
    assert.equal(queryId, 'q-7');
    assert.deepEqual(open, ['q-0', 'q-1']);
    await refuses(id, () =>
      throwsProblem(() => registry.resume(id, batch('q-0', 'q-0')), 'duplicate-answer'),
    );
    assert.ok(!asked.isAnswered);
  });

  it('3 answers of the wrong kind are refused', async () => {
    const many = await world.startAsking(two);
    const first = await refuses(many.id, () =>
      throwsProblem(() => registry.resume(many.id, single('q-0')), 'kind-mismatch'),
    );
    assert.deepEqual(first, { code: 'kind-mismatch', expected: 'batch', actual: 'single' });
    const one = await world.startAsking();
    await refuses(one.id, () =>
      throwsProblem(() => registry.resume(one.id, batch('q-0')), 'kind-mismatch'),
    );
  });

  it('4 the reason for which a running session was first cancelled is the one that is told', async () => {
    const id = await world.start(untilCancelled);
    registry.cancel(id, { code: 'timeout', detail: 'over an hour', by: 'cli', requestedAtMs: 7 });
    registry.cancel(id, world.reason('too late'));
    const outcome = await registry.awaitTerminal(id);
    assert.ok(outcome.state === 'cancelled');
    assert.deepEqual(outcome.cancel, {
      reason: { code: 'timeout', detail: 'over an hour', by: 'cli', requestedAtMs: 7 },
      observedAtMs: world.clock.now(),
      stateBefore: { state: 'running' },
    });
  });

  it('5 a session that has not ended is never evicted, however long it is silent', async () => {
    const running = await world.start();
    const { id: paused, run } = await world.startAsking();
    const collector = registry.startCollector(pace);
    world.clock.advance(100 * 3_600_000);
    assert.equal(registry.state(running).state, 'running');
    assert.equal(registry.state(paused).state, 'paused');
    registry.resume(paused, single('q-0'));
    run.finish({ value: 1 });
    await settle();
    world.clock.advance(999);
    assert.equal(registry.state(paused).state, 'done', 'it was active a moment ago');
    world.clock.advance(501);
    throwsProblem(() => registry.state(paused), 'not-found');
    collector.dispose();
  });

  it('6 an answer after which the agent asks at once again does not touch what it asks then', async () => {
    const id = await world.start(async (control) => {
      await control.ask([{ text: 'first' }]);
      await control.ask([{ text: 'second' }]);
      return { value: 1 };
    });
    registry.resume(id, single('q-0'), { by: 'window 1' });
    const early = throwsProblem(() => registry.resume(id, single('q-0')), 'not-paused');
    assert.deepEqual(early, {
      code: 'not-paused',
      actual: 'running',
      answered: { by: 'window 1', atMs: world.clock.now() },
    });
    await settle();
    assert.equal(world.prompts(id)[0]?.text, 'second');
    const { answered, actual } = await refuses(id, () =>
      throwsProblem(() => registry.resume(id, single('q-0')), 'already-answered'),
    );
    assert.deepEqual([answered.by, actual], ['window 1', 'paused']);
    registry.resume(id, single('q-1'));
    assert.equal((await registry.awaitTerminal(id)).state, 'done');
    const last = throwsProblem(() => registry.resume(id, single('q-1')), 'not-paused');
    assert.deepEqual([last.actual, last.answered], ['done', { atMs: world.clock.now() }]);
  });

  it('7 an observer that waits for the end does not keep its session for ever', async () => {
    const id = await world.start();
    const observer = registry.observe(id);
    const all = collected(observer);
    world.run(id).finish({ value: 1 });
    assert.deepEqual((await all).map(observed), ['running>done']);
    assert.equal(registry.collect(0), 1);
  });

  it('an answer that its question does not take is refused', async () => {
    const { id, asked } = await world.startAsking([permission]);
    const wrong: readonly ResumePayload[] = [
      single('q-0', 'yes'),
      { kind: 'single', queryId: 'q-0', response: { kind: 'option', optionId: 'maybe' } },
      { kind: 'single', queryId: 'q-0', response: { kind: 'form', values: {} } },
    ];
    for (const payload of wrong) {
      const { options } = await refuses(id, () =>
        throwsProblem(() => registry.resume(id, payload), 'invalid-answer'),
      );
      assert.deepEqual(options, ['yes', 'no']);
    }
    const allowed = { kind: 'option', optionId: 'yes' } as const;
    registry.resume(id, { kind: 'single', queryId: 'q-0', response: allowed });
    await settle();
    assert.deepEqual(asked.answers, [{ queryId: 'q-0', response: allowed }]);

    const free = await world.startAsking();
    throwsProblem(
      () => registry.resume(free.id, { kind: 'single', queryId: 'q-0', response: allowed }),
      'invalid-answer',
    );
    registry.resume(free.id, { kind: 'single', queryId: 'q-0', response: { kind: 'declined' } });
    assert.equal(registry.state(free.id).state, 'running');
  });

  it('an answer to a session that asks nothing is told the state it is in', async () => {
    const id = await world.start();
    const running = throwsProblem(() => registry.resume(id, single('q-0')), 'not-paused');
    assert.deepEqual(running, { code: 'not-paused', actual: 'running' });
    world.run(id).fail(new Error('no'));
    await settle();
    const failed = throwsProblem(() => registry.resume(id, single('q-0')), 'not-paused');
    assert.equal(failed.actual, 'failed');
  });

  it('of two who answer at once the first wins and the second learns who it was', async () => {
    const { id, asked } = await world.startAsking();
    const attempts = ['window', 'cli'].map(async (by) => {
      await Promise.resolve();
      return registry.resume(id, single('q-0', by), { by });
    });
    const [first, second] = await Promise.allSettled(attempts);
    assert.equal(first?.status, 'fulfilled');
    assert.ok(second?.status === 'rejected');
    assert.match(String(second.reason), /already answered by window\. .*it is running/);
    assert.deepEqual(asked.answers, [answer('q-0', 'window')]);
  });

  it('an answer while a cancelled session winds up is refused with the reason', async () => {
    const id = await world.start();
    registry.cancel(id, world.reason('stop'));
    assert.equal(registry.state(id).state, 'running');
    assert.equal(registry.list()[0]?.cancelReason?.detail, 'stop');
    const { reason } = throwsProblem(() => registry.resume(id, single('q-0')), 'already-cancelled');
    assert.equal(reason?.detail, 'stop');
  });

  it('whatever an execution came to when it was cancelled before, it is cancelled', async () => {
    const id = await world.start();
    world.run(id).finish({ value: 42 });
    registry.cancel(id, world.reason());
    assert.equal((await registry.awaitTerminal(id)).state, 'cancelled');
  });

  it('giving up waiting takes the outcome from nobody else', async () => {
    const id = await world.start();
    const impatient = await Promise.race([registry.awaitTerminal(id), Promise.resolve('gave up')]);
    assert.equal(impatient, 'gave up');
    const patient = registry.awaitTerminal(id);
    world.run(id).finish({ value: 1 });
    assert.equal((await patient).state, 'done');
  });

  it('nothing at the moment is told apart from nothing any more', async () => {
    world.executor.script = returns42;
    const observer = registry.observe(await registry.spawn(aSpec));
    assert.deepEqual(observer.tryNext(), { kind: 'empty' });
    await settle();
    assert.deepEqual(taken(observer), ['tick', 'running>done', 'closed']);
  });
});
