import { errorText } from '../../base/errorText.ts';
import type { ContinuityRecord } from './continuityRecord.ts';
import type { IdentityEntry } from './identityBook.ts';
import type { RuntimeCore } from './runtimeCore.ts';

/** Ends the agent of a record, as well as it can. */
export async function endMember(
  core: RuntimeCore,
  record: ContinuityRecord,
  reason: string,
): Promise<void> {
  try {
    await core.config.bridge?.retireMember(record, reason);
  } catch (error) {
    core.config.logger.warn(`${record.identity} could not be ended: ${errorText(error)}`);
  }
}

/**
 * Ends what runs of an identity that is not owned here any more. To be called in its turn.
 * Does nothing when it is owned again.
 */
export async function stopWork(core: RuntimeCore, entry: IdentityEntry): Promise<void> {
  const { book, config } = core;
  if (!book.isCurrent(entry) || entry.lease !== undefined) return;
  if (entry.state !== 'active' && entry.state !== 'retiring') return;
  const { record } = entry;
  const detail = 'It is not owned here any more.';
  book.changeState(entry, 'dormant', { detail });
  if (config.bridge === undefined || record === undefined) return;
  await endMember(core, record, detail);
  await config.bridge.unregisterState?.(entry.identity).catch(() => undefined);
}
