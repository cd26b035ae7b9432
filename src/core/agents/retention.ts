import type { AgentEntry } from './agentEntry.ts';
import { timestampMs } from './timestamp.ts';

/** A finished entry is pruned this long after its end: seven days (Heddle's figure). */
export const staleAgentTtlMs = 7 * 24 * 60 * 60 * 1000;

/** True when the entry is finished and its end (or, when missing, its start) is 7 days past. */
export function isStaleTerminalEntry(entry: AgentEntry, nowMs: number): boolean {
  if (entry.status === 'active') return false;
  const endedMs = timestampMs(entry.completedAt) ?? timestampMs(entry.startedAt);
  return endedMs !== undefined && endedMs <= nowMs - staleAgentTtlMs;
}
