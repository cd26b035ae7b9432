import type { AgentSnapshot } from '../core/agents/registrySnapshot.ts';
import { isPerson } from './agentWording.ts';
import { spawnForest } from './spawnForest.ts';
import { addUsages, type ShownUsage } from './usageShown.ts';

export interface UsageSumsPorts {
  readonly agents: () => readonly AgentSnapshot[];
  /** What an agent used itself. */
  readonly usageOf: (agent: AgentSnapshot) => ShownUsage | undefined;
}

interface Family {
  readonly bySession: ReadonlyMap<string, AgentSnapshot>;
  readonly childrenOf: ReadonlyMap<string, readonly AgentSnapshot[]>;
  readonly parentOf: ReadonlyMap<string, AgentSnapshot>;
}

interface Sum {
  readonly parts: readonly ShownUsage[];
  readonly usage: ShownUsage | undefined;
}

/**
 * What agents used together with all that they spawned, finished ones included. Who spawned whom is
 * found out once for each change of that, and each sum again only when a part of it changed.
 */
export class UsageSums {
  private known: Family | undefined;
  private readonly sums = new Map<string, Sum>();
  private readonly fresh = new Set<string>();

  constructor(private readonly ports: UsageSumsPorts) {}

  /** Agents came, went or are others. */
  noteAgents(): void {
    this.known = undefined;
    this.fresh.clear();
  }

  /** What these agents used has changed. Returns them with all whose sums are others now. */
  noteUsage(sessionIds: Iterable<string>): ReadonlySet<string> {
    const affected = new Set<string>();
    for (const sessionId of sessionIds) {
      let id: string | undefined = sessionId;
      while (id !== undefined && !affected.has(id)) {
        affected.add(id);
        id = this.family.parentOf.get(id)?.entry.sessionId;
      }
    }
    for (const id of affected) this.fresh.delete(id);
    return affected;
  }

  /** An agent by its session id. */
  find(sessionId: string): AgentSnapshot | undefined {
    return this.family.bySession.get(sessionId);
  }

  /** Undefined for an agent that spawned nobody, and where nothing is known of anybody. */
  withChildren(sessionId: string): ShownUsage | undefined {
    if (!this.family.childrenOf.has(sessionId)) return undefined;
    const before = this.sums.get(sessionId);
    if (before && this.fresh.has(sessionId)) return before.usage;
    const parts = this.partsOf(sessionId);
    const isSame =
      before?.parts.length === parts.length && parts.every((part, i) => part === before.parts[i]);
    const sum = isSame ? before : { parts, usage: addUsages(parts) };
    this.sums.set(sessionId, sum);
    this.fresh.add(sessionId);
    return sum.usage;
  }

  /** Agents that no other agent spawned; what people spawned is on its own. */
  get independent(): readonly AgentSnapshot[] {
    const { parentOf } = this.family;
    return this.ports.agents().filter(({ entry }) => {
      const parent = parentOf.get(entry.sessionId);
      return !isPerson(entry) && (parent === undefined || isPerson(parent.entry));
    });
  }

  private partsOf(sessionId: string): readonly ShownUsage[] {
    const { bySession, childrenOf } = this.family;
    const parts: ShownUsage[] = [];
    const pending = [bySession.get(sessionId)];
    for (let agent = pending.pop(); agent !== undefined; agent = pending.pop()) {
      const usage = this.ports.usageOf(agent);
      if (usage) parts.push(usage);
      // One by one: somebody may have spawned more than a call takes arguments.
      for (const child of childrenOf.get(agent.entry.sessionId) ?? []) pending.push(child);
    }
    return parts;
  }

  private get family(): Family {
    this.known ??= familyOf(this.ports.agents());
    return this.known;
  }
}

function familyOf(agents: readonly AgentSnapshot[]): Family {
  const { childrenOf } = spawnForest(agents);
  const bySession = new Map(agents.map((agent) => [agent.entry.sessionId, agent]));
  const parentOf = new Map<string, AgentSnapshot>();
  for (const [id, children] of childrenOf) {
    const parent = bySession.get(id);
    if (parent) for (const child of children) parentOf.set(child.entry.sessionId, parent);
  }
  return { bySession, childrenOf, parentOf };
}
