import type { ProcessProbe } from '../core/agents/liveness.ts';
import type { AgentEntry } from '../core/agents/agentEntry.ts';

/** The fields of an entry that say which process works for it, with all evidence there is. */
export type RecordedProcess = Pick<AgentEntry, 'pid' | 'bootId' | 'processStart' | 'pidNamespace'>;

/** Records a process as of now. A process that is already gone is recorded by its id and boot alone. */
export async function recordProcess(probe: ProcessProbe, pid: number): Promise<RecordedProcess> {
  const host = await probe.host();
  const state = (await probe.probe([pid])).get(pid);
  return {
    pid,
    bootId: host.bootId,
    processStart: state?.kind === 'running' ? state.start : undefined,
    pidNamespace: host.pidNamespace,
  };
}
