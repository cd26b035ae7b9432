import assert from 'node:assert/strict';
import type { EventContent } from '../../../../../src/core/sessions/progressEvent.ts';
import { inEnglish } from '../../../../../src/presentation/agentWording.ts';
import type { ListedSession } from '../../../../../src/presentation/sessions/rows/listedSession.ts';
import {
  parseSessionElement,
  toSessionElement,
} from '../../../../../src/presentation/sessions/rows/sessionElement.ts';
import { sessionsBadge } from '../../../../../src/presentation/sessions/rows/sessionsBadge.ts';
import {
  buildSessionsTree,
  groupOfMoreRow,
  rowsPerPage,
  type SessionsTreeOptions,
} from '../../../../../src/presentation/sessions/rows/sessionsTree.ts';
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

function treeOf(sessions: readonly ListedSession[], shown: SessionsTreeOptions['shown'] = {}) {
  const tree = buildSessionsTree(sessions, {
    nowMs: startMs + 10 * 60_000,
    t: inEnglish,
    nameOf: (agent) => (agent === 'claude' ? 'Claude Code' : agent),
    rootNameOf: (root) => root.slice(1),
    unreadable: [],
    shown,
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
  it('has what needs a person first, then what runs, and what has ended in a group', () => {
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
      'runs:today',
    ]);
    const ended = rows.get('runs:today');
    assert.equal(ended?.isExpanded, true);
    assert.deepEqual(ended.children, ['run:session-done@/repo']);
  });

  it('says what it asks or does, how far it has come, what it used, how long and who works', () => {
    const asking = usualCourse.slice(0, 11);
    const { row } = treeOf([
      listed(asking, { id: 'session-asks' }),
      listed(usualCourse, { id: 'session-done' }),
    ]);
    assert.equal(row('session-asks').label, 'Fix the login');
    assert.equal(
      row('session-asks').description,
      'Edit src/app.ts? · 1 of 2 steps · 10 min · Claude Code',
    );
    assert.equal(row('session-asks').contextValue, 'heddle.session+open+paused+entry');
    assert.match(
      row('session-done').description,
      /^Fixed\. · .* tokens · \$0\.42 · 9 min ago · Claude Code$/,
    );
    assert.equal(row('session-done').contextValue, 'heddle.session+ended+done+entry');
  });

  it('leaves room beside a long name, which a screen reader says as a whole', () => {
    const prompt = 'Move every caller of the old provider of payments to the new one';
    const { label, accessibleText } = treeOf([listed([], { prompt })]).row('session-1');
    assert.equal(label.length, 32);
    assert.match(accessibleText ?? '', new RegExp(prompt));
  });

  it('keeps what ended today apart from what ended earlier, which is closed', () => {
    const dayMs = 24 * 60 * 60_000;
    const yesterday = numbered([isDone]).map((event) => ({ ...event, atMs: event.atMs - dayMs }));
    const earlier = { ...listed([], { id: 'session-old' }) };
    let transcript = beginTranscript({ ...earlier.record.header, createdAtMs: startMs - dayMs });
    for (const event of yesterday) transcript = addToTranscript(transcript, event);
    const { record, digest } = transcript;
    const { state } = record;
    assert.ok(state.state === 'done');
    const result = { ...state.result, finishedAtMs: startMs - dayMs };
    const old = { root: '/repo', digest, record: { ...record, state: { ...state, result } } };
    const { roots, rows } = treeOf([listed([isDone]), old]);
    assert.deepEqual(roots, ['runs:today', 'runs:earlier']);
    assert.equal(rows.get('runs:earlier')?.isExpanded, false);
    assert.deepEqual(rows.get('runs:earlier')?.children, ['run:session-old@/repo']);
  });

  it('shows a page of many that have ended, and more on request', () => {
    const many = Array.from({ length: 5000 }, (_, i) => listed([isDone], { id: `session-${i}` }));
    const first = treeOf(many);
    assert.equal(first.rows.size, rowsPerPage + 2);
    assert.equal(first.rows.get('runs:today')?.description, '5000');
    const more = first.rows.get('runs:today')?.children.at(-1) ?? '';
    assert.equal(groupOfMoreRow(more), 'runs:today');
    assert.equal(first.rows.get(more)?.description, '4950 more');
    assert.equal(treeOf(many, { 'runs:today': 5000 }).rows.size, 5001);
    assert.equal(groupOfMoreRow('run:session-1@/repo'), undefined);
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
