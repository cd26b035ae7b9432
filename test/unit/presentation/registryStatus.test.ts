import assert from 'node:assert/strict';
import { newAgentEntry } from '../../../src/core/agents/agentEntry.ts';
import type { RegistrySnapshot } from '../../../src/core/agents/registrySnapshot.ts';
import type { LivenessVerdict } from '../../../src/core/agents/liveness.ts';
import { registryStatus } from '../../../src/presentation/registryStatus.ts';

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
});
