import { silentLogger } from '../base/logger.ts';
import type { AgentStore } from '../core/agents/agentStore.ts';
import type { ProcessProbe } from '../core/agents/liveness.ts';
import { LivenessAssessor } from '../core/agents/livenessAssessor.ts';
import { entryOf, lookAt } from '../core/locks/holderEvidence.ts';
import type { LockConflict } from '../core/locks/lockRequest.ts';
import { refusalText } from './hookWording.ts';

export interface RefusalSources {
  readonly store: Pick<AgentStore, 'refresh'>;
  readonly probe: ProcessProbe;
  /** The folder of the repository. */
  readonly root: string;
  readonly nowMs: number;
}

/** Why an edit is refused, and what to do instead, with what is known now of those who hold the files. */
export async function explainRefusal(
  conflicts: readonly LockConflict[],
  { store, probe, root, nowMs }: RefusalSources,
): Promise<string> {
  const entries = await store.refresh();
  const holders = [...new Set(conflicts.map(({ holder }) => holder))];
  const look = await lookAt(holders, {
    entries,
    assessor: new LivenessAssessor(probe, silentLogger),
  });
  const obstacles = conflicts.map((conflict) => {
    const { holder } = conflict;
    return { conflict, entry: entryOf(holder, entries), verdict: look.verdictOf(holder) };
  });
  return refusalText(obstacles, { nowMs, root });
}
