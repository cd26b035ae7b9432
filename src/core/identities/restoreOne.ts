import { draftOf, type AgentBuildContext } from './agentCustomizer.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import { activate } from './activate.ts';
import { makeBuild, tellCreated } from './buildDraft.ts';
import type {
  ContinuityFailure,
  ContinuityFailureKind,
  ContinuityRecord,
  ContinuityResolveState,
} from './continuityRecord.ts';
import { askBridge, embodyFresh, embodyStored, freshRecord } from './embody.ts';
import type { IdentityEntry } from './identityBook.ts';
import { internalFailure, isIdentityError } from './identityError.ts';
import type { LeaseAnswer } from './leaseDesk.ts';
import type { LeaseHolder } from './leaseProvider.ts';
import { failureOf, park } from './lifecycleFailure.ts';
import type { RestoreOutcome } from './restoreOutcome.ts';
import type { RuntimeCore } from './runtimeCore.ts';
import { stopWork } from './stopWork.ts';
import { tenureOf, type Tenure } from './tenure.ts';

/** What is known of an identity that is to be embodied. */
export interface RestoreFacts {
  readonly entry: IdentityEntry;
  readonly wasRegistered: boolean;
  /** It was active here, under a lease that had not passed. */
  readonly wasOwned: boolean;
  readonly answer: LeaseAnswer | undefined;
  /** Why the lease that was answered cannot be right. */
  readonly leaseError?: unknown;
  readonly stored: ContinuityResolveState;
}

/** Embodies one identity under its lease. Never throws. To be called in its turn. */
export async function restoreOne(
  core: RuntimeCore,
  facts: RestoreFacts,
  context: AgentBuildContext,
): Promise<RestoreOutcome> {
  const { entry, answer } = facts;
  if (answer?.result === 'already_held') return leaveToHolder(core, facts, answer.holder);
  if (answer === undefined || facts.leaseError !== undefined) return leaveUnowned(core, facts);
  const tenure = tenureOf(core, answer.lease, entry);
  const kind = facts.stored.state === 'ready' ? 'resume_rejected' : 'embodiment_failed';
  try {
    return await restoreOwned(core, { ...facts, tenure }, context);
  } catch (error) {
    const record = facts.stored.state === 'ready' ? facts.stored.record : entry.record;
    const failure = failureOf(entry, { error, kind: failureKind(error, kind), record });
    await park(core, entry, tenure, failure);
    return { outcome: 'broken', failure };
  }
}

/** What a store that left an identity out is taken to have said. */
export function noAnswer(identity: AgentIdentity): ContinuityResolveState {
  const detail = `The store says nothing of ${identity}.`;
  return { state: 'broken', failure: { identity, kind: 'store_unavailable', detail } };
}

interface OwnedFacts extends RestoreFacts {
  readonly tenure: Tenure;
}

async function restoreOwned(
  core: RuntimeCore,
  facts: OwnedFacts,
  context: AgentBuildContext,
): Promise<RestoreOutcome> {
  const { entry, stored, wasOwned, tenure } = facts;
  tenure.check();
  if (stored.state === 'broken') return leaveBroken(core, facts, stored.failure);
  if (wasOwned && entry.record !== undefined) return keepActive(core, facts, entry.record);
  await endFormer(core, entry, tenure);
  const { spec } = entry;
  const build = await makeBuild(core, spec, context);
  tenure.check();
  const isFresh = stored.state === 'uninitialized';
  const proposed = isFresh ? freshRecord(entry.identity, 0, core.config.random) : stored.record;
  // Before anything is started the former owner is fenced, and what it last wrote is taken.
  const record = await core.store.upsertRecord(proposed, tenure.token);
  tenure.check();
  const plan = { spec, record, build, tenure, isWritten: true };
  const embodied = isFresh ? await embodyFresh(core, plan) : await embodyStored(core, plan);
  activate(core, entry, embodied);
  await tellCreated(core, build, embodied.record.sessionId);
  const { draft } = build;
  const { snapshot, fallbackReason } = embodied;
  if (snapshot === undefined) return { outcome: 'created', record: embodied.record, draft };
  const fallback = fallbackReason === undefined ? {} : { fallbackReason };
  return { outcome: 'resumed', record: embodied.record, snapshot, draft, ...fallback };
}

/** Broken is shown, never mended behind anybody's back; what runs here goes on. */
async function leaveBroken(
  core: RuntimeCore,
  { entry, wasOwned, wasRegistered, tenure }: OwnedFacts,
  failure: ContinuityFailure,
): Promise<RestoreOutcome> {
  if (wasOwned) return { outcome: 'broken', failure };
  if (wasRegistered) {
    await park(core, entry, tenure, failure);
  } else {
    core.book.drop(entry);
    await core.leases.release([tenure.lease.grant]);
  }
  return { outcome: 'broken', failure };
}

/** It runs already: only its token is new. */
async function keepActive(
  core: RuntimeCore,
  { entry, tenure }: OwnedFacts,
  record: ContinuityRecord,
): Promise<RestoreOutcome> {
  await askBridge(`${entry.identity} could not be registered`, async () =>
    core.config.bridge?.registerState?.(record, tenure.token),
  );
  tenure.check();
  core.book.changeState(entry, 'active');
  return { outcome: 'resumed', record, draft: draftOf(entry.spec) };
}

/** What still runs from a time when it was owned must be gone before it runs again. */
async function endFormer(
  core: RuntimeCore,
  { identity, state, record }: IdentityEntry,
  { mandate }: Tenure,
): Promise<void> {
  const { bridge } = core.config;
  if (bridge === undefined || record === undefined) return;
  if (state !== 'active' && state !== 'retiring') return;
  await askBridge(`${identity} could not be ended`, () =>
    bridge.retireMember(record, 'It is started anew.', mandate),
  );
}

/** Nobody said who owns it, or what was said cannot be right. */
async function leaveUnowned(
  core: RuntimeCore,
  { entry, leaseError }: RestoreFacts,
): Promise<RestoreOutcome> {
  const nobody = internalFailure('foreign', `Nobody said who owns ${entry.identity}.`);
  const error = leaseError ?? nobody;
  const failure = failureOf(entry, { error, kind: 'embodiment_failed', record: entry.record });
  await stopWork(core, entry);
  core.book.changeState(entry, 'broken', { failure });
  return { outcome: 'broken', failure };
}

async function leaveToHolder(
  core: RuntimeCore,
  { entry, stored }: RestoreFacts,
  holder: LeaseHolder,
): Promise<RestoreOutcome> {
  if (entry.lease !== undefined) core.book.loseLease(entry);
  await stopWork(core, entry);
  const record = stored.state === 'ready' ? stored.record : undefined;
  entry.adopt(record);
  core.book.changeState(entry, 'dormant');
  return { outcome: 'held_elsewhere', holder, ...(record && { record }) };
}

function failureKind(error: unknown, kind: ContinuityFailureKind): ContinuityFailureKind {
  const isOfBridge = isIdentityError(error, 'internal');
  return isOfBridge ? kind : 'embodiment_failed';
}
