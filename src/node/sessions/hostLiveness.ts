import {
  assessLiveness,
  pidToProbe,
  type Liveness,
  type LivenessSubject,
  type ProcessProbe,
} from '../../core/agents/liveness.ts';
import type { HolderProcess } from '../../core/locks/lockHolder.ts';
import type { SessionHeader } from '../../core/sessions/sessionHeader.ts';
import { recordProcess } from '../recordedProcess.ts';

/** This process, as the host of a session. */
export async function recordHost(probe: ProcessProbe, nowMs: number): Promise<HolderProcess> {
  const recorded = await recordProcess(probe, process.pid);
  return { ...recorded, startedAt: new Date(nowMs).toISOString() };
}

/**
 * Whether the hosts of sessions live, in the order of the headers. Every host records itself, so that a
 * session without one has none.
 */
export async function hostLiveness(
  probe: ProcessProbe,
  headers: readonly SessionHeader[],
): Promise<readonly Liveness[]> {
  if (headers.length === 0) return [];
  const identity = await probe.host();
  const subjects = headers.map(({ host }) => host && subjectOf(host));
  const pids = subjects.map((subject) => subject && pidToProbe(subject, identity));
  const states = await probe
    .probe([...new Set(pids.filter((pid) => pid !== undefined))])
    // Without an answer nobody is taken for dead.
    .catch(() => new Map<number, never>());
  return subjects.map((subject, i) => {
    if (subject?.pid === undefined) return 'dead';
    const pid = pids[i];
    return assessLiveness(subject, identity, pid === undefined ? undefined : states.get(pid))
      .liveness;
  });
}

function subjectOf(host: HolderProcess): LivenessSubject {
  return {
    ...host,
    status: 'active',
    heartbeatAt: undefined,
    lastProgressAt: undefined,
  };
}
