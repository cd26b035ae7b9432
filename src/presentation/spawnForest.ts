import { parentOf } from '../core/agents/actorChain.ts';
import type { AgentSnapshot } from '../core/agents/registrySnapshot.ts';
import { groupBy } from './groupBy.ts';

/** Who spawned whom. */
export interface SpawnForest {
  readonly roots: readonly AgentSnapshot[];
  readonly childrenOf: ReadonlyMap<string, readonly AgentSnapshot[]>;
}

/** Who spawned whom among these agents. Every agent is in it exactly once, cycles or not. */
export function spawnForest(agents: readonly AgentSnapshot[]): SpawnForest {
  const bySession = new Map(agents.map((agent) => [agent.entry.sessionId, agent]));
  const byActorKey = groupBy(agents, (agent) => agent.entry.nativeActorKey ?? '');
  const lookup = {
    bySessionId: (sessionId: string) => bySession.get(sessionId)?.entry,
    byActorKey: (key: string) => (byActorKey.get(key) ?? []).map((agent) => agent.entry),
  };
  const parentIdOf = (agent: AgentSnapshot): string | undefined =>
    parentOf(lookup, agent.entry)?.sessionId;

  const roots: AgentSnapshot[] = [];
  const childrenOf = new Map<string, AgentSnapshot[]>();
  for (const agent of agents) {
    const parentId = parentIdOf(agent);
    if (parentId === undefined || isInCycle(agent, parentIdOf, bySession)) {
      roots.push(agent);
      continue;
    }
    const siblings = childrenOf.get(parentId);
    if (siblings) siblings.push(agent);
    else childrenOf.set(parentId, [agent]);
  }
  return { roots, childrenOf };
}

/** True when following the parents leads back to the agent itself. */
function isInCycle(
  agent: AgentSnapshot,
  parentIdOf: (agent: AgentSnapshot) => string | undefined,
  bySession: ReadonlyMap<string, AgentSnapshot>,
): boolean {
  const seen = new Set<string>();
  let id = parentIdOf(agent);
  while (id !== undefined && !seen.has(id)) {
    if (id === agent.entry.sessionId) return true;
    seen.add(id);
    const parent = bySession.get(id);
    id = parent && parentIdOf(parent);
  }
  return false;
}
