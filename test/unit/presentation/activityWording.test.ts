import assert from 'node:assert/strict';
import { activityKinds, type ActivityEvent } from '../../../src/core/activity/activityEvent.ts';
import {
  activityWhat,
  activityWho,
  activityWhy,
  pathsText,
} from '../../../src/presentation/activityWording.ts';
import { inEnglish } from '../../../src/presentation/agentWording.ts';
import { buildActivity } from '../../support/activityBuilder.ts';

const event = (fields: Partial<ActivityEvent>): ActivityEvent =>
  buildActivity({ other: { name: 'ana' }, thread: 'main', ...fields });

describe('activityWording', () => {
  it('activityWhat says of each kind what happened', () => {
    const said = Object.fromEntries(
      activityKinds.map((kind) => [kind, activityWhat(event({ kind }))]),
    );
    assert.deepEqual(said, {
      'thread-reserved': 'reserved thread main',
      'thread-refused': 'was refused thread main, held by ana',
      'thread-released': 'released thread main',
      'agent-reaped': 'was found dead and lost thread main',
      'reap-undone': 'is active again on thread main',
      'lock-granted': 'locked src/app.ts',
      'lock-refused': 'was refused src/app.ts, held by ana',
      'lock-waited': 'waits for src/app.ts, held by ana',
      'lock-released': 'no longer holds src/app.ts, released by ana',
      'lock-saved-over': 'holds src/app.ts, saved over by ana',
      'lock-expired': 'no longer holds src/app.ts: the lock expired',
      'lock-reaped': 'no longer holds src/app.ts: the lock was reaped',
      'lock-broken': 'lost src/app.ts, broken by ana',
      'file-edited': 'edited src/app.ts',
      'edit-unguarded': 'edited src/app.ts unguarded',
    });
  });

  it('activityWhy says why the turn of an agent was over and how a held file was changed', () => {
    const why = (cause: string): string => activityWhy(event({ cause, reason: undefined }));
    assert.equal(why('ended'), 'its turn was over');
    assert.equal(why('interrupted'), 'a person stopped it');
    assert.equal(why('quiet'), 'nothing was heard of it for too long');
    assert.equal(why('unanswered'), 'it waited too long for a person');
    assert.equal(why('shell'), 'by a shell command');
    assert.equal(why('unguarded'), 'by an edit that nobody could refuse');
  });

  it('activityWhat tells shared locks and own releases apart, and knows no thread of a mere registration', () => {
    assert.equal(activityWhat(event({ mode: 'shared' })), 'locked src/app.ts, shared');
    assert.equal(
      activityWhat(event({ kind: 'lock-released', other: undefined })),
      'released src/app.ts',
    );
    const registered = { actor: { sessionId: 'agent-a', name: 'a' }, thread: 'agent/agent-a' };
    assert.equal(activityWhat(event({ ...registered, kind: 'thread-released' })), 'ended');
    assert.equal(activityWhat(event({ ...registered, kind: 'agent-reaped' })), 'was found dead');
    assert.equal(activityWhat(event({ ...registered, kind: 'reap-undone' })), 'is active again');
  });

  it('a refusal in favour of somebody who was first says so', () => {
    const refused = event({ kind: 'lock-refused', cause: 'waiting-first' });
    assert.equal(activityWhat(refused), 'was refused src/app.ts: ana was waiting first');
    assert.equal(activityWhy(refused), '');
  });

  it('activityWhat shows what a newer version wrote as it is', () => {
    const newer = event({ kind: 'other', otherKind: 'lock-upgraded' });
    assert.equal(activityWhat(newer), 'lock-upgraded src/app.ts');
  });

  it('activityWho and the other side have a name in any case', () => {
    assert.equal(activityWho(event({})), 'codex');
    assert.equal(activityWho(event({ actor: { name: '' } })), 'somebody');
    const refused = event({ kind: 'lock-refused', other: undefined });
    assert.equal(activityWhat(refused), 'was refused src/app.ts, held by somebody');
  });

  it('activityWhy gives the cause in words and the reason as it was given', () => {
    assert.equal(activityWhy(event({})), '');
    assert.equal(activityWhy(event({ cause: 'ttl' })), 'its time was over');
    assert.equal(activityWhy(event({ reason: 'urgent' })), 'urgent');
    assert.equal(
      activityWhy(event({ cause: 'deadlock', reason: 'urgent' })),
      'they would have waited for each other · urgent',
    );
    assert.equal(activityWhy(event({ cause: 'something-new' })), 'something-new');
  });

  it('pathsText names three paths and counts the rest', () => {
    assert.equal(pathsText({ paths: ['a', 'b'] }), 'a, b');
    assert.equal(pathsText({ paths: ['a', 'b', 'c', 'd', 'e'] }), 'a, b, c and 2 more');
    assert.equal(pathsText({ paths: ['a'], pathCount: 120 }), 'a and 119 more');
    assert.equal(pathsText({ paths: [] }), '');
  });

  it('no text from outside controls anything', () => {
    const hostile = '\u001b[31m\u202e\n$(x)';
    const texts = activityKinds.map((kind) => {
      const each = event({
        kind,
        actor: { name: hostile },
        other: { name: hostile },
        paths: [hostile],
        thread: hostile,
        reason: hostile,
        cause: hostile,
      });
      return [activityWho(each), activityWhat(each), activityWhy(each)].join(' ');
    });
    for (const text of texts) assert.doesNotMatch(text, /[\u0000-\u001f\u202e]/);
  });

  it('every text can be translated', () => {
    const asked = new Set<string>();
    const t: typeof inEnglish = (message, ...args) => {
      asked.add(message);
      return inEnglish(message, ...args);
    };
    for (const kind of activityKinds) activityWhat(event({ kind }), t);
    assert.ok(asked.has('was refused {0}, held by {1}'));
    assert.ok(asked.size >= activityKinds.length - 1);
  });
});
