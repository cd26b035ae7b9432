import type { AgentEntry } from './agentEntry.ts';
import { removeIfStale } from './pruneStale.ts';
import { abandonIfDead, type ReapingPorts } from './reaping.ts';
import type { RecordedTransaction } from './recordedTransaction.ts';
import { RegistryError } from './registryError.ts';
import { isStaleTerminalEntry } from './retention.ts';
import { activeOwners } from './threadOwners.ts';

/**
 * Prunes what is stale on a thread and abandons its dead owners. Returns the owner that is not provably
 * dead, if there is one.
 */
export async function clearThread(
  ports: ReapingPorts,
  transaction: RecordedTransaction,
  thread: string,
): Promise<AgentEntry | undefined> {
  const { tx } = transaction;
  for (const { entry } of tx.view.findBy('thread', thread)) {
    const nowMs = ports.clock.now();
    if (isStaleTerminalEntry(entry, nowMs)) await removeIfStale(tx, entry.sessionId, nowMs);
  }
  for (const owner of activeOwners(tx, thread)) {
    const { liveness } = await ports.liveness.assess(owner);
    if (liveness !== 'dead') return owner;
    await abandonIfDead(ports, transaction, owner.sessionId);
  }
  return undefined;
}

/** For callers without a plan for conflicts. */
export function threadTaken(thread: string, owner: AgentEntry): RegistryError {
  return new RegistryError(
    'thread-taken',
    `Thread "${thread}" is already reserved by ${owner.sessionId}. Release that session, or choose another thread.`,
    { thread, ownerSessionId: owner.sessionId },
  );
}
