import type { AgentEntry } from './agentEntry.ts';
import {
  assessLiveness,
  pidToProbe,
  type LivenessVerdict,
  type ProcessProbe,
  type ProcessState,
} from './liveness.ts';

/** Judges entries by what the probe says of their processes. */
export class LivenessAssessor {
  constructor(private readonly probe: ProcessProbe) {}

  async assess(entry: AgentEntry): Promise<LivenessVerdict> {
    return (await this.assessAll([entry]))[0] ?? unprobed;
  }

  /** The verdicts in the order of the entries, for the price of one look at each process. */
  async assessAll(entries: readonly AgentEntry[]): Promise<readonly LivenessVerdict[]> {
    const host = await this.probe.host();
    const pids = entries.map((entry) => pidToProbe(entry, host)).filter((pid) => pid !== undefined);
    const states: ReadonlyMap<number, ProcessState> =
      pids.length === 0 ? new Map() : await this.probe.probe([...new Set(pids)]);
    return entries.map((entry) =>
      assessLiveness(entry, host, entry.pid === undefined ? undefined : states.get(entry.pid)),
    );
  }
}

const unprobed: LivenessVerdict = { liveness: 'unknown', reason: 'no-process' };
