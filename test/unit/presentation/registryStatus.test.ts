import assert from 'node:assert/strict';
import { newAgentEntry } from '../../../src/core/agents/agentEntry.ts';
import type { RegistrySnapshot } from '../../../src/core/agents/registrySnapshot.ts';
import type { LivenessVerdict } from '../../../src/core/agents/liveness.ts';
import type { AgentNow } from '../../../src/core/harness/agentNow.ts';
import { registryStatus, type RegistryStatus } from '../../../src/presentation/registryStatus.ts';
import { nowOf } from '../../support/agentsAtWork.ts';

const nowMs = Date.parse('2026-11-21T10:00:00Z');
const alive: LivenessVerdict = { liveness: 'alive', reason: 'running' };
const dead: LivenessVerdict = { liveness: 'dead', reason: 'gone' };

function snapshotOf(...agents: [thread: string, verdict: LivenessVerdict][]): RegistrySnapshot {
  return {
    root: '/r',
    folder: '/r/.heddle/agents',
    state: { kind: 'ready' },
    broken: [],
    agents: agents.map(([thread, verdict], i) => ({
      entry: newAgentEntry({
        sessionId: `s${i}`,
        thread,
        baseState: 'x',
        startedAt: '2026-11-21T09:00:00Z',
        harness: 'codex',
      }),
      startedAt: { epochMs: 0, nanos: 0 },
      verdict,
    })),
  };
}

describe('registryStatus', () => {
  it('counts who is alive and warns only of dead ones that hold a thread', () => {
    const quiet = registryStatus([snapshotOf(['agent/s0', alive], ['agent/s1', dead])], { nowMs });
    assert.deepEqual([quiet.text, quiet.isWarning], ['$(hubot) 1', false]);
    assert.equal(quiet.accessibleText, '1 agent alive');

    const warned = registryStatus([snapshotOf(['main', alive], ['feature/x', dead])], { nowMs });
    assert.deepEqual([warned.text, warned.isWarning], ['$(hubot) 1 $(warning) 1', true]);
    assert.equal(warned.deadReservations[0]?.text, 'Codex holds feature/x, last seen 1 h ago');
    assert.equal(warned.accessibleText, '1 agent alive, 1 dead reservation');
  });

  it('shows nothing where there is no registry', () => {
    const absent: RegistrySnapshot = { ...snapshotOf(), state: { kind: 'absent' } };
    assert.equal(registryStatus([absent], { nowMs }).isVisible, false);
    assert.equal(registryStatus([], { nowMs }).isVisible, false);
    assert.equal(registryStatus([snapshotOf()], { nowMs }).isVisible, true);
  });

  describe('of agents whose hooks tell what they do', () => {
    const minuteMs = 60_000;
    const waitsFor = { reason: 'permission', text: 'Bash: npm test' } as const;
    const waiting = nowOf({ phase: 'waiting', waitsFor, sinceMs: nowMs - 3 * minuteMs });
    const statusOf = (
      verdicts: readonly LivenessVerdict[],
      now: readonly (AgentNow | undefined)[],
    ): RegistryStatus => {
      const known = new Map(
        now.flatMap((each, i) => (each === undefined ? [] : [[`s${i}`, each] as const])),
      );
      const snapshot = snapshotOf(
        ...verdicts.map((verdict, i): [string, LivenessVerdict] => [`agent/s${i}`, verdict]),
      );
      return registryStatus([snapshot], { nowMs, nowIn: () => known });
    };

    it('counts who works and who waits, the latter in the badge', () => {
      const status = statusOf([alive, alive, alive], [nowOf(), waiting, nowOf({ phase: 'idle' })]);
      assert.equal(status.text, '$(hubot) 3 $(play-circle) 1 $(bell) 1');
      assert.equal(status.accessibleText, '3 agents alive, 1 working, 1 waiting for you');
      assert.deepEqual(status.badge, { value: 1, text: '1 waiting for you' });
      assert.equal(status.isWarning, false);
      assert.deepEqual(status.waiting, [
        {
          ...{ root: '/r', sessionId: 's1' },
          text: 'Codex waits for permission: Bash: npm test (3 min)',
        },
      ]);
    });

    it('adds up in the badge who waits and who is dead with a thread', () => {
      const snapshot = snapshotOf(['agent/s0', alive], ['feature/x', dead]);
      const nowIn = (): ReadonlyMap<string, AgentNow> => new Map([['s0', waiting]]);
      const { badge } = registryStatus([snapshot], { nowMs, nowIn });
      assert.deepEqual(badge, { value: 2, text: '1 waiting for you, 1 dead reservation' });
    });

    it('asks nobody to answer the dead', () => {
      const status = statusOf([dead], [waiting]);
      assert.equal(status.badge, undefined);
      assert.deepEqual(status.waiting, []);
    });

    it('counts a subagent under its type, and makes one line of what it asks', () => {
      const asks = { reason: 'question', text: 'Which\none?' } as const;
      const now = nowOf({ phase: 'waiting', waitsFor: asks, childType: 'Explore', sinceMs: nowMs });
      const [first] = statusOf([alive], [now]).waiting;
      assert.match(first?.text ?? '', /^Explore waits for question: Which.*one\? \(<1 min\)$/);
    });

    it('takes the agents of each root for themselves', () => {
      const first = snapshotOf(['agent/s0', alive]);
      const second = { ...snapshotOf(['agent/s0', alive]), root: '/other' };
      const nowIn = (root: string): ReadonlyMap<string, AgentNow> =>
        new Map(root === '/other' ? [['s0', waiting]] : []);
      const status = registryStatus([first, second], { nowMs, nowIn });
      assert.deepEqual(
        status.waiting.map(({ root }) => root),
        ['/other'],
      );
    });
  });

  const cases: readonly [string, string, boolean, [number, number, number, number]][] = [
    ['$(hubot) 0', '0 agents alive', false, [0, 0, 0, 0]],
    ['$(lock) 1', '0 agents alive, 1 locked path', false, [0, 1, 0, 0]],
    ['$(hubot) 1 $(lock) 3', '1 agent alive, 3 locked paths', false, [1, 3, 0, 0]],
    [
      '$(hubot) 1 $(lock) 3 $(watch) 2',
      '1 agent alive, 3 locked paths, 2 that somebody waits for',
      false,
      [1, 3, 2, 0],
    ],
    [
      '$(hubot) 1 $(lock) 3 $(watch) 2',
      '1 agent alive, 3 locked paths, 2 that somebody waits for, 1 of these held by you',
      true,
      [1, 3, 2, 1],
    ],
  ];
  for (const [text, accessibleText, isWarning, [agents, locked, contended, mine]] of cases) {
    it(`says ${text} for ${accessibleText}`, () => {
      const snapshot = agents === 1 ? snapshotOf(['agent/s0', alive]) : snapshotOf();
      const locks = { locked, contended, mineContended: mine };
      const status = registryStatus([snapshot], { nowMs, locks });
      assert.deepEqual(
        [status.text, status.accessibleText, status.isWarning],
        [text, accessibleText, isWarning],
      );
    });
  }
});
