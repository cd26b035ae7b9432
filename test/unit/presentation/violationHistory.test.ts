import assert from 'node:assert/strict';
import type { ActivityEvent } from '../../../src/core/activity/activityEvent.ts';
import {
  IncidentHistory,
  incidentKind,
  incidentParties,
} from '../../../src/presentation/violationHistory.ts';

const ana = { holderId: 1, sessionId: 'agent-a', name: 'ana' };
const ben = { holderId: 2, sessionId: 'agent-b', name: 'ben' };

function refusal(atMs: number, more: Partial<ActivityEvent> = {}): ActivityEvent {
  return { atMs, kind: 'lock-refused', actor: ben, other: ana, paths: ['src/a.ts'], ...more };
}

function shellWrite(atMs: number, more: Partial<ActivityEvent> = {}): ActivityEvent {
  const parties = { actor: ana, other: ben };
  return { atMs, kind: 'lock-saved-over', cause: 'shell', ...parties, paths: ['a'], ...more };
}

describe('the history of refusals and violations', () => {
  it('has refusals, shell writes and unguarded edits, and nothing else', () => {
    assert.equal(incidentKind(refusal(1)), 'refusal');
    assert.equal(incidentKind(shellWrite(1)), 'violation');
    assert.equal(incidentKind(shellWrite(1, { cause: 'unguarded' })), 'violation');
    assert.equal(incidentKind(refusal(1, { kind: 'edit-unguarded' })), 'violation');
    // A person who saves over a lock was asked.
    assert.equal(incidentKind(shellWrite(1, { cause: undefined })), undefined);
    assert.equal(incidentKind(refusal(1, { kind: 'lock-granted' })), undefined);
    assert.equal(incidentKind(refusal(1, { kind: 'other', otherKind: 'x' })), undefined);
  });

  it('knows who did it and who holds the file, whichever side of the log they stand on', () => {
    assert.deepEqual(incidentParties(refusal(1)), { doer: ben, holder: ana });
    assert.deepEqual(incidentParties(shellWrite(1)), { doer: ben, holder: ana });
  });

  it('counts what is tried again as one, with the newest time and the same id', () => {
    const history = new IncidentHistory();
    const first = history.add(refusal(10));
    history.add(refusal(20, { paths: ['src/b.ts'] }));
    const again = history.add(refusal(30));
    assert.equal(again?.id, first?.id);
    assert.deepEqual(
      history.recent(40).map(({ event, count }) => [event.paths[0], event.atMs, count]),
      [
        ['src/a.ts', 30, 2],
        ['src/b.ts', 20, 1],
      ],
    );
  });

  it('keeps apart who, by whom, why and what', () => {
    const history = new IncidentHistory();
    const others: Partial<ActivityEvent>[] = [
      {},
      { actor: { ...ben, sessionId: 'agent-c' } },
      { other: { ...ana, sessionId: 'agent-c' } },
      { cause: 'waiting-first' },
      { paths: ['src/a.ts', 'src/b.ts'] },
    ];
    for (const more of others) history.add(refusal(10, more));
    assert.equal(history.recent(10).length, others.length);
    assert.equal(new Set(history.recent(10).map(({ id }) => id)).size, others.length);
  });

  it('counts a session as itself after it has got another number', () => {
    const history = new IncidentHistory();
    history.add(refusal(10));
    assert.equal(history.add(refusal(20, { actor: { ...ben, holderId: 9 } }))?.count, 2);
  });

  it('never counts violations as one: each changed something', () => {
    const history = new IncidentHistory();
    history.add(shellWrite(10));
    history.add(shellWrite(20));
    assert.equal(history.recent(20).length, 2);
  });

  it('is in the order of time, also when the past comes late', () => {
    const history = new IncidentHistory();
    history.add(shellWrite(30));
    history.add(shellWrite(10));
    history.add(shellWrite(20));
    const times = history.recent(30).map(({ event }) => event.atMs);
    assert.deepEqual(times, [30, 20, 10]);
    // The late past of what is known does not make it older.
    history.add(refusal(50));
    assert.equal(history.add(refusal(40))?.event.atMs, 50);
  });

  it('forgets what is older than its span, and the oldest of too many', () => {
    const history = new IncidentHistory({ spanMs: 100, maxCount: 2 });
    const oldest = history.add(shellWrite(10));
    history.add(shellWrite(20));
    history.add(shellWrite(30));
    assert.equal(history.find(oldest?.id ?? ''), undefined);
    assert.equal(history.recent(120).length, 2);
    assert.equal(history.recent(121).length, 1);
    assert.equal(history.recent(1000).length, 0);
  });

  it('takes no note of what names no path', () => {
    assert.equal(new IncidentHistory().add(refusal(1, { paths: [] })), undefined);
  });
});
