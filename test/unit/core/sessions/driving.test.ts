import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { ExecutionFailure } from '../../../../src/core/sessions/failure.ts';
import { AskRefused } from '../../../../src/core/sessions/sessionExecutor.ts';
import { settle } from '../../../support/eventually.ts';
import {
  aSpec,
  cancelGraceMs,
  returns42,
  SessionWorld,
  single,
  untilCancelled,
} from './sessionWorld.ts';

describe('An execution', () => {
  let world: SessionWorld;
  beforeEach(() => {
    world = new SessionWorld();
  });

  it('A11.11 that is cancelled before it begins executes nothing', async () => {
    world.executor.script = untilCancelled;
    const id = await world.registry.spawn(aSpec);
    world.registry.cancel(id, world.reason());
    const outcome = await world.registry.awaitTerminal(id);
    assert.equal(outcome.state, 'cancelled');
    assert.equal(world.executor.runs.size, 0);
    assert.deepEqual(world.said(id), ['cancel-requested', 'running>cancelled'], 'not even a tick');
    assert.equal(world.clock.pendingTimers, 0);
  });

  it('A11.12 that asks although it is cancelled is never paused', async () => {
    const id = await world.start();
    const run = world.run(id);
    world.registry.cancel(id, world.reason());
    const asked = run.ask([{ text: 'May I?' }]);
    await settle();
    assert.ok(asked.error instanceof AskRefused && asked.error.reason === 'cancelled');
    run.finish({ value: 1 });
    assert.equal((await world.registry.awaitTerminal(id)).state, 'cancelled');
    assert.ok(!world.said(id).includes('running>paused'));
  });

  it('A11.13 is asked to stop once, however often it is cancelled', async () => {
    const id = await world.start();
    const { signal } = world.run(id).control;
    let aborts = 0;
    signal.addEventListener('abort', () => (aborts += 1));
    world.registry.cancel(id, world.reason());
    world.registry.cancel(id, world.reason());
    assert.ok(signal.aborted);
    assert.equal(aborts, 1);
  });

  it('A11.14 ends once: a later reason changes nothing', async () => {
    const { id } = await world.startAsking();
    world.registry.cancel(id, world.reason('first'));
    const first = world.registry.state(id);
    world.clock.advance(10);
    world.registry.cancel(id, world.reason('second'));
    world.run(id).fail(new Error('third'));
    await settle();
    assert.equal(world.registry.state(id), first);
    assert.ok(first.state === 'cancelled');
    assert.equal(first.cancel.reason.detail, 'first');
    assert.equal(first.cancel.stateBefore.state, 'paused');
  });

  it('A11.15 that is cancelled while it is paused keeps what it was asking', async () => {
    const { id } = await world.startAsking();
    const paused = world.registry.state(id);
    world.registry.cancel(id, world.reason());
    world.registry.cancel(id, world.reason());
    const state = world.registry.state(id);
    assert.ok(state.state === 'cancelled');
    assert.deepEqual(state.cancel.stateBefore, paused);
  });

  it('A11.16 that comes to something is done', async () => {
    const id = await world.start(returns42);
    const state = world.registry.state(id);
    assert.ok(state.state === 'done');
    assert.equal(state.result.value, 42);
    assert.equal(state.result.finishedAtMs, world.clock.now());
    assert.deepEqual(world.said(id), ['tick', 'running>done']);
  });

  it('A11.17 can be cancelled at four points, which the source names', async () => {
    const folder = new URL('../../../../src/core/sessions/', import.meta.url);
    const found: string[] = [];
    for (const name of await readdir(folder)) {
      const text = await readFile(new URL(name, folder), 'utf8');
      found.push(...[...text.matchAll(/\/\/ Checkpoint ([A-Z]):/g)].map((match) => match[1] ?? ''));
    }
    assert.deepEqual(found.sort(), ['A', 'B', 'C', 'D']);
  });

  it('that throws has failed, as it says or as an engine error', async () => {
    const script = () => Promise.reject(new ExecutionFailure('agent-error', 'No credit.'));
    const said = world.registry.state(await world.start(script));
    assert.ok(said.state === 'failed');
    assert.equal(said.failure.kind, 'agent-error');

    const unexpected = world.registry.state(
      await world.start(() => {
        throw new TypeError('x is not a function');
      }),
    );
    assert.ok(unexpected.state === 'failed');
    assert.equal(unexpected.failure.kind, 'engine-error');
    assert.equal(unexpected.failure.message, 'x is not a function');
  });

  it('whose result is no JSON has failed', async () => {
    const state = world.registry.state(await world.start(() => Promise.resolve({ value: 1n })));
    assert.ok(state.state === 'failed');
    assert.equal(state.failure.kind, 'engine-error');
    assert.match(state.failure.message, /^The result is no JSON: /);
  });

  it('may end while it asks, and its question ends with it', async () => {
    const { id, run, asked } = await world.startAsking();
    run.finish({ value: 'never mind' });
    await settle();
    assert.equal(world.registry.state(id).state, 'done');
    assert.ok(asked.error instanceof AskRefused && asked.error.reason === 'ended');
    assert.deepEqual(world.said(id).slice(-1), ['paused>done']);
  });

  it('reports until it ends, also while it winds up, and not after', async () => {
    const id = await world.start();
    const { control, finish } = world.run(id);
    control.report({ kind: 'note', content: 'before' });
    world.registry.cancel(id, world.reason());
    control.report({ kind: 'note', content: 'winding up' });
    finish({ value: 1 });
    await settle();
    control.report({ kind: 'note', content: 'after' });
    assert.deepEqual(world.said(id), [
      'tick',
      'note',
      'cancel-requested',
      'note',
      'running>cancelled',
    ]);
  });

  it('that does not stop is given up after a while, and its session ends without it', async () => {
    const id = await world.start();
    world.registry.cancel(id, world.reason('enough'));
    world.clock.advance(cancelGraceMs - 1);
    assert.equal(world.registry.state(id).state, 'running');
    world.clock.advance(1);
    const state = world.registry.state(id);
    assert.ok(state.state === 'cancelled');
    assert.equal(state.cancel.reason.detail, 'enough');
    assert.equal(state.cancel.observedAtMs, world.clock.now());

    let hasWoundUp = false;
    void world.registry.awaitWoundUp(id).then(() => (hasWoundUp = true));
    await settle();
    assert.ok(!hasWoundUp, 'which is not to say that it has stopped');
    world.run(id).fail(new Error('too late'));
    await settle();
    assert.ok(hasWoundUp);
    assert.equal(world.registry.state(id), state);
  });
});

describe('Questions of an execution', () => {
  let world: SessionWorld;
  beforeEach(() => {
    world = new SessionWorld();
  });

  it('are asked one after the other, each under an id of its own', async () => {
    const { id, run, asked } = await world.startAsking();
    const next = run.ask([{ text: 'And this?' }]);
    assert.deepEqual(world.prompts(id), [{ queryId: 'q-0', text: 'May I?' }]);
    world.registry.resume(id, single('q-0'));
    assert.deepEqual(world.prompts(id), [{ queryId: 'q-1', text: 'And this?' }]);
    await settle();
    assert.ok(asked.isAnswered);
    assert.ok(!next.isAnswered);
    world.registry.resume(id, single('q-1'));
    await settle();
    assert.ok(next.isAnswered);
    assert.deepEqual(world.said(id), [
      'tick',
      'running>paused',
      'pause-requested',
      'paused>running',
      'resume-accepted',
      'running>paused',
      'pause-requested',
      'paused>running',
      'resume-accepted',
    ]);
  });

  it('go on with the run when they are withdrawn', async () => {
    const id = await world.start();
    const run = world.run(id);
    const withdrawn = new AbortController();
    const first = run.ask([{ text: 'May I?' }], withdrawn.signal);
    const second = run.ask([{ text: 'And this?' }]);
    withdrawn.abort();
    await settle();
    assert.ok(first.error instanceof AskRefused && first.error.reason === 'withdrawn');
    assert.equal(world.prompts(id)[0]?.text, 'And this?');
    world.registry.resume(id, single('q-1'));
    await settle();
    assert.equal(world.registry.state(id).state, 'running');
    assert.ok(second.isAnswered);
  });

  it('that wait can be withdrawn too, and none is asked that already was', async () => {
    const { id, run } = await world.startAsking();
    const withdrawn = new AbortController();
    const waiting = run.ask([{ text: 'And this?' }], withdrawn.signal);
    withdrawn.abort();
    const late = run.ask([{ text: 'Late?' }], withdrawn.signal);
    await settle();
    for (const { error } of [waiting, late]) {
      assert.ok(error instanceof AskRefused && error.reason === 'withdrawn');
    }
    world.registry.resume(id, single('q-0'));
    assert.equal(world.registry.state(id).state, 'running');
  });

  it('let go of the signal that could withdraw them, however they come to their end', async () => {
    const id = await world.start();
    const run = world.run(id);
    const { signal } = new AbortController();
    run.ask([{ text: 'May I?' }], signal);
    world.registry.resume(id, single('q-0'));
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    run.ask([{ text: 'And this?' }], signal);
    world.registry.cancel(id, world.reason());
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    await settle();
  });

  it('are all refused when the session is cancelled', async () => {
    const { id, run, asked } = await world.startAsking();
    const waiting = run.ask([{ text: 'And this?' }]);
    world.registry.cancel(id, world.reason());
    await settle();
    for (const { error } of [asked, waiting]) {
      assert.ok(error instanceof AskRefused && error.reason === 'cancelled');
    }
  });

  it('of which there are none need no answer', async () => {
    const id = await world.start();
    const asked = world.run(id).ask([]);
    await settle();
    assert.deepEqual(asked.answers, []);
    assert.equal(world.registry.state(id).state, 'running');
  });

  it('after the end are refused', async () => {
    const id = await world.start(returns42);
    const asked = world.run(id).ask([{ text: 'Anybody there?' }]);
    await settle();
    assert.ok(asked.error instanceof AskRefused && asked.error.reason === 'ended');
  });
});
