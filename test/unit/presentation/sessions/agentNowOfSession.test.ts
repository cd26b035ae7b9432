import assert from 'node:assert/strict';
import type { AgentNow } from '../../../../src/core/harness/agentNow.ts';
import type { EventContent } from '../../../../src/core/sessions/progressEvent.ts';
import { doingSinceMs, doingWords } from '../../../../src/presentation/agentDoing.ts';
import { agentNowOfSession } from '../../../../src/presentation/sessions/agentNowOfSession.ts';
import { asks, isAllowed, isDone, startMs, transcriptOf, update, uses } from './sessionEvents.ts';

const hasEntry = update({ kind: 'other', name: 'agent-entry', value: { id: 'agent-abc' } });

function nowAfter(contents: readonly EventContent[], before?: AgentNow): AgentNow | undefined {
  return agentNowOfSession(transcriptOf([hasEntry, ...contents]), before);
}

describe('what the agent of a session does', () => {
  it('is told once it has an entry, and until the session has ended', () => {
    assert.equal(agentNowOfSession(transcriptOf([])), undefined);
    assert.equal(nowAfter([])?.entryId, 'agent-abc');
    assert.equal(nowAfter([isDone]), undefined);
  });

  it('is the call that goes on, since it was first seen', () => {
    const location = { path: '/repo/src/app.ts' };
    const first = nowAfter([uses({ locations: [location] })]);
    assert.ok(first);
    assert.equal(doingWords(first), 'editing src/app.ts');
    assert.equal(doingSinceMs(first), startMs + 2000);
    const later = nowAfter([uses({ locations: [location] }), hasEntry], first);
    assert.equal(later && doingSinceMs(later), startMs + 2000);
  });

  it('is waiting while it asks, since it asked, and for what', () => {
    const now = nowAfter(asks);
    assert.equal(now && doingWords(now), 'waiting for you · permission');
    assert.equal(now?.sinceMs, startMs + 3000);
    const after = nowAfter([...asks, ...isAllowed]);
    assert.equal(after && doingWords(after), 'working');
  });

  it('is not waiting any more once somebody cancels it', () => {
    const reason = { code: 'user', requestedAtMs: startMs + 4000 } as const;
    const now = nowAfter([...asks, { kind: 'cancel-requested', reason }]);
    assert.equal(now?.phase, 'working');
  });
});
