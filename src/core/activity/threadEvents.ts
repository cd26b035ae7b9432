import type { AgentEntry } from '../agents/agentEntry.ts';
import type { ActivityEvent, ActivityParty } from './activityEvent.ts';
import { partyOf } from './agentParty.ts';

/** An agent has taken a thread, for the task that it named. */
export function threadReserved(entry: AgentEntry, atMs: number): ActivityEvent {
  const { thread, attachReason: reason } = entry;
  return { atMs, kind: 'thread-reserved', actor: partyOf(entry), paths: [], thread, reason };
}

/** Somebody asked for a thread that has an owner. */
export function threadRefused(
  { actor, owner }: { readonly actor: ActivityParty; readonly owner: AgentEntry },
  atMs: number,
): ActivityEvent {
  const { thread } = owner;
  return { atMs, kind: 'thread-refused', actor, other: partyOf(owner), paths: [], thread };
}

/** An agent has ended; its status says how. */
export function threadReleased(entry: AgentEntry, atMs: number): ActivityEvent {
  const { thread, status: cause } = entry;
  return { atMs, kind: 'thread-released', actor: partyOf(entry), paths: [], thread, cause };
}

/** An agent was abandoned because it is dead. */
export function agentReaped(
  { entry, cause }: { readonly entry: AgentEntry; readonly cause: string },
  atMs: number,
): ActivityEvent {
  const { thread } = entry;
  return { atMs, kind: 'agent-reaped', actor: partyOf(entry), paths: [], thread, cause };
}

/** An agent that was abandoned is active again. */
export function reapUndone(entry: AgentEntry, atMs: number): ActivityEvent {
  const { thread } = entry;
  return { atMs, kind: 'reap-undone', actor: partyOf(entry), paths: [], thread };
}
