import { threadRefused, threadReleased, threadReserved } from '../activity/threadEvents.ts';
import { partyOf } from '../activity/agentParty.ts';
import { isReservation, ownThread, type AgentEntry } from './agentEntry.ts';
import type { AgentTransaction } from './agentStore.ts';
import { expectReadable } from './expectReadable.ts';
import { abandonIfDead, type ReapingPorts } from './reaping.ts';
import { transactRecorded, type RecordedTransaction } from './recordedTransaction.ts';
import { RegistryError } from './registryError.ts';
import { activeOwners } from './threadOwners.ts';

export interface ThreadWish {
  readonly sessionId: string;
  readonly thread: string;
  /** What it is wanted for; without it what was said before stays. */
  readonly task?: string | undefined;
  readonly reservationToken: string;
}

export type TakeThreadOutcome =
  | { readonly kind: 'taken'; readonly entry: AgentEntry; readonly isNew: boolean }
  /** Of somebody who is not provably dead. */
  | { readonly kind: 'live-owner'; readonly entry: AgentEntry };

/**
 * Gives a thread to an agent that is registered already, so that one agent keeps one entry. In one
 * step: dead owners are abandoned, a living one is named, and what the agent held before is given back.
 * @throws RegistryError `not-found`, `not-active`, and those of the store
 */
export function takeThread(ports: ReapingPorts, wish: ThreadWish): Promise<TakeThreadOutcome> {
  return transactRecorded(ports, async (transaction) => {
    const { tx, record } = transaction;
    const before = expectActive(tx, wish.sessionId);
    const owner = await otherOwner(ports, transaction, wish);
    const nowMs = ports.clock.now();
    if (owner) {
      record(threadRefused({ actor: partyOf(before), owner }, nowMs));
      return { kind: 'live-owner', entry: owner };
    }
    const isNew = before.thread !== wish.thread;
    const { entry } = await tx.write({
      ...before,
      thread: wish.thread,
      threadId: wish.thread,
      attachReason: wish.task ?? before.attachReason,
      reservationToken: isNew ? wish.reservationToken : before.reservationToken,
    });
    if (isNew && isReservation(before)) record(givenBack(before, nowMs));
    if (isNew) record(threadReserved(entry, nowMs));
    return { kind: 'taken', entry, isNew };
  });
}

/**
 * Gives back the thread of an agent that goes on working. Undefined when it holds none.
 * @throws RegistryError `not-found`, `not-active`, and those of the store
 */
export function giveThreadBack(
  ports: ReapingPorts,
  sessionId: string,
): Promise<{ readonly entry: AgentEntry; readonly thread: string } | undefined> {
  return transactRecorded(ports, async ({ tx, record }) => {
    const before = expectActive(tx, sessionId);
    if (!isReservation(before)) return undefined;
    const { entry } = await tx.write({
      ...before,
      thread: ownThread(sessionId),
      threadId: undefined,
      reservationToken: undefined,
    });
    record(givenBack(before, ports.clock.now()));
    return { entry, thread: before.thread };
  });
}

async function otherOwner(
  ports: ReapingPorts,
  transaction: RecordedTransaction,
  { sessionId, thread }: ThreadWish,
): Promise<AgentEntry | undefined> {
  for (const owner of activeOwners(transaction.tx, thread)) {
    if (owner.sessionId === sessionId) continue;
    const { liveness } = await ports.liveness.assess(owner);
    if (liveness !== 'dead') return owner;
    await abandonIfDead(ports, transaction, owner.sessionId);
  }
  return undefined;
}

function expectActive(tx: AgentTransaction, sessionId: string): AgentEntry {
  const entry = expectReadable(tx.reread(sessionId))?.entry;
  if (entry?.status === 'active') return entry;
  if (entry === undefined) {
    throw new RegistryError('not-found', `There is no agent ${sessionId} any more.`, { sessionId });
  }
  const message = `${sessionId} has ended (${entry.status}), so it can hold no thread.`;
  throw new RegistryError('not-active', message, { sessionId });
}

/** The agent has not ended, so that there is no status to tell. */
function givenBack(entry: AgentEntry, atMs: number): ReturnType<typeof threadReleased> {
  return { ...threadReleased(entry, atMs), cause: undefined };
}
