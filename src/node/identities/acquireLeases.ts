import { join } from 'node:path';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { FencingToken } from '../../core/identities/continuityRecord.ts';
import type { LeaseAcquireResult, LeaseHolder } from '../../core/identities/leaseProvider.ts';
import type { HolderProcess } from '../../core/locks/lockHolder.ts';
import { atomicWrite } from '../atomicWrite.ts';
import type { ContinuityFolder, ContinuityTransaction } from './continuityFolder.ts';
import { processKey } from './goneHolders.ts';
import { leaseFileName, leaseFileText, readLeaseFile, type LeaseFile } from './leaseFile.ts';
import { leaseVerdict } from './leaseVerdict.ts';
import { readRenewals, type Renewals } from './ownerFile.ts';
import { readRecordFile } from './recordFile.ts';
import { maxToken } from './tokenField.ts';
import { noFloor, type TokenFloor } from './tokenFloors.ts';
import { writeProblem } from './writeProblem.ts';
import { fileSteps } from './writeSteps.ts';

/** What whoever acquires leases says of itself. */
export interface LeaseClaim {
  readonly instance: string;
  readonly ttlMs: number;
  readonly label?: string | undefined;
  /** Undefined where the platform does not tell. */
  readonly process?: HolderProcess | undefined;
}

export interface AcquireContext {
  readonly folder: ContinuityFolder;
  readonly transaction: ContinuityTransaction;
  readonly claim: LeaseClaim;
  /** The processes that are gone, by `processKey`. */
  readonly gone: ReadonlySet<string>;
  readonly nowMs: number;
}

/** What is to become of one identity, before anything is written. */
type Decision =
  | { readonly kind: 'grant'; readonly token: FencingToken; readonly isTakeover: boolean }
  | { readonly kind: 'held'; readonly holder: LeaseHolder; readonly mark?: LeaseFile };

/** Stands for whoever holds a lease whose file was spoiled. */
export const unknownInstance = 'unknown';

/**
 * Acquires what is free, under the lock. The floors are raised before any lease is written, and whoever
 * takes an identity over from another raises its fence with them: from then on the former owner writes
 * nothing any more. Who acquires again what it holds keeps its old token good until it writes with the
 * new one. @throws Error, system errors when nothing was acquired
 */
export async function acquireLeases(
  identities: readonly AgentIdentity[],
  context: AcquireContext,
): Promise<ReadonlyMap<AgentIdentity, LeaseAcquireResult>> {
  const owners = new Map<string, Renewals>();
  const floors = context.folder.floors.read();
  const decisions = identities.map((identity) => {
    const floor = floors.get(identity) ?? noFloor;
    return { identity, decision: decide(identity, { context, owners, floor }) };
  });
  await raiseFloors(decisions, context);
  const results = new Map<AgentIdentity, LeaseAcquireResult>();
  for (const { identity, decision } of decisions) {
    results.set(identity, await carryOut(identity, decision, context));
  }
  return results;
}

/** As people are told. */
export function leaseHolder({ instance, label, process }: LeaseFile): LeaseHolder {
  return { instance, ...(label !== undefined && { label }), ...(process && { pid: process.pid }) };
}

interface DecisionBasis {
  readonly context: AcquireContext;
  readonly owners: Map<string, Renewals>;
  readonly floor: TokenFloor;
}

function decide(identity: AgentIdentity, basis: DecisionBasis): Decision {
  const { context, floor } = basis;
  const found = readLeaseFile(context.folder.of(identity), identity);
  if (found && 'problem' in found && floor.minted > 0) {
    return heldByUnknown(identity, { context, floor, problem: found.problem });
  }
  const lease = found && 'value' in found ? found.value : undefined;
  const held = lease && whyHeld(lease, basis);
  if (held) return held;
  const record = readRecordFile(context.folder.of(identity), identity);
  const fence = record && 'value' in record ? record.value.fence : 0;
  const token = Math.max(floor.minted, lease?.token ?? 0, fence) + 1;
  if (token > maxToken) {
    const label = `nobody; ${identity} has used up its tokens, so name it anew`;
    return { kind: 'held', holder: { instance: unknownInstance, label } };
  }
  return { kind: 'grant', token, isTakeover: !isSameOwner(lease, context.claim) };
}

/** Undefined when nobody else holds it. */
function whyHeld(lease: LeaseFile, { context, owners }: DecisionBasis): Decision | undefined {
  const { claim, gone, nowMs, folder } = context;
  if (lease.instance === claim.instance) return undefined;
  if (lease.process && gone.has(processKey(lease.process))) return undefined;
  const renewals = owners.get(lease.instance) ?? readRenewals(folder.path, lease.instance);
  owners.set(lease.instance, renewals);
  const verdict = leaseVerdict(lease, { renewal: renewals.get(lease.identity), nowMs });
  if (verdict.kind === 'expired') return undefined;
  const holder = leaseHolder(lease);
  if (verdict.kind === 'held') return { kind: 'held', holder };
  const ahead = { timeMs: verdict.timeMs, foundAtMs: nowMs };
  return { kind: 'held', holder, mark: { ...lease, ahead } };
}

/**
 * It is free when its time is over, counted from now, unless its owner still has its grant: the floors
 * say which token is the current one, so that a renewal finds itself in the file again.
 */
function heldByUnknown(
  identity: AgentIdentity,
  why: {
    readonly context: AcquireContext;
    readonly floor: TokenFloor;
    readonly problem: string;
  },
): Decision {
  const { context, floor, problem } = why;
  const path = join(context.folder.of(identity), leaseFileName);
  const mark = {
    ...{ identity, token: floor.minted, instance: unknownInstance },
    ...{ ttlMs: context.claim.ttlMs, acquiredAtMs: context.nowMs },
    label: 'an owner whose lease was spoiled',
  };
  const label = `somebody; ${path} cannot be read: ${problem.slice(0, 200)}`;
  return { kind: 'held', holder: { instance: unknownInstance, label }, mark };
}

function isSameOwner(lease: LeaseFile | undefined, claim: LeaseClaim): boolean {
  if (lease?.instance !== claim.instance) return false;
  if (lease.process === undefined || claim.process === undefined) return false;
  return processKey(lease.process) === processKey(claim.process);
}

async function raiseFloors(
  decisions: readonly { readonly identity: AgentIdentity; readonly decision: Decision }[],
  { folder, transaction }: AcquireContext,
): Promise<void> {
  const raised = new Map<AgentIdentity, Partial<TokenFloor>>();
  for (const { identity, decision } of decisions) {
    if (decision.kind === 'held') continue;
    const { token, isTakeover } = decision;
    raised.set(identity, { minted: token, ...(isTakeover && { fence: token }) });
  }
  await folder.floors.raise(raised, transaction.assertStillHeld);
}

async function carryOut(
  identity: AgentIdentity,
  decision: Decision,
  context: AcquireContext,
): Promise<LeaseAcquireResult> {
  const { claim, nowMs } = context;
  if (decision.kind === 'held') {
    // That it could not be marked changes nothing now; whoever comes next tries again.
    if (decision.mark) await writeLease(decision.mark, context).catch(() => undefined);
    return { result: 'already_held', identity, holder: decision.holder };
  }
  const { token } = decision;
  try {
    await writeLease({ identity, token, acquiredAtMs: nowMs, ...claim }, context);
    return { result: 'acquired', grant: { identity, token, ttlMs: claim.ttlMs } };
  } catch (error) {
    const label = `nobody; its lease could not be written: ${writeProblem(error, context.folder.of(identity))}`;
    return { result: 'already_held', identity, holder: { instance: unknownInstance, label } };
  }
}

/** Not flushed: after a power cut its holder is gone, and the floors are safe. */
async function writeLease(
  lease: LeaseFile,
  { folder, transaction }: AcquireContext,
): Promise<void> {
  const own = await transaction.makeFolder(lease.identity);
  await atomicWrite(join(own, leaseFileName), leaseFileText(lease), {
    beforeRename: transaction.assertStillHeld,
    isDurable: false,
    observe: fileSteps(folder.observe, 'lease'),
  });
}
