import type { ActorChainNode, AgentEntry } from './agentEntry.ts';

/** How a chain finds entries: by session id, and by the key that children name as their parent. */
export interface ActorLookup {
  bySessionId(sessionId: string): AgentEntry | undefined;
  /** Several entries can carry one key (a harness that reconnected). Most recent first. */
  byActorKey(actorKey: string): readonly AgentEntry[];
}

/**
 * Who spawned whom, root first, ending with the session itself. Follows the native parent keys, not
 * threads. Empty when the session is unknown. A cycle ends the chain where it would repeat.
 */
export function actorChain(lookup: ActorLookup, sessionId: string): readonly AgentEntry[] {
  const leafToRoot: AgentEntry[] = [];
  const seen = new Set<string>();
  let current = lookup.bySessionId(sessionId);
  while (current !== undefined && !seen.has(current.sessionId)) {
    seen.add(current.sessionId);
    leafToRoot.push(current);
    current = parentOf(lookup, current);
  }
  return leafToRoot.reverse();
}

/** The entry that spawned this one: an active one if there is any, then the most recent. */
export function parentOf(lookup: ActorLookup, entry: AgentEntry): AgentEntry | undefined {
  if (entry.nativeParentActorKey === undefined) return undefined;
  const candidates = lookup.byActorKey(entry.nativeParentActorKey);
  return candidates.find((candidate) => candidate.status === 'active') ?? candidates[0];
}

export function toActorChainNode(entry: AgentEntry): ActorChainNode {
  return {
    sessionId: entry.sessionId,
    nativeActorKey: entry.nativeActorKey,
    nativeParentActorKey: entry.nativeParentActorKey,
    thread: entry.thread,
    status: entry.status,
    provider: entry.provider,
    model: entry.model,
    harness: entry.harness,
  };
}
