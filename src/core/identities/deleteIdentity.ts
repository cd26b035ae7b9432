import { errorText } from '../../base/errorText.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import type { RuntimeCore } from './runtimeCore.ts';
import { endMember } from './stopWork.ts';
import { takeOver } from './tenure.ts';

/**
 * Ends what runs of an identity and removes what lasts of it, except its fence. Also of an identity that is
 * not registered. To be called in its turn. @throws IdentityError; what lasts is then still there
 */
export async function deleteIdentity(core: RuntimeCore, identity: AgentIdentity): Promise<void> {
  const { book, config } = core;
  const entry = book.find(identity);
  const tenure = await takeOver(core, identity);
  try {
    core.checkpoints.discard(identity);
    if (entry?.record !== undefined) await endMember(core, entry.record, 'It is deleted.');
    tenure.check();
    await core.store.deleteRecord(identity, tenure.token);
  } catch (error) {
    if (entry !== undefined && book.isCurrent(entry)) {
      if (entry.lease?.grant.token === tenure.token) book.loseLease(entry);
      book.changeState(entry, 'dormant', { detail: errorText(error) });
    }
    await core.leases.release([tenure.lease.grant]);
    throw error;
  }
  // Gone is gone, whatever became of the lease in the meantime.
  book.delete(identity);
  await core.leases.release([tenure.lease.grant]);
  await config.bridge?.unregisterState?.(identity).catch((error: unknown) => {
    config.logger.warn(`${identity} could not be unregistered: ${errorText(error)}`);
  });
}
