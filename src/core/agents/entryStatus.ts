import type { AgentEntry, AgentStatus } from './agentEntry.ts';
import { formatTimestamp } from './timestamp.ts';

/** `entry` with another status: a terminal one stamps the end, `active` clears it. */
export function withStatus(entry: AgentEntry, status: AgentStatus, nowMs: number): AgentEntry {
  const completedAt = status === 'active' ? undefined : formatTimestamp(nowMs);
  return { ...entry, status, completedAt };
}
