import { assessLiveness, pidToProbe, type ProcessProbe } from '../../core/agents/liveness.ts';
import type { HolderProcess } from '../../core/locks/lockHolder.ts';

/**
 * Those of some processes that are provably gone, by `processKey`. Where that cannot be told nobody is.
 * A process that is gone once is gone for ever, so the answer does not grow old.
 */
export async function goneHolders(
  probe: ProcessProbe,
  processes: readonly HolderProcess[],
): Promise<ReadonlySet<string>> {
  const unique = new Map(processes.map((process) => [processKey(process), process]));
  if (unique.size === 0) return new Set();
  try {
    const host = await probe.host();
    const subjects = [...unique].map(([key, process]) => {
      const subject = {
        ...process,
        ...({ status: 'active', heartbeatAt: undefined, lastProgressAt: undefined } as const),
      };
      return { key, subject, pid: pidToProbe(subject, host) };
    });
    const pids = subjects.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
    const states = await probe.probe([...new Set(pids)]);
    const gone = subjects.filter(({ subject, pid }) => {
      const state = pid === undefined ? undefined : states.get(pid);
      return assessLiveness(subject, host, state).liveness === 'dead';
    });
    return new Set(gone.map(({ key }) => key));
  } catch {
    return new Set();
  }
}

/** Equal for equal processes only. */
export function processKey(process: HolderProcess): string {
  const { pid, bootId, processStart, pidNamespace } = process;
  return JSON.stringify([pid, bootId, processStart, pidNamespace]);
}
