import type { AgentIdentity } from './agentIdentity.ts';
import type { ContinuityResolveState } from './continuityRecord.ts';
import type { DurableAgentSpec } from './durableAgentSpec.ts';
import type { IdentityEntry } from './identityBook.ts';
import type { LeaseAnswer } from './leaseDesk.ts';
import { noAnswer, type RestoreFacts } from './restoreOne.ts';
import type { RuntimeCore } from './runtimeCore.ts';
import { stopWork } from './stopWork.ts';

/**
 * Acquires first and looks then, so that what is seen is not of a former owner. The leases are in the
 * entries from the start: they are renewed however long the roster is. To be called in the turns of all.
 * @throws IdentityError `lease`, `store`; nothing has happened then
 */
export async function prepareRestore(
  core: RuntimeCore,
  roster: readonly DurableAgentSpec[],
): Promise<readonly RestoreFacts[]> {
  const { book } = core;
  const identities = roster.map(({ identity }) => identity);
  const answers = await core.leases.acquire(identities);
  const entries = roster.map((spec) => {
    const wasRegistered = book.find(spec.identity) !== undefined;
    return { entry: book.ensure(spec), wasRegistered, wasOwned: isActiveHere(core, spec.identity) };
  });
  const leaseErrors = entries.map(({ entry }) =>
    installLease(core, entry, answers.get(entry.identity)),
  );
  let stored: ReadonlyMap<AgentIdentity, ContinuityResolveState>;
  try {
    stored = await core.store.resolveMany(identities);
  } catch (error) {
    await takeBack(core, entries);
    throw error;
  }
  return entries.map(({ entry, wasRegistered, wasOwned }, index) => ({
    entry,
    wasRegistered,
    wasOwned,
    answer: answers.get(entry.identity),
    leaseError: leaseErrors[index],
    stored: stored.get(entry.identity) ?? noAnswer(entry.identity),
  }));
}

function isActiveHere(core: RuntimeCore, identity: AgentIdentity): boolean {
  const entry = core.book.find(identity);
  return entry?.state === 'active' && entry.record !== undefined && core.book.isOwned(entry);
}

/** A lease that cannot be right is none: returns why. */
function installLease(
  core: RuntimeCore,
  entry: IdentityEntry,
  answer: LeaseAnswer | undefined,
): unknown {
  if (answer?.result === 'acquired') {
    try {
      core.book.giveLease(entry, answer.lease);
      return undefined;
    } catch (error) {
      if (entry.lease !== undefined) core.book.loseLease(entry);
      return error;
    }
  }
  if (entry.lease !== undefined) core.book.loseLease(entry);
  entry.heldBy = answer?.holder;
  return undefined;
}

type PreparedEntry = Pick<RestoreFacts, 'entry' | 'wasRegistered' | 'wasOwned'>;

/** All is as it was, but for the leases of what is active; what is not owned any more is ended. */
async function takeBack(core: RuntimeCore, entries: readonly PreparedEntry[]): Promise<void> {
  const idle = entries.filter(({ wasOwned }) => !wasOwned);
  const grants = idle.flatMap(({ entry: { lease } }) => (lease ? [lease.grant] : []));
  for (const { entry } of idle) {
    if (entry.lease !== undefined) core.book.loseLease(entry);
  }
  for (const { entry, wasRegistered } of entries) {
    if (wasRegistered) await stopWork(core, entry);
    else core.book.drop(entry);
  }
  await core.leases.release(grants);
}
