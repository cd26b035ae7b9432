import { errorText } from '../../base/errorText.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import type { FencingToken } from './continuityRecord.ts';
import { askBridge } from './embody.ts';
import { currentMandate } from './mandate.ts';
import type { RuntimeCore } from './runtimeCore.ts';
import { endMember } from './stopWork.ts';

/**
 * Ends the agent and takes no more work. Entry, record and lease stay. When the agent cannot be ended the
 * identity is in the state in which it was. To be called in its turn. @throws IdentityError
 */
export async function retire(core: RuntimeCore, identity: AgentIdentity): Promise<FencingToken> {
  const { book, config } = core;
  const entry = book.get(identity);
  const token = book.heldToken(entry);
  const mandate = await currentMandate(core, identity, token);
  const { state, failure, record } = entry;
  book.changeState(entry, 'retiring');
  try {
    await core.checkpoints.flush(identity);
    if (record !== undefined) {
      const text = `${identity} could not be ended`;
      await askBridge(text, async () =>
        config.bridge?.retireMember(record, 'It is retired.', mandate),
      );
    }
  } catch (error) {
    book.changeState(entry, state, { detail: errorText(error), failure });
    throw error;
  }
  return token;
}

/**
 * Ends the agent, if it runs here, and gives the lease up: somebody else may have the identity. It stays
 * registered, and its record stays. To be called in its turn. @throws IdentityError
 */
export async function release(core: RuntimeCore, identity: AgentIdentity): Promise<void> {
  const { book } = core;
  const entry = book.get(identity);
  await core.checkpoints.flush(identity);
  const { lease, record, state } = entry;
  if (record !== undefined && (state === 'active' || state === 'retiring')) {
    await endMember(core, record, 'It is given up here.');
  }
  if (entry.lease !== undefined) book.loseLease(entry);
  if (entry.state !== 'broken') book.changeState(entry, 'dormant');
  if (lease !== undefined) await core.leases.release([lease.grant]);
}
