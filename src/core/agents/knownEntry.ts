import type { AgentEntry } from './agentEntry.ts';
import type { AgentView } from './agentIndex.ts';
import { isBroken } from './agentRecord.ts';

/** The entry of a session, or what its file held before it became unreadable. */
export function knownEntry(entries: AgentView, sessionId: string): AgentEntry | undefined {
  const record = entries.get(sessionId);
  if (record === undefined) return undefined;
  return isBroken(record) ? record.lastGood?.entry : record.entry;
}
