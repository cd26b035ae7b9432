import type { Clock } from '../../base/clock.ts';
import { agentReaped, reapUndone } from '../activity/threadEvents.ts';
import type { AgentEntry } from './agentEntry.ts';
import type { AgentView } from './agentIndex.ts';
import { isBroken } from './agentRecord.ts';
import { withStatus } from './entryStatus.ts';
import { expectReadable } from './expectReadable.ts';
import type { LivenessVerdict } from './liveness.ts';
import type { LivenessAssessor } from './livenessAssessor.ts';
import {
  transactRecorded,
  type RecordedTransaction,
  type RecordingPorts,
} from './recordedTransaction.ts';
import { RegistryError } from './registryError.ts';
import { activeOwners } from './threadOwners.ts';

/** An entry that was abandoned because its owner is dead, and the evidence. */
export interface ReapedEntry {
  /** As it is now, abandoned; in a dry run as it would be. */
  readonly entry: AgentEntry;
  readonly verdict: LivenessVerdict;
}

export interface ReapOptions {
  readonly thread?: string | undefined;
  /** Only these sessions, for example those that a person confirmed. */
  readonly sessionIds?: ReadonlySet<string> | undefined;
  /** Decides as usual, changes nothing. */
  readonly isDryRun?: boolean | undefined;
}

export interface ReapingPorts extends RecordingPorts {
  readonly liveness: LivenessAssessor;
  readonly clock: Clock;
}

/** Abandons every active entry whose process is provably gone. */
export function reapDead(
  ports: ReapingPorts,
  options: ReapOptions = {},
): Promise<readonly ReapedEntry[]> {
  if (options.isDryRun === true) return previewReap(ports, options);
  return transactRecorded(ports, async (transaction) => {
    const reaped: ReapedEntry[] = [];
    for (const { entry, verdict } of await deadIn(ports, transaction.tx.view, options)) {
      const abandoned = await abandonIfDead(ports, transaction, entry.sessionId);
      if (abandoned) reaped.push({ entry: abandoned, verdict });
    }
    return reaped;
  });
}

/** Takes a reap back. @throws RegistryError `undo-refused` when that would hurt somebody */
export function undoReap(ports: ReapingPorts, reaped: AgentEntry): Promise<AgentEntry> {
  return transactRecorded(ports, async ({ tx, record: recordEvent }) => {
    const record = expectReadable(tx.reread(reaped.sessionId));
    const isUnchanged =
      record?.entry.status === 'abandoned' && record.entry.completedAt === reaped.completedAt;
    if (!isUnchanged) throw undoRefused(reaped, 'it has changed since');
    const [owner] = activeOwners(tx, reaped.thread);
    if (owner) {
      throw undoRefused(reaped, `its thread now belongs to ${owner.sessionId}`, owner);
    }
    const nowMs = ports.clock.now();
    const { entry } = await tx.write(withStatus(record.entry, 'active', nowMs));
    recordEvent(reapUndone(entry, nowMs));
    return entry;
  });
}

/** Abandons one entry, unless what is on disk now is not active or not provably dead. */
export async function abandonIfDead(
  ports: ReapingPorts,
  { tx, record: recordEvent }: RecordedTransaction,
  sessionId: string,
): Promise<AgentEntry | undefined> {
  const record = tx.reread(sessionId);
  if (record === undefined || isBroken(record) || record.entry.status !== 'active') {
    return undefined;
  }
  const { liveness, reason } = await ports.liveness.assess(record.entry);
  if (liveness !== 'dead') return undefined;
  const nowMs = ports.clock.now();
  const { entry } = await tx.write(withStatus(record.entry, 'abandoned', nowMs));
  recordEvent(agentReaped({ entry, cause: reason }, nowMs));
  return entry;
}

async function previewReap(
  ports: ReapingPorts,
  options: ReapOptions,
): Promise<readonly ReapedEntry[]> {
  const dead = await deadIn(ports, await ports.store.refresh(), options);
  const nowMs = ports.clock.now();
  return dead.map(({ entry, verdict }) => ({
    entry: withStatus(entry, 'abandoned', nowMs),
    verdict,
  }));
}

async function deadIn(
  ports: ReapingPorts,
  view: AgentView,
  { thread, sessionIds }: ReapOptions,
): Promise<readonly ReapedEntry[]> {
  const records = thread === undefined ? view.records() : view.findBy('thread', thread);
  const candidates = records
    .map((record) => record.entry)
    .filter((entry) => entry.status === 'active')
    .filter((entry) => sessionIds?.has(entry.sessionId) ?? true);
  const verdicts = await ports.liveness.assessAll(candidates);
  return candidates.flatMap((entry, i) => {
    const verdict = verdicts[i];
    return verdict?.liveness === 'dead' ? [{ entry, verdict }] : [];
  });
}

function undoRefused(entry: AgentEntry, why: string, owner?: AgentEntry): RegistryError {
  return new RegistryError('undo-refused', `${entry.sessionId} stays abandoned: ${why}.`, {
    sessionId: entry.sessionId,
    thread: entry.thread,
    ownerSessionId: owner?.sessionId,
  });
}
