import assert from 'node:assert/strict';
import type { ExecutionState } from '../../../../src/core/sessions/executionState.ts';
import type { TokenUsage } from '../../../../src/core/sessions/tokenUsage.ts';
import { SessionError } from '../../../../src/core/sessions/sessionError.ts';
import type { SessionRegistry } from '../../../../src/core/sessions/sessionRegistry.ts';
import { settle } from '../../../support/eventually.ts';
import {
  aSpec,
  pace,
  rejectsProblem,
  returns42,
  SessionWorld,
  single,
  taken,
  throwsProblem,
  type Script,
} from './sessionWorld.ts';

const asksOnce: Script = async (control) => ({
  value: await control.ask([{ text: 'May I?' }]),
});

function usageOf(state: ExecutionState): TokenUsage | undefined {
  assert.ok(state.state === 'done');
  return state.result.usage;
}

describe('The registry of sessions', () => {
  let world: SessionWorld;
  let registry: SessionRegistry;
  beforeEach(() => {
    world = new SessionWorld();
    ({ registry } = world);
  });

  it('A11.18 answers a spawn before the execution begins and before the first event', async () => {
    const id = await registry.spawn(aSpec);
    assert.match(id, /^session-/);
    assert.equal(world.executor.prepared, 1);
    assert.equal(world.executor.runs.size, 0);
    const observer = registry.observe(id);
    assert.deepEqual(taken(observer), []);
    await settle();
    assert.deepEqual(taken(observer), ['tick'], 'so that nobody misses it');
    observer.dispose();
  });

  it('A11.19 says that a session which will ask is running or paused', async () => {
    world.executor.script = asksOnce;
    const id = await registry.spawn(aSpec);
    assert.equal(registry.state(id).state, 'running');
    await settle();
    assert.equal(registry.state(id).state, 'paused');
  });

  it('A11.20 refuses an answer to a session that was cancelled while it asked', async () => {
    const id = await world.start(asksOnce);
    registry.cancel(id, world.reason('enough'));
    const { reason } = throwsProblem(() => registry.resume(id, single('q-0')), 'already-cancelled');
    assert.equal(reason?.detail, 'enough');
  });

  it('A11.21 lets a session be cancelled twice', async () => {
    const id = await world.start();
    registry.cancel(id, world.reason());
    registry.cancel(id, world.reason());
    assert.deepEqual(world.said(id), ['tick', 'cancel-requested']);
    const done = await world.startDone();
    registry.cancel(done, world.reason());
    assert.equal(registry.state(done).state, 'done');
  });

  it('A11.22 tells who waits what a session came to', async () => {
    world.executor.script = returns42;
    const outcome = await registry.awaitTerminal(await registry.spawn(aSpec));
    assert.ok(outcome.state === 'done');
    assert.equal(outcome.result.value, 42);
  });

  it('A11.23 tells two who wait the same', async () => {
    const id = await world.start();
    const waits = [registry.awaitTerminal(id), registry.awaitTerminal(id)];
    world.run(id).finish({ value: 42 });
    const [first, second] = await Promise.all(waits);
    assert.equal(first?.state, 'done');
    assert.equal(second, first);
    assert.equal(await registry.awaitTerminal(id), first, 'and a third after the end');
  });

  it('A11.24 lets the first observer of a session in', async () => {
    const id = await world.start();
    registry.observe(id).dispose();
  });

  it('A11.25 shows the end to each of three observers', async () => {
    world.executor.script = returns42;
    const id = await registry.spawn(aSpec);
    const observers = [1, 2, 3].map(() => registry.observe(id));
    await settle();
    for (const observer of observers) {
      assert.deepEqual(taken(observer), ['tick', 'running>done', 'closed']);
    }
  });

  it('A11.26 evicts what has ended and was idle for its time to live', async () => {
    const id = await world.startDone();
    const collector = registry.startCollector(pace);
    world.clock.advance(500);
    assert.equal(registry.state(id).state, 'done', 'too early');
    world.clock.advance(500);
    throwsProblem(() => registry.observe(id), 'not-found');
    collector.dispose();
  });

  it('A11.27 keeps what is observed, and evicts it when the observer is gone', async () => {
    const id = await world.startDone();
    const observer = registry.observe(id, { fromSequence: 1 });
    const collector = registry.startCollector(pace);
    world.clock.advance(10_000);
    assert.equal(registry.state(id).state, 'done');
    observer.dispose();
    assert.equal(registry.state(id).state, 'done', 'until the next pass');
    world.clock.advance(500);
    throwsProblem(() => registry.state(id), 'not-found');
    collector.dispose();
  });

  it('A11.28 evicts nothing before the first interval is over', async () => {
    const id = await world.startDone();
    world.clock.advance(10_000);
    const collector = registry.startCollector(pace);
    await settle();
    world.clock.advance(499);
    assert.equal(registry.state(id).state, 'done');
    world.clock.advance(1);
    throwsProblem(() => registry.state(id), 'not-found');
    collector.dispose();
  });

  it('A11.29 knows when a session was last active, whatever happens at once', async () => {
    const id = await world.start();
    await Promise.all(
      Array.from({ length: 1000 }, async () => {
        await Promise.resolve();
        world.clock.advance(1);
        world.run(id).control.report({ kind: 'tick', phase: 'x' });
        const [listing] = registry.list();
        assert.equal(listing?.lastActiveMs, world.clock.now());
      }),
    );
    assert.equal(registry.list()[0]?.lastSequence, 1001);
  });

  it('A11.30 answers observers with a stream or not-found while it collects', async () => {
    const id = await world.startDone();
    const collector = registry.startCollector({ ttlMs: 300, intervalMs: 5 });
    const answers = new Set<string>();
    const task = async () => {
      for (let i = 0; i < 100; i += 1) {
        await Promise.resolve();
        world.clock.advance(1);
        try {
          registry.observe(id).dispose();
          answers.add('observed');
        } catch (error) {
          answers.add(error instanceof SessionError ? error.code : String(error));
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, task));
    assert.deepEqual([...answers], ['observed', 'not-found']);
    collector.dispose();
  });

  it('A11.31 collects sessions that began after the collector, for as long as it is not stopped', async () => {
    const collector = registry.startCollector(pace);
    world.clock.advance(5_000);
    const id = await world.startDone();
    world.clock.advance(1_500);
    throwsProblem(() => registry.state(id), 'not-found');

    const late = await world.startDone();
    collector.dispose();
    collector.dispose();
    world.clock.advance(100_000);
    assert.equal(registry.state(late).state, 'done');
    assert.equal(world.clock.pendingTimers, 0);
  });

  it('A11.32 shows all who use it the same sessions', async () => {
    const spawnsOne = (mine: SessionRegistry) => mine.spawn(aSpec);
    const collects = (mine: SessionRegistry) => mine.collect(0);
    world.executor.script = returns42;
    const id = await spawnsOne(registry);
    assert.deepEqual(
      registry.list().map(({ header }) => header.sessionId),
      [id],
    );
    await registry.awaitTerminal(id);
    assert.equal(collects(registry), 1);
    throwsProblem(() => registry.state(id), 'not-found');
    assert.deepEqual(registry.list(), []);
  });

  it('A11.33 adds up what models used, and estimates it where nobody says', async () => {
    const none = await world.start(() => Promise.resolve({ value: 1 }));
    assert.equal(usageOf(registry.state(none)), undefined);

    const usage = { promptTokens: 10, completionTokens: 5 };
    const { id, run } = await world.startAsking();
    registry.resume(id, { kind: 'single', ...answerWith('q-0'), usage });
    run.finish({ value: 1 });
    await settle();
    assert.deepEqual(usageOf(registry.state(id)), usage);

    const estimated = await world.start((control) => {
      control.report({ kind: 'llm-call-begin', queryId: 'q' });
      const content = { kind: 'text', text: 'twelve chars, 日本語' } as const;
      control.report({ kind: 'update', update: { kind: 'message-chunk', role: 'agent', content } });
      control.report({ kind: 'llm-call-end', queryId: 'q' });
      return Promise.resolve({ value: 1 });
    });
    assert.deepEqual(usageOf(registry.state(estimated)), {
      promptTokens: 3,
      completionTokens: 6,
      isEstimate: true,
    });
  });

  it('believes the total of the agent before sums, and sums before estimates, side by side', async () => {
    const id = await world.start((control) => {
      for (const promptTokens of [3, 4]) {
        control.report({ kind: 'llm-call-end', queryId: 'q', usage: { promptTokens } });
      }
      return Promise.resolve({ value: 1, usage: { completionTokens: 100 } });
    });
    assert.deepEqual(usageOf(registry.state(id)), { promptTokens: 7, completionTokens: 100 });

    const told = await world.start((control) => {
      const tokens = { promptTokens: 50, completionTokens: 2 };
      control.report({ kind: 'update', update: { kind: 'usage', tokens } });
      return Promise.resolve({ value: 1 });
    });
    assert.deepEqual(usageOf(registry.state(told)), { promptTokens: 50, completionTokens: 2 });
  });

  it('counts nothing that is only told again', async () => {
    const id = await world.start((control) => {
      const content = { kind: 'text', text: 'of yesterday' } as const;
      control.report({
        kind: 'update',
        update: { kind: 'message-chunk', role: 'agent', content },
        isReplayed: true,
      });
      return Promise.resolve({ value: 1 });
    });
    assert.equal(usageOf(registry.state(id)), undefined);
  });

  it('refuses a spec that cannot be run, and starts nothing', async () => {
    await rejectsProblem(registry.spawn({ ...aSpec, prompt: '' }), 'invalid-spec');
    const { reason } = await rejectsProblem(registry.spawn({ kind: 'eval' }), 'invalid-spec');
    assert.match(reason, /"eval"/);
    assert.equal(world.executor.prepared, 0);
    assert.deepEqual(registry.list(), []);
    assert.equal(world.store.headers.size, 0);
  });

  it('says why an execution cannot be prepared', async () => {
    world.executor.failure = new Error('no agent "claude" here');
    const { reason } = await rejectsProblem(registry.spawn(aSpec), 'engine');
    assert.equal(reason, 'no agent "claude" here');
    world.executor.failure = new SessionError({ code: 'invalid-spec', reason: 'no such preset' });
    await rejectsProblem(registry.spawn(aSpec), 'invalid-spec');
    assert.deepEqual(registry.list(), []);
  });

  it('knows nothing of other ids, in any verb', async () => {
    const id = 'session-unknown';
    throwsProblem(() => registry.state(id), 'not-found');
    throwsProblem(() => registry.resume(id, single('q-0')), 'not-found');
    throwsProblem(() => registry.cancel(id, world.reason()), 'not-found');
    throwsProblem(() => registry.observe(id), 'not-found');
    await rejectsProblem(registry.awaitTerminal(id), 'not-found');
    await rejectsProblem(registry.awaitWoundUp(id), 'not-found');
  });

  it('gives each session another id, also when chance repeats itself', async () => {
    const byteSource = [1, 1, 1, 2];
    const other = new SessionWorld((count) => new Uint8Array(count).fill(byteSource.shift() ?? 3));
    const ids = [await other.registry.spawn(aSpec), await other.registry.spawn(aSpec)];
    assert.equal(new Set(ids).size, 2);
    assert.deepEqual(byteSource, []);
  });

  it('collects nothing while the clock stands before the last activity', async () => {
    await world.startDone();
    world.clock.jumpTo(world.clock.now() - 1_000_000);
    assert.equal(registry.collect(0), 0);
  });
});

function answerWith(queryId: string): {
  queryId: string;
  response: { kind: 'text'; text: string };
} {
  return { queryId, response: { kind: 'text', text: 'yes' } };
}
