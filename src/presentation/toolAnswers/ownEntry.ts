import type { AgentEntry } from '../../core/agents/agentEntry.ts';
import { knownEntry } from '../../core/agents/knownEntry.ts';
import { RegistryError } from '../../core/agents/registryError.ts';
import type { ToolCaller, ToolWorld } from './toolCall.ts';

/** The entry of a caller: that of its session, or the one that it was given with a thread. */
export async function ownEntry(
  world: ToolWorld,
  { sessionId, actorKey }: ToolCaller,
): Promise<AgentEntry | undefined> {
  const view = await world.agentStore.refresh();
  if (sessionId !== undefined) return knownEntry(view, sessionId);
  if (actorKey === undefined) return undefined;
  const candidates = view
    .findBy('nativeActorKey', actorKey)
    .map(({ entry }) => entry)
    .filter(({ status }) => status === 'active');
  const verdicts = await world.liveness.assessAll(candidates);
  return candidates.find((_, i) => verdicts[i]?.liveness !== 'dead');
}

/** @throws RegistryError `not-found` for a caller that has no entry */
export async function expectOwnEntry(world: ToolWorld, caller: ToolCaller): Promise<AgentEntry> {
  const entry = await ownEntry(world, caller);
  if (entry !== undefined) return entry;
  const message =
    'You have no entry in the registry. Take a thread with reserve_thread, or register with "heddle-agents register" and give that session as "agent".';
  throw new RegistryError('not-found', message);
}

/** True for an entry that was made for a thread alone, so that it ends with it. */
export function isMadeForThread(entry: AgentEntry, { actorKey, sessionId }: ToolCaller): boolean {
  return sessionId === undefined && entry.nativeActorKey === actorKey;
}
