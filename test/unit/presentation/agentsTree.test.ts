import assert from 'node:assert/strict';
import { newAgentEntry, type AgentEntry } from '../../../src/core/agents/agentEntry.ts';
import type { AgentSnapshot, RegistrySnapshot } from '../../../src/core/agents/registrySnapshot.ts';
import type { Liveness } from '../../../src/core/agents/liveness.ts';
import { parseTimestamp } from '../../../src/core/agents/timestamp.ts';
import { parseAgentElement, toAgentElement } from '../../../src/presentation/agentElement.ts';
import {
  buildAgentsTree,
  renewedRows,
  type Grouping,
  type TreeModel,
} from '../../../src/presentation/agentsTree.ts';
import type { AgentNow } from '../../../src/core/harness/agentNow.ts';
import type { FindActivity } from '../../../src/presentation/agentActivity.ts';
import { nowOf } from '../../support/agentsAtWork.ts';
import { diffRows } from '../../../src/presentation/treeRow.ts';

const root = '/repo';
const nowMs = Date.parse('2026-11-21T10:00:00Z');

function agent(
  sessionId: string,
  fields: Partial<AgentEntry> = {},
  liveness: Liveness = 'alive',
): AgentSnapshot {
  const startedAt = fields.startedAt ?? '2026-11-21T09:00:00Z';
  const entry = newAgentEntry({
    sessionId,
    thread: `agent/${sessionId}`,
    baseState: 'x',
    ...fields,
    startedAt,
  });
  const reasons = { alive: 'running', dead: 'gone', unknown: 'no-process' } as const;
  return {
    entry,
    startedAt: parseTimestamp(startedAt) ?? { epochMs: 0, nanos: 0 },
    verdict:
      entry.status === 'active'
        ? { liveness, reason: reasons[liveness] }
        : { liveness: 'dead', reason: 'finished' },
  };
}

function snapshot(
  agents: readonly AgentSnapshot[],
  more: Partial<RegistrySnapshot> = {},
): RegistrySnapshot {
  return {
    root,
    folder: `${root}/.heddle/agents`,
    state: { kind: 'ready' },
    agents,
    broken: [],
    ...more,
  };
}

/** The tree as indented labels. */
function outline(model: TreeModel, ids: readonly string[] = model.roots, depth = 0): string[] {
  return ids.flatMap((id) => {
    const row = model.rows.get(id);
    assert.ok(row, `no row ${id}`);
    return [`${'  '.repeat(depth)}${row.label}`, ...outline(model, row.children, depth + 1)];
  });
}

function build(agents: readonly AgentSnapshot[], grouping: Grouping = 'chain'): TreeModel {
  return buildAgentsTree([snapshot(agents)], { grouping, nowMs });
}

describe('buildAgentsTree', () => {
  const person = agent('person', { provider: 'human', nativeActorKey: 'human:ana' });
  const lead = agent('lead', {
    harness: 'codex',
    model: 'gpt-5',
    nativeActorKey: 'codex:thread:p',
    nativeParentActorKey: 'human:ana',
    thread: 'feature/search',
  });
  const child = agent('child', {
    harness: 'codex',
    model: 'gpt-5-mini',
    nativeActorKey: 'codex:thread:c',
    nativeParentActorKey: 'codex:thread:p',
  });

  it('puts who was spawned under who spawned it', () => {
    assert.deepEqual(outline(build([child, person, lead])), [
      'ana',
      '  Codex · gpt-5',
      '    Codex · gpt-5-mini',
    ]);
  });

  it('shows every agent exactly once, whatever parents are named', () => {
    const agents = [
      agent('a', { nativeActorKey: 'a', nativeParentActorKey: 'b' }),
      agent('b', { nativeActorKey: 'b', nativeParentActorKey: 'a' }),
      agent('self', { nativeActorKey: 's', nativeParentActorKey: 's' }),
      agent('orphan', { nativeParentActorKey: 'gone' }),
      agent('below-cycle', { nativeParentActorKey: 'a' }),
    ];
    for (const grouping of ['chain', 'thread', 'harness', 'flat'] as const) {
      const rows = [...build(agents, grouping).rows.keys()];
      const shown = rows.map((id) => parseAgentElement(id)?.sessionId).filter(Boolean);
      assert.deepEqual(shown.sort(), ['a', 'b', 'below-cycle', 'orphan', 'self'], grouping);
      const labels = outline(build(agents, grouping));
      assert.equal(labels.filter((label) => label.trim() === 'below-cycle').length, 1);
    }
  });

  it('prefers an active parent among several with one key', () => {
    const old = agent('old', {
      nativeActorKey: 'k',
      startedAt: '2026-11-21T09:30:00Z',
      status: 'complete',
    });
    const now = agent('now', { nativeActorKey: 'k', startedAt: '2026-11-21T08:00:00Z' });
    const kid = agent('kid', { nativeParentActorKey: 'k' });
    assert.deepEqual(outline(build([old, kid, now])), ['now', '  kid', 'Finished', '  old']);
  });

  it('groups by thread, by harness and not at all', () => {
    const agents = [person, lead, child];
    assert.deepEqual(outline(build(agents, 'thread')), [
      'feature/search',
      '  Codex · gpt-5',
      'No thread',
      '  ana',
      '  Codex · gpt-5-mini',
    ]);
    assert.deepEqual(outline(build(agents, 'harness')), [
      'Codex',
      '  Codex · gpt-5',
      '  Codex · gpt-5-mini',
      'People',
      '  ana',
    ]);
    assert.deepEqual(outline(build(agents, 'flat')), [
      'ana',
      'Codex · gpt-5',
      'Codex · gpt-5-mini',
    ]);
  });

  it('puts finished and unreadable ones into groups of their own, collapsed', () => {
    const done = agent('done', { status: 'merged', completedAt: '2026-11-21T09:59:30Z' });
    const broken = {
      fileName: 'agent-x.toml',
      problem: 'The file is empty.',
      line: undefined,
      lastGood: undefined,
    };
    const model = buildAgentsTree([snapshot([lead, done], { broken: [broken] })], {
      grouping: 'chain',
      nowMs,
    });
    assert.deepEqual(outline(model), [
      'Codex · gpt-5',
      'Finished',
      '  done',
      'Unreadable',
      '  agent-x.toml',
    ]);
    assert.equal(model.rows.get(`finished:@${root}`)?.isExpanded, false);
    assert.equal(model.rows.get(`unreadable:@${root}`)?.isExpanded, false);
    const row = model.rows.get(toAgentElement({ root, sessionId: 'done' }));
    assert.equal(row?.description, 'merged <1 min');
  });

  it('says thread, state and age, and the state again by icon and colour', () => {
    const row = build([lead]).rows.get(toAgentElement({ root, sessionId: 'lead' }));
    assert.equal(row?.description, 'alive 1 h · feature/search');
    assert.deepEqual([row.icon, row.color], ['hubot', 'charts.green']);
    assert.equal(row.contextValue, 'heddle.agent+active+alive+reservation');
    const dead = build([agent('x', {}, 'dead')]).rows.get(toAgentElement({ root, sessionId: 'x' }));
    assert.deepEqual([dead?.icon, dead?.color], ['error', 'charts.red']);
  });

  it('shows each root as a row when there are several', () => {
    const other = snapshot([], { root: '/other', state: { kind: 'absent' } });
    const model = buildAgentsTree([snapshot([lead]), other], { grouping: 'chain', nowMs });
    assert.deepEqual(outline(model), ['repo', '  Codex · gpt-5', 'other']);
    assert.equal(model.rows.get('root:@/other')?.description, 'not initialised');
  });

  it('keeps hostile text plain', () => {
    const model = build([
      agent('evil', { model: '$(zap) <b>m</b>\u001b[31m', thread: 'a\u202ecod.exe\n$(trash)' }),
    ]);
    const row = model.rows.get(toAgentElement({ root, sessionId: 'evil' }));
    assert.doesNotMatch(JSON.stringify(row), /\\u001b|\u202e/);
    assert.match(row?.description ?? '', /⟨U\+202E⟩/);
    assert.match(row?.label ?? '', /⟨U\+001B⟩/);
  });

  it('gives the same row objects while nothing changes, and new ones when something does', () => {
    const cache = new WeakMap();
    const options = { grouping: 'chain', nowMs, cache } as const;
    const before = buildAgentsTree([snapshot([lead, person])], options);
    const after = buildAgentsTree([snapshot([lead, person])], options);
    const id = toAgentElement({ root, sessionId: 'lead' });
    assert.equal(after.rows.get(id), before.rows.get(id));
    assert.deepEqual(diffRows(before, after), { kind: 'none' });

    const renamed = { ...lead, entry: { ...lead.entry, model: 'gpt-6' } };
    const changed = buildAgentsTree([snapshot([renamed, person])], options);
    assert.deepEqual(diffRows(after, changed), { kind: 'rows', ids: [id] });
  });

  it('repaints nothing for a heartbeat within a minute, and for a first child where its parent stands', () => {
    const beat = (heartbeatAt: string): AgentSnapshot => ({
      ...lead,
      entry: { ...lead.entry, heartbeatAt },
    });
    const early = build([person, beat('2026-11-21T09:59:01Z')]);
    const late = build([person, beat('2026-11-21T09:59:59Z')]);
    assert.deepEqual(diffRows(early, late), { kind: 'none' });
    assert.deepEqual(diffRows(build([person, lead]), build([person, lead, child])), {
      kind: 'rows',
      ids: [toAgentElement({ root, sessionId: 'person' })],
    });
    assert.deepEqual(diffRows(build([person]), build([person, agent('new')])), { kind: 'all' });
  });

  describe('renewed where an agent does something else', () => {
    const cache = new WeakMap();
    const activityOf = (phases: Readonly<Record<string, AgentNow['phase']>>): FindActivity => {
      return (_root, { entry }) => {
        const phase = phases[entry.sessionId];
        return phase === undefined ? {} : { now: nowOf({ phase, sinceMs: nowMs }) };
      };
    };
    const places = [lead, child].map((each) => ({ root, agent: each }));
    const before = (): TreeModel =>
      buildAgentsTree([snapshot([person, lead, child])], {
        ...{ grouping: 'chain', nowMs, cache },
        activityOf: activityOf({ lead: 'working', child: 'working' }),
      });

    it('has other rows for those who look different only, at the same places', () => {
      const model = before();
      const options = { nowMs, cache, activityOf: activityOf({ lead: 'idle', child: 'working' }) };
      const renewed = renewedRows(model, places, options);
      const id = toAgentElement({ root, sessionId: 'lead' });
      assert.deepEqual([...renewed.keys()], [id]);
      const [row, was] = [renewed.get(id), model.rows.get(id)];
      assert.match(row?.description ?? '', /^idle /);
      assert.deepEqual([row?.parent, row?.children], [was?.parent, was?.children]);
      assert.deepEqual(renewedRows(model, places, options).size, 1, 'however often it is asked');
    });

    it('has none for an agent without a row', () => {
      const stranger = agent('stranger');
      const options = { nowMs, cache, activityOf: activityOf({ stranger: 'working' }) };
      assert.equal(renewedRows(before(), [{ root, agent: stranger }], options).size, 0);
    });

    it('costs as much as there are agents that changed, of 5 000', () => {
      const many = Array.from({ length: 5000 }, (_, i) => agent(`a${i}`));
      const model = buildAgentsTree([snapshot(many)], { grouping: 'flat', nowMs, cache });
      let asked = 0;
      const options = {
        ...{ nowMs, cache },
        activityOf: (): ReturnType<FindActivity> => {
          asked += 1;
          return { now: nowOf() };
        },
      };
      const some = many.slice(0, 3).map((each) => ({ root, agent: each }));
      assert.equal(renewedRows(model, some, options).size, 3);
      assert.equal(asked, 3);
    });
  });

  it('arranges 5 000 agents with deep chains', () => {
    const many = Array.from({ length: 5000 }, (_, i) =>
      agent(`a${i}`, {
        nativeActorKey: `k${i}`,
        ...(i % 50 === 0 ? {} : { nativeParentActorKey: `k${i - 1}` }),
      }),
    );
    const model = build(many);
    assert.equal(model.rows.size, 5000);
    assert.equal(model.roots.length, 100);
  });
});
