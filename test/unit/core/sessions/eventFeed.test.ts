import assert from 'node:assert/strict';
import { silentLogger } from '../../../../src/base/logger.ts';
import type { TerminalOutcome } from '../../../../src/core/sessions/executionState.ts';
import { Session } from '../../../../src/core/sessions/session.ts';
import { SessionFeed } from '../../../../src/core/sessions/sessionFeed.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { MemorySessionStore } from './memorySessionStore.ts';
import { aSpec, collected, observed, taken } from './sessionWorld.ts';

const header = { sessionId: 'session-1', spec: aSpec, createdAtMs: 0 };
const outcome: TerminalOutcome = { state: 'done', result: { value: 1, finishedAtMs: 1 } };

describe('The feed of a session', () => {
  const ports = () => ({
    clock: new FakeClock(),
    store: new MemorySessionStore(),
    logger: silentLogger,
  });
  let feed: SessionFeed;
  beforeEach(() => {
    feed = new SessionFeed(header, ports());
  });

  const tick = (phase = 'x') => feed.emit({ kind: 'tick', phase });
  const end = () => feed.emit({ kind: 'state-transition', from: 'running', to: 'done', outcome });

  it('A11.5 a new session is running', () => {
    const session = new Session(header, { ...ports(), cancelGraceMs: 1 });
    assert.deepEqual(session.state, { state: 'running' });
    assert.equal(session.feed.lastSequence, 0, 'and says nothing of it');
  });

  it('A11.6 events without observers harm nothing', () => {
    tick();
    assert.equal(feed.lastSequence, 1);
    assert.equal(feed.observerCount, 0);
  });

  it('A11.7 an observer is told what comes after it began, and nothing before', () => {
    feed.emit({ kind: 'note', content: 'early' });
    const observer = feed.observe();
    tick();
    assert.deepEqual(taken(observer), ['tick']);
  });

  it('A11.8 three observers get each of three events, then the end', async () => {
    const observers = [feed.observe(), feed.observe(), feed.observe()];
    tick();
    tick();
    end();
    for (const observer of observers) {
      const all = (await collected(observer)).map(observed);
      assert.deepEqual(all, ['tick', 'tick', 'running>done']);
      assert.deepEqual(await observer.next(), { kind: 'closed' });
    }
    assert.equal(feed.observerCount, 0);
  });

  it('A11.9 a slow observer with a buffer of four learns that it missed one of five', async () => {
    const observer = feed.observe({ capacity: 4 });
    for (let i = 1; i <= 5; i += 1) tick(`${i}`);
    assert.deepEqual(await observer.next(), { kind: 'lagged', count: 1 });
    const next = await observer.next();
    assert.ok(
      next.kind === 'event' && next.event.sequence === 2,
      'and goes on with the oldest kept',
    );
    assert.deepEqual(taken(observer), ['tick', 'tick', 'tick']);
  });

  it('A11.10 the terminal event comes before the end', async () => {
    const observer = feed.observe();
    end();
    const first = await observer.next();
    assert.equal(first.kind === 'event' && observed(first), 'running>done');
    assert.deepEqual(await observer.next(), { kind: 'closed' });
  });

  it('has nothing after the terminal event', () => {
    end();
    tick();
    assert.equal(feed.lastSequence, 1);
  });

  it('keeps 256 events for an observer that does not read, and counts the others', () => {
    const observer = feed.observe();
    for (let i = 0; i < 10_000; i += 1) tick();
    end();
    const all = taken(observer);
    assert.equal(all[0], `lagged ${10_001 - 256}`);
    assert.equal(all.length, 1 + 256 + 1);
    assert.deepEqual(all.slice(-2), ['running>done', 'closed']);
  });

  it('tells each observer alone how far it lags', () => {
    const slow = feed.observe({ capacity: 1 });
    const quick = feed.observe({ capacity: 1 });
    const seen: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      tick();
      seen.push(...taken(quick));
    }
    assert.deepEqual(seen, ['tick', 'tick', 'tick']);
    assert.deepEqual(taken(slow), ['lagged 2', 'tick']);
    tick();
    tick();
    assert.deepEqual(taken(slow), ['lagged 1', 'tick'], 'and again');
  });

  it('wakes an observer that waits, in the order of its questions', async () => {
    const observer = feed.observe();
    const waits = [observer.next(), observer.next()];
    tick('a');
    tick('b');
    const phases = (await Promise.all(waits)).map((each) =>
      each.kind === 'event' && each.event.kind === 'tick' ? each.event.phase : each.kind,
    );
    assert.deepEqual(phases, ['a', 'b']);
  });

  it('ends a waiting observer when it is disposed, and forgets it', async () => {
    const observer = feed.observe();
    const waiting = observer.next();
    observer.dispose();
    observer.dispose();
    assert.deepEqual(await waiting, { kind: 'closed' });
    assert.equal(feed.observerCount, 0);
    tick();
    assert.deepEqual(taken(observer), ['closed']);
  });

  it('forgets an observer whose loop was left', async () => {
    const observer = feed.observe();
    tick();
    for await (const observation of observer) {
      assert.equal(observed(observation), 'tick');
      break;
    }
    assert.equal(feed.observerCount, 0);
  });
});
