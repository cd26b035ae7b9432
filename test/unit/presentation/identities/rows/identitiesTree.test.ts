import assert from 'node:assert/strict';
import {
  parseAgentIdentity,
  runtimeIdOf,
} from '../../../../../src/core/identities/agentIdentity.ts';
import type { DurableAgentSpec } from '../../../../../src/core/identities/durableAgentSpec.ts';
import type { ListedIdentity } from '../../../../../src/core/identities/listedIdentity.ts';
import { inEnglish } from '../../../../../src/presentation/agentWording.ts';
import { identitiesBadge } from '../../../../../src/presentation/identities/rows/identitiesBadge.ts';
import {
  buildIdentitiesTree,
  type IdentitiesTreeOptions,
} from '../../../../../src/presentation/identities/rows/identitiesTree.ts';
import {
  parseIdentityElement,
  parseIdentityFileElement,
  toIdentityElement,
} from '../../../../../src/presentation/identities/rows/identityElement.ts';
import { shownOnce } from '../../../../../src/presentation/identities/rows/shownOnce.ts';
import {
  abilitiesOf,
  type PlacedIdentity,
} from '../../../../../src/presentation/identities/rows/placedIdentity.ts';

const identity = parseAgentIdentity('reviewer');
const spec: DurableAgentSpec = {
  ...{ identity, profile: 'claude', labels: {}, addressability: 'addressable' },
  ...{ additionalInstructions: [], peers: [] },
};
const record = {
  ...{ identity, runtimeId: runtimeIdOf(identity, 2), sessionId: 'conversation-0123456789' },
  ...{ generation: 2, checkpointVersion: 7 },
};
const holder = { instance: 'w-1', label: 'window of Ben on shop', pid: 12 };
const ours = { token: 3, holder, isOurs: true, remainingMs: 21_400, isHealthy: true };
const theirs = { ...ours, isOurs: false };
const session = { sessionId: 'session-1', isRunning: true };
const failure = { identity, kind: 'snapshot_corrupted', detail: 'It is empty.' } as const;
const error = {
  path: '/repo/.heddle/identities/bad.toml',
  problem: 'It is bad.',
  severity: 'error',
} as const;

function placed(fields: Partial<ListedIdentity> = {}, worktree = '/repo'): PlacedIdentity {
  const listed: ListedIdentity = {
    ...{ identity, spec, specPath: '/repo/.heddle/identities/reviewer.toml', problems: [] },
    ...{ state: 'dormant', record, generation: 2, checkpointVersion: 7 },
    ...{ waitingMessages: 0, peers: [], ...fields },
  };
  return { root: '/repo', worktree, listed };
}

function never(fields: Partial<ListedIdentity> = {}): PlacedIdentity {
  const nothing = { record: undefined, generation: undefined, checkpointVersion: undefined };
  return placed({ state: 'uninitialized', ...nothing, ...fields });
}

function treeOf(
  identities: readonly PlacedIdentity[],
  options: Partial<IdentitiesTreeOptions> = {},
) {
  return buildIdentitiesTree(identities, {
    ...{ t: inEnglish, nameOf: (agent: string) => agent, worktrees: ['/repo'], problems: [] },
    ...options,
  });
}

function rowOf(one: PlacedIdentity) {
  const [row] = treeOf([one]).rows.values();
  assert.ok(row);
  return row;
}

function can(one: PlacedIdentity): readonly string[] {
  return Object.entries(abilitiesOf(one)).flatMap(([name, able]) => (able === true ? [name] : []));
}

describe('the tree of named agents', () => {
  it('says state, owner, generation and checkpoint of each, and what it does', () => {
    const idle = placed({ state: 'active', lease: ours });
    assert.equal(rowOf(idle).description, 'ready · this window · generation 2 · checkpoint 7');
    const working = placed({ state: 'active', lease: ours, session, waitingMessages: 2 });
    assert.equal(
      rowOf(working).description,
      'at work · this window · 2 messages wait · generation 2 · checkpoint 7',
    );
    assert.equal(
      rowOf(placed({ state: 'active', lease: theirs })).description,
      'owned elsewhere · window of Ben on shop (process 12) · generation 2 · checkpoint 7',
    );
    assert.equal(rowOf(never()).description, 'never started');
    const gone = { ...placed(), goneOwner: holder };
    assert.match(rowOf(gone).description, /its owner window of Ben on shop \(process 12\) is gone/);
    const silent = placed({ state: 'active', lease: { ...theirs, isHealthy: false } });
    assert.match(rowOf(silent).description, /^owned elsewhere · no answer from window of Ben /);
    assert.notEqual(rowOf(silent).color, rowOf(placed({ state: 'active', lease: theirs })).color);
  });

  it('shows the name that people gave, and tells the name that commands take', () => {
    const row = rowOf(placed({ spec: { ...spec, displayName: 'Code reviewer' } }));
    assert.equal(row.label, 'Code reviewer');
    assert.match(row.description, /^asleep · reviewer · generation 2/);
  });

  it('says in a few words what is wrong, and in the tooltip what to do', () => {
    const row = rowOf(placed({ state: 'broken', failure }));
    assert.match(row.description, /^broken · Its last checkpoint cannot be read/);
    assert.ok(row.tooltip.some((part) => part.kind === 'text' && part.text.includes('reset it')));
    const bad = rowOf(never({ spec: undefined, problems: [error] }));
    assert.equal(bad.description, 'unusable · It is bad.');
    assert.match(bad.contextValue, /^heddle\.identity\+unusable\+file$/);
  });

  it('has a flag for each thing that can be done', () => {
    assert.deepEqual(can(never()), ['start', 'send', 'file']);
    assert.deepEqual(can(placed()), ['start', 'send', 'respawn', 'reset', 'delete', 'file']);
    assert.deepEqual(can(placed({ state: 'active', lease: ours, session })), [
      ...['send', 'checkpoint', 'respawn', 'reset', 'retire', 'delete', 'session', 'file'],
    ]);
    assert.deepEqual(can(placed({ state: 'active', lease: theirs })), ['send', 'file']);
    const silent = { ...theirs, isHealthy: false };
    assert.deepEqual(can(placed({ state: 'active', lease: silent })), ['send', 'takeOver', 'file']);
    assert.ok(abilitiesOf({ ...placed(), goneOwner: holder }).takeOver);
    const internal = { ...spec, addressability: 'internal_only' } as const;
    assert.ok(!abilitiesOf(placed({ spec: internal })).send);
    assert.deepEqual(can(placed({ state: 'broken', failure })), [
      ...['respawn', 'reset', 'delete', 'file'],
    ]);
    assert.deepEqual(can(placed({ spec: undefined, specPath: undefined })), ['delete']);
  });

  it('names checkouts so that they can be told apart', () => {
    const worktrees = ['/a/shop', '/b/shop', '/b/docs', 'C:\\code\\mail'];
    const all = worktrees.map((worktree) => placed({}, worktree));
    const { roots, rows } = treeOf(all, { worktrees });
    assert.deepEqual(
      roots.map((id) => rows.get(id)?.label),
      ['a/shop', 'b/shop', 'docs', 'mail'],
    );
  });

  it('says that another checkout of this window owns it', () => {
    const there = { ...placed({ state: 'active', lease: theirs }), heldIn: '/trees/refunds' };
    assert.match(rowOf(there).description, /^owned elsewhere · this window, in refunds · /);
  });

  it('tells what only lasts where it is described, else once', () => {
    const fileless = { spec: undefined, specPath: undefined };
    const other = parseAgentIdentity('other');
    const all = [
      ...[placed(fileless, '/repo'), placed({ ...fileless, identity: other }, '/repo')],
      ...[placed({}, '/tree'), placed({ ...fileless, identity: other }, '/tree')],
      { ...placed(fileless, '/elsewhere'), root: '/elsewhere' },
    ];
    assert.deepEqual(
      shownOnce(all).map(({ worktree, listed }) => `${listed.identity} in ${worktree}`),
      ['other in /repo', 'reviewer in /tree', 'reviewer in /elsewhere'],
    );
  });

  it('is a list, in groups only where there are several checkouts', () => {
    const one = treeOf([placed()]);
    assert.deepEqual(one.roots, [toIdentityElement({ worktree: '/repo', identity })]);
    const two = treeOf([placed(), placed({}, '/other')], { worktrees: ['/repo', '/other', '/x'] });
    assert.deepEqual(
      two.roots.map((id) => two.rows.get(id)?.label),
      ['repo', 'other'],
    );
  });

  it('shows files that describe nobody, with what is wrong in them', () => {
    const tree = treeOf([], { problems: [{ worktree: '/repo', problem: error }] });
    const [id = ''] = tree.roots;
    assert.equal(parseIdentityFileElement(id), error.path);
    assert.equal(tree.rows.get(id)?.label, 'bad.toml');
    assert.equal(tree.rows.get(id)?.description, 'It is bad.');
  });

  it('keeps what others wrote on one line and without control characters', () => {
    const evil = { ...holder, label: 'a\nb\u001b[31m\u202e' };
    const row = rowOf(placed({ state: 'active', lease: { ...theirs, holder: evil } }));
    assert.doesNotMatch(row.description, /[\u0000-\u001f\u202e]/);
  });

  it('is made of a thousand agents, each with an element that names it', () => {
    const many = Array.from({ length: 1000 }, (_, i) => {
      const name = parseAgentIdentity(`agent-${i}`);
      return placed({ identity: name, spec: { ...spec, identity: name } });
    });
    const tree = treeOf(many);
    assert.equal(tree.roots.length, 1000);
    assert.deepEqual(parseIdentityElement(tree.roots[999]), {
      worktree: '/repo',
      identity: 'agent-999',
    });
    for (const bad of ['identity:a/b@/repo', 'identity:.x@/repo', 'run:a@/repo', 7, undefined]) {
      assert.equal(parseIdentityElement(bad), undefined);
    }
  });

  it('has a badge for what somebody has to put right, and none without', () => {
    assert.equal(identitiesBadge([placed(), never()], []), undefined);
    const broken = placed({ state: 'broken', failure });
    assert.deepEqual(identitiesBadge([broken], []), { value: 1, text: '1 named agent is broken' });
    const bad = { worktree: '/repo', problem: error };
    assert.equal(identitiesBadge([broken, never({ problems: [error] })], [bad])?.value, 3);
  });
});
