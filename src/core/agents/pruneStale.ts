import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { isBroken, type AgentRecord } from './agentRecord.ts';
import type { AgentStore, AgentTransaction } from './agentStore.ts';
import { isStaleTerminalEntry } from './retention.ts';

export interface PruningPorts {
  readonly store: AgentStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Removes entries that were finished 7 days ago, each looked at once more under the lock. Best effort: a
 * reader that may not write still gets its answer.
 */
export async function pruneStale(
  { store, clock, logger }: PruningPorts,
  stale: readonly AgentRecord[],
): Promise<void> {
  if (store.isReadOnly) return;
  try {
    await store.transact(async (tx) => {
      for (const { entry } of stale) await removeIfStale(tx, entry.sessionId, clock.now());
    });
  } catch (error) {
    logger.warn(`Could not prune ${stale.length} finished agent entries.`, error);
  }
}

/** Removes an entry when it was finished 7 days ago by what its file holds now. */
export async function removeIfStale(
  tx: AgentTransaction,
  sessionId: string,
  nowMs: number,
): Promise<void> {
  const record = tx.reread(sessionId);
  if (record === undefined || isBroken(record)) return;
  if (isStaleTerminalEntry(record.entry, nowMs)) await tx.remove(sessionId);
}
