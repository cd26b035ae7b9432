import assert from 'node:assert/strict';
import type { EventContent } from '../../../../../src/core/sessions/progressEvent.ts';
import { inEnglish } from '../../../../../src/presentation/agentWording.ts';
import type { ListedSession } from '../../../../../src/presentation/sessions/rows/listedSession.ts';
import {
  parseSessionElement,
  toSessionElement,
} from '../../../../../src/presentation/sessions/rows/sessionElement.ts';
import { sessionsBadge } from '../../../../../src/presentation/sessions/rows/sessionsBadge.ts';
import { buildSessionsTree } from '../../../../../src/presentation/sessions/rows/sessionsTree.ts';
import {
  addToTranscript,
  beginTranscript,
} from '../../../../../src/presentation/sessions/transcript.ts';
import { asks, header, isDone, numbered, startMs, update, usualCourse } from '../sessionEvents.ts';

interface Fields {
  readonly id?: string;
  readonly prompt?: string;
  readonly root?: string;
  readonly createdAtMs?: number;
}

function listed(contents: readonly EventContent[], fields: Fields = {}): ListedSession {
  const { id = 'session-1', prompt = 'Fix the login', root = '/repo' } = fields;
  const spec = { kind: 'run', agent: 'claude', prompt, cwd: root } as const;
  const { createdAtMs = startMs } = fields;
  let transcript = beginTranscript({ ...header, sessionId: id, spec, createdAtMs });
  for (const event of numbered(contents)) transcript = addToTranscript(transcript, event);
  return { root, record: transcript.record, digest: transcript.digest };
}

function treeOf(sessions: readonly ListedSession[]) {
  const tree = buildSessionsTree(sessions, {
    nowMs: startMs + 10 * 60_000,
    t: inEnglish,
    nameOf: (agent) => (agent === 'claude' ? 'Claude Code' : agent),
    rootNameOf: (root) => root.slice(1),
    unreadable: [],
  });
  const row = (id: string, root = '/repo') => {
    const found = tree.rows.get(toSessionElement({ root, sessionId: id }));
    assert.ok(found, `${id} has a row`);
    return found;
  };
  return { ...tree, row };
}

const cancels: EventContent = {
  kind: 'cancel-requested',
  reason: { code: 'user', detail: 'too slow', by: 'Ana', requestedAtMs: startMs },
};

describe('the tree of sessions', () => {
  it('has what needs a person first, then what runs, and what has ended in a closed group', () => {
    const { roots, rows } = treeOf([
      listed([isDone], { id: 'session-done' }),
      listed([], { id: 'session-older' }),
      listed([], { id: 'session-newer', createdAtMs: startMs + 1000 }),
      listed(asks, { id: 'session-asks' }),
    ]);
    assert.deepEqual(roots, [
      'run:session-asks@/repo',
      'run:session-newer@/repo',
      'run:session-older@/repo',
      'runs:ended',
    ]);
    const ended = rows.get('runs:ended');
    assert.equal(ended?.isExpanded, false);
    assert.deepEqual(ended.children, ['run:session-done@/repo']);
  });

  it('says who works, what it asks or does, how far it has come, what it used and how long', () => {
    const asking = usualCourse.slice(0, 11);
    const { row } = treeOf([
      listed(asking, { id: 'session-asks' }),
      listed(usualCourse, { id: 'session-done' }),
    ]);
    assert.equal(row('session-asks').label, 'Fix the login');
    assert.equal(
      row('session-asks').description,
      'Claude Code · Edit src/app.ts? · 1 of 2 steps · 10 min',
    );
    assert.equal(row('session-asks').contextValue, 'heddle.session+open+paused+entry');
    assert.match(
      row('session-done').description,
      /^Claude Code · .* tokens · \$0\.42 · 9 min ago$/,
    );
    assert.equal(row('session-done').contextValue, 'heddle.session+ended+done+entry');
  });

  it('names the root where there are several', () => {
    const { row } = treeOf([listed([]), listed([], { root: '/other' })]);
    assert.match(row('session-1', '/other').description, / · other$/);
  });

  it('takes a session that is being cancelled for one that needs nobody', () => {
    const session = listed([...asks, cancels]);
    assert.equal(sessionsBadge([session]), undefined);
    assert.equal(sessionsBadge([listed(asks), session])?.text, '1 session waits for you');
    assert.equal(sessionsBadge([listed(asks), listed(asks)])?.value, 2);
  });

  it('makes what comes from outside harmless', () => {
    const nasty = 'a\u001b[2J\u202e\nb';
    const title = { kind: 'other', name: 'session_info_update', value: { title: nasty } } as const;
    const { row } = treeOf([
      listed([], { id: 'session-prompt', prompt: nasty }),
      listed([update(title)], { id: 'session-title' }),
    ]);
    for (const id of ['session-prompt', 'session-title']) {
      assert.doesNotMatch(JSON.stringify(row(id)), /\\u001b|\u202e/);
    }
    assert.equal(row('session-title').label, 'a⟨U+001B⟩[2J⟨U+202E⟩ b');
  });

  it('tells of what cannot be read', () => {
    const tree = buildSessionsTree([], {
      nowMs: 0,
      t: inEnglish,
      nameOf: (agent) => agent,
      rootNameOf: (root) => root,
      unreadable: [{ root: '/repo', sessionId: 'session-x', problem: 'It is no JSON.' }],
    });
    assert.deepEqual(tree.roots, ['runs:unreadable']);
    const row = tree.rows.get('unreadableRun:session-x@/repo');
    assert.equal(row?.description, 'It is no JSON.');
  });
});

describe('the element of a session', () => {
  it('names it, and nothing else is one', () => {
    const ref = { root: '/a@b', sessionId: 'session-1' };
    assert.deepEqual(parseSessionElement(toSessionElement(ref)), ref);
    for (const other of [undefined, {}, 'run:@/a', 'run:../x@/a', 'run:A@/a', 'agent:x@/a']) {
      assert.equal(parseSessionElement(other), undefined);
    }
  });
});
