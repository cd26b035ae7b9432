import assert from 'node:assert/strict';
import {
  forwardObservations,
  type ForwardedRecord,
} from '../../../../src/core/sessions/forwardObservations.ts';
import type { ExecutionState } from '../../../../src/core/sessions/executionState.ts';
import { settle } from '../../../support/eventually.ts';
import {
  aSpec,
  collected,
  observed,
  returns42,
  SessionWorld,
  single,
  taken,
} from './sessionWorld.ts';

/** Nothing waits for a disk. */
const recorded = () => Promise.resolve();

describe('Sessions from start to end', () => {
  let world: SessionWorld;
  beforeEach(() => {
    world = new SessionWorld();
  });

  it('A11.34 a session runs after its spawn, and comes to its end', async () => {
    world.executor.script = returns42;
    const id = await world.registry.spawn(aSpec);
    assert.equal(world.registry.state(id).state, 'running');
    const outcome = await world.registry.awaitTerminal(id);
    assert.ok(outcome.state === 'done' && outcome.result.value === 42);
  });

  it('A11.35 an observer is told of a pause and of what is asked', async () => {
    const id = await world.start();
    const observer = world.registry.observe(id);
    world.run(id).ask([{ text: 'May I?' }]);
    await observer.next();
    const requested = await observer.next();
    assert.ok(requested.kind === 'event' && requested.event.kind === 'pause-requested');
    assert.equal(requested.event.pause.prompts[0]?.text, 'May I?');
    observer.dispose();
  });

  it('A11.36 the answer to a pause lets the session go on to its end', async () => {
    const id = await world.start(async (control) => {
      const [given] = await control.ask([{ text: 'May I?' }]);
      return { value: given?.response };
    });
    const [prompt] = world.prompts(id);
    const resumed = world.registry.resume(id, single(prompt?.queryId, 'go on'), { by: 'Ann' });
    assert.deepEqual(resumed, { outcome: 'continued' });
    const outcome = await world.registry.awaitTerminal(id);
    assert.ok(outcome.state === 'done');
    assert.deepEqual(outcome.result.value, { kind: 'text', text: 'go on' });
    const accepted = world.store.events(id).find(({ kind }) => kind === 'resume-accepted');
    assert.ok(accepted?.kind === 'resume-accepted');
    assert.equal(accepted.by, 'Ann');
    assert.deepEqual(accepted.responses, [
      { queryId: 'q-0', response: { kind: 'text', text: 'go on' } },
    ]);
  });

  it('A11.37 cancelling a paused session ends it for that reason, twice as well as once', async () => {
    const { id } = await world.startAsking();
    world.registry.cancel(id, world.reason());
    const outcome = await world.registry.awaitTerminal(id);
    assert.ok(outcome.state === 'cancelled' && outcome.cancel.reason.code === 'user');
    world.registry.cancel(id, { code: 'internal', requestedAtMs: 0 });
    assert.equal(world.registry.state(id), outcome);
  });

  it('A11.38 two observers see the end each, and a session that nobody observes ends as well', async () => {
    const id = await world.start();
    const observers = [world.registry.observe(id), world.registry.observe(id)];
    world.run(id).finish({ value: 1 });
    await settle();
    for (const observer of observers) {
      assert.deepEqual(taken(observer), ['running>done', 'closed']);
    }
    const alone = await world.startDone();
    assert.deepEqual(taken(world.registry.observe(alone)), ['closed'], 'the end was before');
  });

  it('A11.39 what is forwarded are the events, how many were missed, and no more after a failure', async () => {
    const id = await world.start();
    const { control, finish } = world.run(id);
    const sent: ForwardedRecord[] = [];
    let release = () => undefined as unknown;
    const observer = world.registry.observe(id, { capacity: 2 });
    const send = async (record: ForwardedRecord) => {
      sent.push(record);
      await new Promise<void>((resolve) => (release = resolve));
    };
    const forwarded = forwardObservations(observer, { send, recorded });
    const report = (count: number) => {
      for (let i = 0; i < count; i += 1) control.report({ kind: 'tick', phase: `${i}` });
    };
    report(1);
    await settle();
    report(5);
    for (let i = 0; i < 3; i += 1) {
      release();
      await settle();
    }
    finish({ value: 1 });
    for (let i = 0; i < 3; i += 1) {
      await settle();
      release();
    }
    assert.equal(await forwarded, 'ended');
    assert.deepEqual(
      sent.map((each) => (each.kind === 'lagged' ? each : each.event.kind)),
      ['tick', { kind: 'lagged', count: 3 }, 'tick', 'tick', 'state-transition'],
    );
  });

  it('A11.39 forwarding ends at once when there is nothing left, or nobody to send to', async () => {
    const done = await world.startDone();
    const send = () => assert.fail('nothing is sent');
    const nothing = forwardObservations(world.registry.observe(done), { send, recorded });
    assert.equal(await nothing, 'ended');

    const id = await world.start();
    const observer = world.registry.observe(id);
    const forwarded = forwardObservations(observer, {
      send: () => Promise.reject(new Error('EPIPE')),
      recorded,
    });
    world.run(id).control.report({ kind: 'tick', phase: 'x' });
    assert.equal(await forwarded, 'lost');
    assert.deepEqual(taken(observer), ['closed']);
  });

  it('whoever is told of the end finds it recorded', async () => {
    const id = await world.start();
    const sent: string[] = [];
    let tell = () => undefined as unknown;
    const forwarded = forwardObservations(world.registry.observe(id), {
      send: ({ kind }) => Promise.resolve(void sent.push(kind)),
      recorded: () => new Promise<void>((resolve) => (tell = resolve)),
    });
    world.run(id).control.report({ kind: 'tick', phase: 'x' });
    world.run(id).finish({ value: 1 });
    await settle();
    assert.deepEqual(sent, ['event'], 'only the end waits');
    tell();
    assert.equal(await forwarded, 'ended');
    assert.deepEqual(sent, ['event', 'event']);
  });

  it('a state and its event are one step, for whoever looks', async () => {
    const id = await world.start();
    const observer = world.registry.observe(id);
    const seen: [string, ExecutionState['state']][] = [];
    const watch = (async () => {
      for await (const each of observer)
        seen.push([observed(each), world.registry.state(id).state]);
    })();
    world.run(id).ask([{ text: 'May I?' }]);
    await settle();
    world.registry.resume(id, single('q-0'));
    await settle();
    world.run(id).finish({ value: 1 });
    await watch;
    assert.deepEqual(seen, [
      ['running>paused', 'paused'],
      ['pause-requested', 'paused'],
      ['paused>running', 'running'],
      ['resume-accepted', 'running'],
      ['running>done', 'done'],
    ]);
  });

  it('twenty sessions at once do not disturb each other', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => world.start()));
    const observers = ids.map((id) => world.registry.observe(id, { fromSequence: 1 }));
    for (const [index, id] of ids.entries()) {
      const { control, finish } = world.run(id);
      for (let i = 0; i < index; i += 1) control.report({ kind: 'tick', phase: `${index}` });
      finish({ value: index });
    }
    for (const [index, observer] of observers.entries()) {
      const all = await collected(observer);
      assert.equal(all.length, index + 2);
      const phases = all.flatMap((each) =>
        each.kind === 'event' && each.event.kind === 'tick' ? [each.event.phase] : [],
      );
      assert.ok(phases.slice(1).every((phase) => phase === `${index}`));
    }
  });
});
