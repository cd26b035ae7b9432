import type { RandomSource } from '../../base/randomSource.ts';
import type { AgentEntry } from './agentEntry.ts';
import type { AgentTransaction } from './agentStore.ts';
import { RegistryError } from './registryError.ts';
import { sessionIdByteCount, toSessionId } from './sessionId.ts';

/** Writes a new entry under a session id that no other has; on a collision it draws again. */
export async function writeGenerated(
  tx: AgentTransaction,
  build: (sessionId: string) => AgentEntry | Promise<AgentEntry>,
  random: RandomSource,
): Promise<AgentEntry> {
  for (;;) {
    const sessionId = toSessionId(random(sessionIdByteCount));
    if (tx.reread(sessionId) !== undefined) continue;
    return (await tx.write(sameAgent(sessionId, await build(sessionId)))).entry;
  }
}

/**
 * The entry, when it is of this session: one that named another would overwrite that one's file.
 * @throws RegistryError `invalid-entry`
 */
export function sameAgent(sessionId: string, entry: AgentEntry): AgentEntry {
  if (entry.sessionId === sessionId) return entry;
  throw new RegistryError(
    'invalid-entry',
    `The session id of ${sessionId} cannot be changed to ${JSON.stringify(entry.sessionId)}.`,
    { sessionId },
  );
}
