import { errorText } from '../../base/errorText.ts';
import type { ContinuityRecord } from './continuityRecord.ts';
import type { IdentityEntry } from './identityBook.ts';
import { mandateOf } from './mandate.ts';
import type { RuntimeCore } from './runtimeCore.ts';

/**
 * Ends the agent of a record, as well as it can. One that somebody else owns by now is his: it is let go of
 * and goes on.
 */
export async function endMember(
  core: RuntimeCore,
  record: ContinuityRecord,
  reason: string,
): Promise<void> {
  const { bridge, logger } = core.config;
  const { identity } = record;
  const mandate = mandateOf(core, identity, core.book.lastToken(identity));
  try {
    if ((await mandate.isOurs?.()) === false) await bridge?.unregisterState?.(identity);
    else await bridge?.retireMember(record, reason, mandate);
  } catch (error) {
    logger.warn(`${identity} could not be ended: ${errorText(error)}`);
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
