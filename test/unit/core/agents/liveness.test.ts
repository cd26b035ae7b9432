import assert from 'node:assert/strict';
import type { AgentEntry } from '../../../../src/core/agents/agentEntry.ts';
import {
  assessLiveness,
  pidToProbe,
  type HostIdentity,
  type LivenessVerdict,
  type ProcessState,
} from '../../../../src/core/agents/liveness.ts';
import { buildEntry } from '../../../support/entryBuilder.ts';

const host: HostIdentity = { bootId: 'boot-1', pidNamespace: 'pid:[1]' };
const gone: ProcessState = { kind: 'gone' };
const startMs = Date.parse('2026-06-01T12:00:00Z');

function running(start?: string, startedAtMs?: number): ProcessState {
  return { kind: 'running', start, startedAtMs };
}

interface Row {
  readonly title: string;
  readonly entry: Partial<AgentEntry>;
  readonly state?: ProcessState;
  readonly host?: HostIdentity;
  readonly verdict: LivenessVerdict;
}

const rows: readonly Row[] = [
  {
    title: 'alive: its process runs',
    entry: { pid: 42 },
    state: running(),
    verdict: { liveness: 'alive', reason: 'running' },
  },
  {
    title: 'dead: no process has the id',
    entry: { pid: 42 },
    state: gone,
    verdict: { liveness: 'dead', reason: 'gone' },
  },
  {
    title: 'dead: finished, although the process runs',
    entry: { pid: 42, status: 'complete' },
    state: running(),
    verdict: { liveness: 'dead', reason: 'finished' },
  },
  {
    title: 'dead: finished, without a process',
    entry: { status: 'abandoned' },
    verdict: { liveness: 'dead', reason: 'finished' },
  },
  {
    title: 'unknown: no process recorded',
    entry: {},
    verdict: { liveness: 'unknown', reason: 'no-process' },
  },
  {
    title: 'unknown: a boot alone says nothing',
    entry: { bootId: 'boot-0' },
    verdict: { liveness: 'unknown', reason: 'no-process' },
  },
  {
    title: 'dead: process id 0',
    entry: { pid: 0 },
    verdict: { liveness: 'dead', reason: 'impossible-pid' },
  },
  {
    title: 'dead: process id 2^31 is negative as Heddle reads it',
    entry: { pid: 2 ** 31 },
    verdict: { liveness: 'dead', reason: 'impossible-pid' },
  },
  {
    title: 'dead: process id 2^32-1',
    entry: { pid: 2 ** 32 - 1 },
    verdict: { liveness: 'dead', reason: 'impossible-pid' },
  },
  {
    title: 'as probed: process id 2^31-1 is possible',
    entry: { pid: 2 ** 31 - 1 },
    state: gone,
    verdict: { liveness: 'dead', reason: 'gone' },
  },
  {
    title: 'dead: another boot',
    entry: { pid: 42, bootId: 'boot-0' },
    state: running(),
    verdict: { liveness: 'dead', reason: 'rebooted' },
  },
  {
    title: 'alive: the same boot',
    entry: { pid: 42, bootId: 'boot-1' },
    state: running(),
    verdict: { liveness: 'alive', reason: 'running' },
  },
  {
    title: 'alive: a boot that the host cannot compare',
    entry: { pid: 42, bootId: 'boot-0' },
    host: { bootId: undefined, pidNamespace: undefined },
    state: running(),
    verdict: { liveness: 'alive', reason: 'running' },
  },
  {
    title: 'unknown: another pid namespace, whatever the boot and the process say',
    entry: { pid: 42, bootId: 'boot-0', pidNamespace: 'pid:[2]' },
    state: gone,
    verdict: { liveness: 'unknown', reason: 'other-pid-namespace' },
  },
  {
    title: 'unknown: a pid namespace on a host that has none',
    entry: { pid: 42, pidNamespace: 'pid:[1]' },
    host: { bootId: undefined, pidNamespace: undefined },
    state: gone,
    verdict: { liveness: 'unknown', reason: 'other-pid-namespace' },
  },
  {
    title: 'alive: the recorded start is that of the process',
    entry: { pid: 42, processStart: 'linux-ticks:7' },
    state: running('linux-ticks:7', startMs + 3_600_000),
    verdict: { liveness: 'alive', reason: 'running' },
  },
  {
    title: 'dead: the recorded start is not that of the process',
    entry: { pid: 42, processStart: 'linux-ticks:7' },
    state: running('linux-ticks:8'),
    verdict: { liveness: 'dead', reason: 'reused' },
  },
  {
    title: 'alive: a start that the platform cannot tell now',
    entry: { pid: 42, processStart: 'linux-ticks:7' },
    state: running(undefined),
    verdict: { liveness: 'alive', reason: 'running' },
  },
  {
    title: 'alive: a start recorded in another form is not compared',
    entry: { pid: 42, processStart: 'darwin-seconds:7' },
    state: running('linux-ticks:8'),
    verdict: { liveness: 'alive', reason: 'running' },
  },
  {
    title: 'alive: a recorded start without a form is not compared with one that has one',
    entry: { pid: 42, processStart: 'something' },
    state: running('linux-ticks:8'),
    verdict: { liveness: 'alive', reason: 'running' },
  },
  {
    title: 'alive but possibly re-used: the wall clock alone says that it started later',
    entry: { pid: 42 },
    state: running('linux-ticks:8', startMs + 10_001),
    verdict: { liveness: 'alive', reason: 'possibly-reused' },
  },
  {
    title: 'alive: clocks may differ a little',
    entry: { pid: 42 },
    state: running('linux-ticks:8', startMs + 10_000),
    verdict: { liveness: 'alive', reason: 'running' },
  },
  {
    title: 'alive: a resumed agent has beaten since its new process started',
    entry: { pid: 42, heartbeatAt: '2026-06-01T13:00:00Z' },
    state: running(undefined, startMs + 3_600_000),
    verdict: { liveness: 'alive', reason: 'running' },
  },
  {
    title: 'alive: progress is a mark of life as well',
    entry: { pid: 42, lastProgressAt: '2026-06-01T13:00:00Z' },
    state: running(undefined, startMs + 3_600_000),
    verdict: { liveness: 'alive', reason: 'running' },
  },
  {
    title: 'alive: a start in the far future, as after a clock jump, proves nothing',
    entry: { pid: 42, startedAt: '2099-01-01T00:00:00Z' },
    state: running('linux-ticks:8', startMs),
    verdict: { liveness: 'alive', reason: 'running' },
  },
];

describe('assessLiveness', () => {
  for (const row of rows) {
    it(`assessLiveness says ${row.title}`, () => {
      const entry = buildEntry('agent-a', row.entry);

      assert.deepEqual(assessLiveness(entry, row.host ?? host, row.state), row.verdict);
    });
  }

  it('assessLiveness says unknown, and not that no process is recorded, when the probe gave no answer', () => {
    const verdict = assessLiveness(buildEntry('agent-a', { pid: 42 }), host, undefined);

    assert.equal(verdict.liveness, 'unknown');
    assert.notEqual(verdict.reason, 'no-process');
  });

  it('assessLiveness gives the same object for the same verdict', () => {
    const entry = buildEntry('agent-a', { pid: 42 });

    assert.equal(
      assessLiveness(entry, host, running()),
      assessLiveness(buildEntry('agent-b', { pid: 43 }), host, running()),
    );
  });
});

describe('pidToProbe', () => {
  it('pidToProbe asks for nothing that is decided without a look', () => {
    const decided: readonly Partial<AgentEntry>[] = [
      {},
      { pid: 0 },
      { pid: 2 ** 31 },
      { pid: 42, status: 'merged' },
      { pid: 42, pidNamespace: 'pid:[2]' },
    ];

    for (const fields of decided) {
      assert.equal(pidToProbe(buildEntry('agent-a', fields), host), undefined);
    }
    assert.equal(pidToProbe(buildEntry('agent-a', { pid: 42 }), host), 42);
  });
});
