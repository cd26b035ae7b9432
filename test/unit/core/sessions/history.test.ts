import assert from 'node:assert/strict';
import type { ProgressEvent } from '../../../../src/core/sessions/progressEvent.ts';
import type { Observation } from '../../../../src/core/sessions/sessionObserver.ts';
import { settle } from '../../../support/eventually.ts';
import { aSpec, collected, observed, SessionWorld, taken } from './sessionWorld.ts';

describe('An observer that asks for what was before', () => {
  let world: SessionWorld;
  let id: string;
  beforeEach(async () => {
    world = new SessionWorld();
    id = await world.start();
  });

  const report = (count: number) => {
    for (let i = 0; i < count; i += 1) world.run(id).control.report({ kind: 'note', content: '' });
  };
  const end = () => world.run(id).finish({ value: 1 });
  const sequences = (all: readonly Observation[]) =>
    all.map((each) => (each.kind === 'event' ? each.event.sequence : `lagged ${each.count}`));
  const upTo = (last: number, first = 1) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i);

  it('gets it from the store and goes on live, each event once', async () => {
    report(4);
    const observer = world.registry.observe(id, { fromSequence: 3 });
    const all = collected(observer);
    await settle();
    report(3);
    await settle();
    end();
    assert.deepEqual(sequences(await all), upTo(9, 3));
  });

  it('misses nothing that happens while it reads, however much that is', async () => {
    report(600);
    const observer = world.registry.observe(id, { fromSequence: 1, capacity: 2 });
    const all: Observation[] = [];
    for await (const observation of observer) {
      all.push(observation);
      // Twice as fast as it reads, for a while: the buffer could never hold that.
      if (all.length <= 300) report(2);
      else if (all.length === 1100) end();
    }
    assert.deepEqual(sequences(all), upTo(1 + 600 + 600 + 1));
    assert.equal(world.registry.collect(0), 1, 'and is gone');
  });

  it('gets the whole of a session that has ended, then its end', async () => {
    report(3);
    end();
    await settle();
    const all = await collected(world.registry.observe(id, { fromSequence: 0 }));
    assert.deepEqual(all.map(observed), ['tick', 'note', 'note', 'note', 'running>done']);
  });

  it('gets nothing else when it asks for what is still to come', () => {
    const observer = world.registry.observe(id, { fromSequence: 2 });
    assert.deepEqual(observer.tryNext(), { kind: 'empty' });
    assert.equal(world.store.readings, 0, 'the store is left alone');
    report(1);
    assert.deepEqual(taken(observer), ['note']);
    observer.dispose();
    const beyond = world.registry.observe(id, { fromSequence: 1_000_000 });
    report(1);
    assert.deepEqual(
      taken(beyond),
      ['note'],
      'numbers that nobody knows yet are those of what comes',
    );
    beyond.dispose();
  });

  it('has nothing at the moment while the store is being read', async () => {
    report(1);
    const observer = world.registry.observe(id, { fromSequence: 1 });
    const seen: string[] = [];
    for (let turn = 0; turn < 10; turn += 1) {
      seen.push(...taken(observer));
      await settle();
    }
    assert.deepEqual(seen, ['tick', 'note']);
    report(1);
    assert.deepEqual(taken(observer), ['note']);
    observer.dispose();
  });

  it('learns how many events the store does not have', async () => {
    report(5);
    const lines = world.store.lines.get(id);
    assert.ok(lines);
    lines.splice(1, 2);
    lines.pop();
    const observer = world.registry.observe(id, { fromSequence: 1 });
    const all = collected(observer);
    await settle();
    report(1);
    await settle();
    end();
    assert.deepEqual(sequences(await all), [1, 'lagged 2', 4, 5, 'lagged 1', 7, 8]);
  });

  it('gets the end of a session that the store has nothing of', async () => {
    report(2);
    end();
    await settle();
    world.store.lines.clear();
    const all = await collected(world.registry.observe(id, { fromSequence: 1 }));
    assert.deepEqual(sequences(all), ['lagged 3', 4]);
  });

  it('takes a store that breaks off for one that has no more', async () => {
    report(3);
    const events = world.store.events(id);
    world.store.history = async function* (_id, from): AsyncGenerator<ProgressEvent> {
      await Promise.resolve();
      yield* events.filter(({ sequence }) => sequence >= from && sequence <= 2);
      throw new Error('EIO');
    };
    const observer = world.registry.observe(id, { fromSequence: 1 });
    const all = collected(observer);
    await settle();
    report(1);
    await settle();
    end();
    assert.deepEqual(sequences(await all), [1, 2, 'lagged 2', 5, 6]);
  });

  it('gets nothing twice from a store that says things again', async () => {
    report(3);
    const read = world.store.history.bind(world.store);
    world.store.history = (of) => read(of, 0);
    const observer = world.registry.observe(id, { fromSequence: 3 });
    const all = collected(observer);
    await settle();
    end();
    assert.deepEqual(sequences(await all), [3, 4, 5]);
  });

  it('lets go of the store when it is disposed in the middle', async () => {
    report(3);
    let isClosed = false;
    const events = world.store.events(id);
    world.store.history = async function* (): AsyncGenerator<ProgressEvent> {
      try {
        for (const event of events) {
          await Promise.resolve();
          yield event;
        }
      } finally {
        isClosed = true;
      }
    };
    const observer = world.registry.observe(id, { fromSequence: 1 });
    await observer.next();
    const waiting = observer.next();
    observer.dispose();
    assert.deepEqual(await waiting, { kind: 'closed' });
    await settle();
    assert.ok(isClosed);
  });

  it('is not held by a store that never answers', async () => {
    const next = () => new Promise<never>(() => undefined);
    Object.assign(world.store, { history: () => ({ [Symbol.asyncIterator]: () => ({ next }) }) });
    const observer = world.registry.observe(id, { fromSequence: 1 });
    const waiting = observer.next();
    await settle();
    observer.dispose();
    assert.deepEqual(await waiting, { kind: 'closed' });
    end();
    await settle();
    assert.equal(world.registry.collect(0), 1);
  });

  it('keeps its session from being collected while it reads', async () => {
    end();
    await settle();
    const observer = world.registry.observe(id, { fromSequence: 1 });
    await observer.next();
    assert.equal(world.registry.collect(0), 0);
    observer.dispose();
    assert.equal(world.registry.collect(0), 1);
  });
});

describe('A store that fails', () => {
  it('stops no session, and is told of once', async () => {
    const world = new SessionWorld();
    const id = await world.start();
    const observer = world.registry.observe(id);
    world.store.failure = new Error('ENOSPC: no space left');
    const { control, finish } = world.run(id);
    for (let i = 0; i < 3; i += 1) control.report({ kind: 'tick', phase: 'x' });
    await settle();
    finish({ value: 42 });
    await settle();
    assert.deepEqual(taken(observer), ['tick', 'tick', 'tick', 'note', 'running>done', 'closed']);
    assert.equal(world.registry.state(id).state, 'done');
    assert.deepEqual(world.errors, [
      `Session ${id}: What happens in this session cannot be saved: ENOSPC: no space left`,
    ]);
  });

  it('from the start lets the session start, and is told of after its first event', async () => {
    const world = new SessionWorld();
    world.store.failure = new Error('EROFS');
    const id = await world.registry.spawn(aSpec);
    const observer = world.registry.observe(id);
    await settle();
    assert.deepEqual(taken(observer), ['tick', 'note']);
    observer.dispose();
  });

  it('may also throw', async () => {
    const world = new SessionWorld();
    world.store.append = () => {
      throw new Error('bug');
    };
    const id = await world.startDone();
    assert.equal(world.registry.state(id).state, 'done');
    assert.equal(world.errors.length, 1);
  });
});
