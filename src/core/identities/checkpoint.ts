import type { AgentIdentity } from './agentIdentity.ts';
import type { CheckpointVersion, SessionSnapshot } from './continuityRecord.ts';
import { isIdentityError } from './identityError.ts';
import { expectRecord } from './messages.ts';
import type { RuntimeCore } from './runtimeCore.ts';
import { stopWork } from './stopWork.ts';

/**
 * Keeps a snapshot under the next version, as the durability policy says. Checks in this order:
 * registered, owned, begun; then the store has its say. To be called in its turn.
 * @throws IdentityError `unknown-identity`, `no-active-lease`, `lease-lost`, `internal`,
 * `stale-fencing-token`, `stale-checkpoint-version`, `store`; the version stays as it was
 */
export async function checkpoint(
  core: RuntimeCore,
  identity: AgentIdentity,
  snapshot: SessionSnapshot,
): Promise<CheckpointVersion> {
  const { book } = core;
  const entry = book.get(identity);
  const token = book.heldToken(entry);
  const record = expectRecord(entry);
  const { sessionId, generation } = record;
  const version = entry.checkpointVersion + 1;
  try {
    await core.checkpoints.save({ identity, sessionId, generation, version, token, snapshot });
  } catch (error) {
    // Somebody has a higher token: whatever the clock says, this process is not the owner.
    if (isIdentityError(error, 'stale-fencing-token') && entry.lease?.grant.token === token) {
      book.loseLease(entry);
      await stopWork(core, entry);
    }
    throw error;
  }
  book.expectHolder(entry, token);
  entry.checkpointVersion = version;
  entry.record = { ...record, checkpointVersion: version };
  book.feeds.tell({ kind: 'checkpoint_completed', identity, version });
  return version;
}
