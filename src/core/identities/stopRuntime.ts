import type { RuntimeCore } from './runtimeCore.ts';
import { within } from './within.ts';

/** A runtime that stops waits so long for what is under way. */
export const stopPatienceMs = 5_000;

/**
 * Waits a little for what is under way, writes what is buffered, and gives all leases up. Agents go on
 * running. @throws IdentityError when a checkpoint could not be written
 */
export async function stopRuntime(core: RuntimeCore): Promise<void> {
  const { book, turns, checkpoints, leases, config } = core;
  const identities = book.all().map(({ identity }) => identity);
  await within(turns.takeAll(identities), { clock: config.clock, limitMs: stopPatienceMs });
  try {
    await checkpoints.stop();
  } finally {
    const grants = book.all().flatMap(({ lease }) => (lease ? [lease.grant] : []));
    for (const entry of book.all()) {
      entry.lease = undefined;
      if (entry.state === 'active') book.changeState(entry, 'dormant');
    }
    await leases.release(grants);
    book.feeds.closeAll();
  }
}
