import { errorText } from '../../base/errorText.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import { makeBuildAmongActive, tellCreated } from './buildDraft.ts';
import type { ContinuityRecord } from './continuityRecord.ts';
import { embodyFresh, freshRecord } from './embody.ts';
import type { IdentityEntry } from './identityBook.ts';
import { IdentityError, isIdentityError } from './identityError.ts';
import { failureOf, park } from './lifecycleFailure.ts';
import { activate } from './activate.ts';
import type { RuntimeCore } from './runtimeCore.ts';
import { endMember } from './stopWork.ts';
import { takeOver, type Tenure } from './tenure.ts';

/**
 * Begins the life of an identity anew, under the next generation. The former owner is fenced before
 * anything else is touched, with the old record, which stays until the new session exists: a session that
 * cannot be begun leaves the old one as it was, not embodied. Of an identity that is not registered only
 * the record is renewed. To be called in its turn. @throws IdentityError
 */
export async function reset(core: RuntimeCore, identity: AgentIdentity): Promise<ContinuityRecord> {
  const entry = core.book.find(identity);
  const tenure = await takeOver(core, identity);
  core.checkpoints.discard(identity);
  let old: ContinuityRecord | undefined;
  try {
    old = await fenceOld(core, entry, tenure);
    if (old !== undefined) await endMember(core, old, 'It is reset.');
    tenure.check();
    if (entry !== undefined) return await beginAnew(core, entry, { old, tenure });
    const record = await core.store.upsertRecord(nextRecord(core, identity, old), tenure.token);
    await core.leases.release([tenure.lease.grant]);
    return record;
  } catch (error) {
    await settleFailure(core, entry, { error, old, tenure });
    throw error;
  }
}

/** The record that counts so far, under the new token; undefined where there never was one. */
async function fenceOld(
  core: RuntimeCore,
  entry: IdentityEntry | undefined,
  tenure: Tenure,
): Promise<ContinuityRecord | undefined> {
  const { identity, token } = tenure;
  const stored = await core.store.resolveOne(identity);
  tenure.check();
  if (stored.state === 'uninitialized') return undefined;
  const old = stored.state === 'ready' ? stored.record : stored.failure.record;
  if (old === undefined) {
    const failure = stored.state === 'broken' ? stored.failure : undefined;
    if (failure !== undefined) await park(core, entry, tenure, failure);
    const problem = {
      code: 'invalid-state',
      identity,
      state: 'broken',
      operation: 'reset',
    } as const;
    throw new IdentityError(
      failure === undefined ? problem : { ...problem, detail: failure.detail },
    );
  }
  const fenced = await core.store.upsertRecord(old, token);
  tenure.check();
  return fenced;
}

interface NewLife {
  readonly old: ContinuityRecord | undefined;
  readonly tenure: Tenure;
}

async function beginAnew(
  core: RuntimeCore,
  entry: IdentityEntry,
  { old, tenure }: NewLife,
): Promise<ContinuityRecord> {
  const { spec, identity } = entry;
  const build = await makeBuildAmongActive(core, spec);
  tenure.check();
  const next = nextRecord(core, identity, old ?? entry.record);
  // Where there was no record to fence with, the new one does it.
  const isWritten = old === undefined;
  const record = isWritten ? await core.store.upsertRecord(next, tenure.token) : next;
  const plan = { spec, record, build, tenure, isWritten };
  const embodied = await embodyFresh(core, plan);
  activate(core, entry, embodied);
  await tellCreated(core, build, embodied.record.sessionId);
  return embodied.record;
}

function nextRecord(
  core: RuntimeCore,
  identity: AgentIdentity,
  old: ContinuityRecord | undefined,
): ContinuityRecord {
  return freshRecord(identity, (old?.generation ?? 0) + 1, core.config.random);
}

/** The old record is in the store under the new token already, unless it could not be written. */
async function settleFailure(
  core: RuntimeCore,
  entry: IdentityEntry | undefined,
  { error, old, tenure }: NewLife & { readonly error: unknown },
): Promise<void> {
  if (entry === undefined) return core.leases.release([tenure.lease.grant]);
  if (entry.state !== 'suspended') return;
  const isOldIntact = old !== undefined && isIdentityError(error, 'internal');
  if (isOldIntact && entry.lease?.grant.token === tenure.token) {
    entry.adopt(old);
    core.book.changeState(entry, 'dormant', { detail: errorText(error) });
    return;
  }
  const reason = { error, kind: 'embodiment_failed', record: old } as const;
  await park(core, entry, tenure, failureOf(tenure, reason));
}
