import { errorText } from '../../base/errorText.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import { isExpired, needsRenewal, type HeldLease } from './heldLease.ts';
import type { IdentityEntry } from './identityBook.ts';
import { isIdentityError, type IdentityProblem } from './identityError.ts';
import type { LeaseRenewResult } from './leaseProvider.ts';
import type { RuntimeCore } from './runtimeCore.ts';
import { stopWork } from './stopWork.ts';

/** What became of a round of renewals. */
export interface RenewalReport {
  readonly renewed: readonly AgentIdentity[];
  readonly lost: readonly AgentIdentity[];
  /** Set when the provider did not answer; leases whose time has passed meanwhile are lost. */
  readonly problem?: IdentityProblem | undefined;
}

interface DueLease {
  readonly entry: IdentityEntry;
  readonly lease: HeldLease;
}

/**
 * Renews each lease that has at most two thirds of its time left. Waits for no turn: an operation that takes
 * long must not cost the lease. What is lost is told, takes no more work at once, and is ended in its turn.
 * Never rejects.
 */
export async function renewLeases(core: RuntimeCore): Promise<RenewalReport> {
  const due = dueLeases(core);
  if (due.length === 0) return { renewed: [], lost: [] };
  const sinceMs = core.config.monotonicNow();
  try {
    const answers = await core.leases.renew(due.map(({ lease }) => lease.grant));
    return settle(core, { due, answers, sinceMs });
  } catch (error) {
    core.config.logger.warn(`Leases could not be renewed: ${errorText(error)}`);
    const nowMs = core.config.monotonicNow();
    const expired = due.filter(({ lease }) => isExpired(lease, nowMs));
    const lost = expired.filter((each) => lose(core, each)).map(({ entry }) => entry.identity);
    const problem = isIdentityError(error) ? { problem: error.problem } : {};
    return { renewed: [], lost, ...problem };
  }
}

/**
 * The lease is gone, whoever said so: no more work from this very moment, and what runs is ended in its
 * turn.
 */
export function loseOwnership(core: RuntimeCore, entry: IdentityEntry): void {
  core.book.loseLease(entry);
  const ended = core.turns.run(entry.identity, () => stopWork(core, entry));
  ended.catch((error: unknown) => core.config.logger.error(errorText(error)));
}

function dueLeases(core: RuntimeCore): readonly DueLease[] {
  const nowMs = core.config.monotonicNow();
  return core.book
    .all()
    .flatMap((entry) => (entry.lease === undefined ? [] : [{ entry, lease: entry.lease }]))
    .filter(({ lease }) => needsRenewal(lease, nowMs));
}

interface Round {
  readonly due: readonly DueLease[];
  readonly answers: ReadonlyMap<AgentIdentity, LeaseRenewResult>;
  readonly sinceMs: number;
}

function settle(core: RuntimeCore, { due, answers, sinceMs }: Round): RenewalReport {
  const renewed: AgentIdentity[] = [];
  const lost: AgentIdentity[] = [];
  for (const each of due) {
    const { entry, lease } = each;
    const answer = answers.get(entry.identity);
    const isRenewed =
      answer?.result === 'renewed' &&
      answer.grant.identity === entry.identity &&
      answer.grant.token === lease.grant.token;
    if (!isRenewed) {
      if (lose(core, each)) lost.push(entry.identity);
    } else if (isSameTenure(core, each)) {
      core.book.giveLease(entry, { grant: answer.grant, sinceMs });
      renewed.push(entry.identity);
    }
  }
  return { renewed, lost };
}

/** Whether it was lost now, and not given up or taken anew while the provider was asked. */
function lose(core: RuntimeCore, due: DueLease): boolean {
  if (!isSameTenure(core, due)) return false;
  loseOwnership(core, due.entry);
  return true;
}

function isSameTenure(core: RuntimeCore, { entry, lease }: DueLease): boolean {
  return core.book.isCurrent(entry) && entry.lease?.grant.token === lease.grant.token;
}
