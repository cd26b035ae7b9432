import type { AgentEntry } from './agentEntry.ts';
import { isBroken } from './agentRecord.ts';
import type { AgentTransaction } from './agentStore.ts';

/**
 * Active entries on the thread, read anew under the lock. A file that cannot be read at the moment
 * counts with what it last held, so that a half-written owner does not lose its thread.
 */
export function activeOwners(tx: AgentTransaction, thread: string): readonly AgentEntry[] {
  const owners = new Map<string, AgentEntry>();
  for (const { entry } of tx.view.findBy('thread', thread)) {
    const record = tx.reread(entry.sessionId);
    if (record !== undefined && !isBroken(record)) owners.set(entry.sessionId, record.entry);
  }
  for (const { lastGood } of tx.view.broken()) {
    if (lastGood) owners.set(lastGood.entry.sessionId, lastGood.entry);
  }
  return [...owners.values()].filter(
    (entry) => entry.status === 'active' && entry.thread === thread,
  );
}
