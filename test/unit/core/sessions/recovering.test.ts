import assert from 'node:assert/strict';
import type { ProgressEvent } from '../../../../src/core/sessions/progressEvent.ts';
import {
  foldEvent,
  foldSession,
  hostDiedEvent,
  readRecordedSession,
  recoverSession,
  type RecordedSession,
} from '../../../../src/core/sessions/recoverSession.ts';
import { settle } from '../../../support/eventually.ts';
import { sampleStates } from './sampleValues.ts';
import { aSpec, SessionWorld, single } from './sessionWorld.ts';

const header = { sessionId: 'session-1', spec: aSpec, createdAtMs: 100 };
const nowMs = 9_000;

function event(sequence: number, content: object): ProgressEvent {
  return { sequence, atMs: 1_000 + sequence, ...content } as ProgressEvent;
}
const move = (sequence: number, from: string, to: string, more: object = {}) =>
  event(sequence, { kind: 'state-transition', from, to, ...more });

describe('The record of a session', () => {
  it('comes to the state of the session, after each event and for each end', async () => {
    const world = new SessionWorld();
    const { id, run } = await world.startAsking();
    const recorded = async (): Promise<RecordedSession> => {
      const record = await readRecordedSession(world.store, id);
      assert.ok(record);
      return record;
    };
    assert.deepEqual((await recorded()).state, world.registry.state(id));
    assert.equal((await recorded()).lastAnswer, undefined);
    world.registry.resume(id, single('q-0'), { by: 'Ann' });
    assert.deepEqual((await recorded()).state, { state: 'running' });
    assert.equal((await recorded()).lastAnswer?.by, 'Ann');
    run.finish({ value: { deep: [1] } });
    await settle();
    const record = await recorded();
    assert.deepEqual(record.state, world.registry.state(id));
    assert.equal(record.lastSequence, world.registry.list()[0]?.lastSequence);
    assert.equal(record.missingEvents, 0);
    assert.deepEqual(record.header, world.registry.list()[0]?.header);

    const cancelled = await world.startAsking();
    world.registry.cancel(cancelled.id, world.reason('stop'));
    const failed = await world.start();
    world.run(failed).fail(new Error('boom'));
    await settle();
    for (const each of [cancelled.id, failed]) {
      const read = await readRecordedSession(world.store, each);
      assert.deepEqual(read?.state, world.registry.state(each));
    }
  });

  it('of a session that was never stored is none', async () => {
    assert.equal(await readRecordedSession(new SessionWorld().store, 'session-0'), undefined);
  });

  it('begins as running, when the session began', () => {
    const record = foldSession(header, []);
    assert.deepEqual(record, {
      header,
      state: { state: 'running' },
      lastSequence: 0,
      lastActiveMs: 100,
      missingEvents: 0,
    });
  });

  it('takes each event once, and none after the end', () => {
    const [, , done] = sampleStates;
    const end = move(2, 'running', 'done', { outcome: done });
    const events = [event(1, { kind: 'tick', phase: 'x' }), end, end, move(3, 'done', 'running')];
    const record = foldSession(header, events);
    assert.deepEqual(record.state, done);
    assert.equal(record.lastSequence, 2);
    assert.equal(foldEvent(record, move(4, 'running', 'failed')), record);
  });

  it('is not set back by an event that comes again', () => {
    const pause = { kind: 'single', prompts: [{ queryId: 'q-0', text: '' }], pausedAtMs: 1 };
    const asked = event(2, { kind: 'pause-requested', pause });
    const resumed = move(3, 'paused', 'running');
    const record = foldSession(header, [move(1, 'running', 'paused'), asked, resumed, asked]);
    assert.equal(record.state.state, 'running');
    assert.equal(record.lastSequence, 3);
    assert.equal(record.missingEvents, 0);
  });

  it('counts events that are missing, and passes over those of newer versions', () => {
    const record = foldSession(header, [
      event(2, { kind: 'opaque', name: 'x', record: {} }),
      event(5, { kind: 'note', content: '' }),
    ]);
    assert.equal(record.missingEvents, 3);
    assert.equal(record.lastActiveMs, 1_005);
    assert.equal(record.state.state, 'running');
  });

  it('says what it can when the log broke off between a state and what it is about', () => {
    const paused = foldSession(header, [move(1, 'running', 'paused')]).state;
    assert.deepEqual(paused, {
      state: 'paused',
      pause: { kind: 'batch', prompts: [], pausedAtMs: 1_001 },
    });
    for (const to of ['done', 'cancelled', 'failed']) {
      assert.equal(foldSession(header, [move(1, 'running', to)]).state.state, to);
    }
  });
});

describe('A session whose host is gone', () => {
  const open = foldSession(header, [event(1, { kind: 'tick', phase: 'x' })]);

  it('has failed, because its host died', () => {
    const recovered = recoverSession(open, { host: 'dead', nowMs });
    assert.ok(recovered.state.state === 'failed');
    assert.equal(recovered.state.failure.kind, 'host-died');
    assert.equal(recovered.state.failure.occurredAtMs, nowMs);
    assert.match(recovered.state.failure.message, /process that ran this session/);
  });

  it('gets an event that says so in its log, once', () => {
    const died = hostDiedEvent(open, { host: 'dead', nowMs });
    assert.ok(died?.kind === 'state-transition');
    assert.deepEqual(
      [died.sequence, died.from, died.to, died.atMs],
      [2, 'running', 'failed', nowMs],
    );
    const settled = foldEvent(open, died);
    assert.deepEqual(settled, recoverSession(open, { host: 'dead', nowMs }));
    assert.equal(hostDiedEvent(settled, { host: 'dead', nowMs }), undefined);
  });

  it('goes on when the host lives, and when nobody can tell', () => {
    for (const host of ['alive', 'unknown'] as const) {
      assert.equal(recoverSession(open, { host, nowMs }), open);
    }
  });

  it('keeps the end that it had before', () => {
    for (const outcome of sampleStates.slice(2)) {
      const ended = foldSession(header, [move(1, 'running', outcome.state, { outcome })]);
      assert.deepEqual(ended.state, outcome);
      assert.equal(recoverSession(ended, { host: 'dead', nowMs }), ended);
    }
  });
});
