import type { Logger } from '../../base/logger.ts';
import {
  assessLiveness,
  pidToProbe,
  type HostIdentity,
  type LivenessSubject,
  type LivenessVerdict,
  type ProcessProbe,
  type ProcessState,
} from './liveness.ts';

/** Judges entries by what the probe says of their processes. */
export class LivenessAssessor {
  constructor(
    private readonly probe: ProcessProbe,
    private readonly logger: Logger,
  ) {}

  async assess(entry: LivenessSubject): Promise<LivenessVerdict> {
    return (await this.assessAll([entry]))[0] ?? unprobed;
  }

  /** The verdicts in the order of the entries, for the price of one look at each process. */
  async assessAll(entries: readonly LivenessSubject[]): Promise<readonly LivenessVerdict[]> {
    const host = await this.probe.host().catch(() => unknownHost);
    const pids = entries.map((entry) => pidToProbe(entry, host)).filter((pid) => pid !== undefined);
    const states: ReadonlyMap<number, ProcessState> =
      pids.length === 0 ? new Map() : await this.probeOrNothing([...new Set(pids)]);
    return entries.map((entry) =>
      assessLiveness(entry, host, entry.pid === undefined ? undefined : states.get(entry.pid)),
    );
  }

  /** A platform that does not answer leaves the processes unknown; nothing else depends on it. */
  private async probeOrNothing(
    pids: readonly number[],
  ): Promise<ReadonlyMap<number, ProcessState>> {
    try {
      return await this.probe.probe(pids);
    } catch (error) {
      this.logger.warn('The processes of the agents could not be looked up.', error);
      return new Map();
    }
  }
}

const unknownHost: HostIdentity = { bootId: undefined, pidNamespace: undefined };
const unprobed: LivenessVerdict = { liveness: 'unknown', reason: 'not-checked' };
