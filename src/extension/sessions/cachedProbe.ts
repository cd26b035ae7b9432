import type { ProcessProbe, ProcessState } from '../../core/agents/liveness.ts';

/**
 * Answers that are this young are given again: on some systems each look at processes starts another
 * program.
 */
export function cachedProbe(
  probe: ProcessProbe,
  { ttlMs, now = () => performance.now() }: { readonly ttlMs: number; readonly now?: () => number },
): ProcessProbe {
  let last:
    | {
        readonly key: string;
        readonly atMs: number;
        readonly states: Promise<ReadonlyMap<number, ProcessState>>;
      }
    | undefined;
  return {
    host: () => probe.host(),
    probe: (pids) => {
      const key = pids.join();
      if (last?.key === key && now() - last.atMs < ttlMs) return last.states;
      const states = probe.probe(pids);
      last = { key, atMs: now(), states };
      return states;
    },
  };
}
