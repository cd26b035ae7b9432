import { errorText } from '../../base/errorText.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import { makeBuildAmongActive, tellCreated } from './buildDraft.ts';
import type { ContinuityRecord, FencingToken } from './continuityRecord.ts';
import { activate } from './activate.ts';
import { askBridge, embodyStored } from './embody.ts';
import type { IdentityEntry } from './identityBook.ts';
import { internalFailure } from './identityError.ts';
import { failureOf, giveUp, park } from './lifecycleFailure.ts';
import type { RuntimeCore } from './runtimeCore.ts';
import { endMember } from './stopWork.ts';
import { takeOver, type Tenure } from './tenure.ts';
import { within } from './within.ts';

/** An agent that is respawned has so long for its last checkpoint. */
export const lastCheckpointMs = 5_000;

/** What this process embodied before it was respawned. */
interface Former {
  readonly record: ContinuityRecord;
  readonly token: FencingToken;
}

/**
 * Takes the lease anew, keeps what the running agent still has to say, fences its token, and goes on with
 * the same session, generation and runtime id. Of an identity that is not registered only the former owner
 * is fenced. To be called in its turn. @throws IdentityError
 */
export async function respawn(
  core: RuntimeCore,
  identity: AgentIdentity,
): Promise<ContinuityRecord> {
  const entry = core.book.find(identity);
  const former = formerOf(core, entry);
  const tenure = await takeOver(core, identity);
  try {
    if (former !== undefined && entry !== undefined) await keepLast(core, entry, former);
    const record = await fenceStored(core, entry, tenure);
    if (entry !== undefined) return await reembody(core, entry, { record, tenure });
    await core.leases.release([tenure.lease.grant]);
    return record;
  } catch (error) {
    if (entry === undefined || entry.state === 'suspended') {
      const failure = failureOf(tenure, { error, kind: 'resume_rejected' });
      await park(core, entry, tenure, failure);
    }
    throw error;
  }
}

function formerOf(core: RuntimeCore, entry: IdentityEntry | undefined): Former | undefined {
  if (entry?.state !== 'active' || !core.book.isOwned(entry)) return undefined;
  const { record, lease } = entry;
  if (record === undefined || lease === undefined) return undefined;
  return { record, token: lease.grant.token };
}

/** Whatever comes of it, the respawn goes on; what is late is refused by its token. */
async function keepLast(core: RuntimeCore, entry: IdentityEntry, former: Former): Promise<void> {
  const { clock, logger } = core.config;
  const { identity } = entry;
  let isOver = false;
  try {
    const work = saveLast(core, entry, { ...former, isOver: () => isOver });
    if ((await within(work, { clock, limitMs: lastCheckpointMs })).isDone) return;
    logger.warn(`The last checkpoint of ${identity} took too long.`);
  } catch (error) {
    logger.warn(`The last checkpoint of ${identity} failed: ${errorText(error)}`);
  } finally {
    isOver = true;
    core.checkpoints.discard(identity);
  }
}

async function saveLast(
  core: RuntimeCore,
  entry: IdentityEntry,
  { record, token, isOver }: Former & { readonly isOver: () => boolean },
): Promise<void> {
  const { identity, sessionId, generation } = record;
  await core.checkpoints.flush(identity);
  const snapshot = await core.config.bridge?.checkpointSession(record);
  if (snapshot === undefined || isOver()) return;
  const version = entry.checkpointVersion + 1;
  const checkpoint = { identity, sessionId, generation, version, token, snapshot };
  await core.checkpoints.saveNow(checkpoint);
  if (isOver()) return;
  core.book.feeds.tell({ kind: 'checkpoint_completed', identity, version });
}

/** From here on the former token is refused. */
async function fenceStored(
  core: RuntimeCore,
  entry: IdentityEntry | undefined,
  tenure: Tenure,
): Promise<ContinuityRecord> {
  const { identity, token } = tenure;
  const stored = await core.store.resolveOne(identity);
  tenure.check();
  if (stored.state === 'broken') {
    await park(core, entry, tenure, stored.failure);
    throw internalFailure('broken', `${identity} cannot be respawned: ${stored.failure.detail}`);
  }
  if (stored.state === 'uninitialized') {
    if (entry !== undefined) {
      if (entry.record !== undefined) await endMember(core, entry.record, 'It was deleted.');
      entry.adopt(undefined);
      core.book.changeState(entry, 'uninitialized');
    }
    await giveUp(core, entry, tenure);
    throw internalFailure('no-record', `${identity} cannot be respawned: it was never started.`);
  }
  const record = await core.store.upsertRecord(stored.record, token);
  tenure.check();
  return record;
}

async function reembody(
  core: RuntimeCore,
  entry: IdentityEntry,
  { record, tenure }: { readonly record: ContinuityRecord; readonly tenure: Tenure },
): Promise<ContinuityRecord> {
  const { spec, identity } = entry;
  const { bridge } = core.config;
  entry.adopt(record);
  const build = await makeBuildAmongActive(core, spec);
  tenure.check();
  if (bridge !== undefined) {
    await askBridge(`${identity} could not be ended`, () =>
      bridge.retireMember(record, 'It is respawned.', tenure.mandate),
    );
  }
  const embodied = await embodyStored(core, { spec, record, build, tenure, isWritten: true });
  activate(core, entry, embodied);
  await tellCreated(core, build, embodied.record.sessionId);
  return embodied.record;
}
