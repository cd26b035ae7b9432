import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { RandomSource } from '../../base/randomSource.ts';
import type { ActivityParty } from '../activity/activityEvent.ts';
import type { ActivitySink } from '../activity/activityLog.ts';
import { threadRefused, threadReleased, threadReserved } from '../activity/threadEvents.ts';
import { actorChain, toActorChainNode } from './actorChain.ts';
import type { ActorChainNode, AgentEntry, AgentStatus, ContextQueryEntry } from './agentEntry.ts';
import { actorLookup, type AgentView, type IndexedKey } from './agentIndex.ts';
import { isBroken, type AgentRecord } from './agentRecord.ts';
import type { AgentStore, AgentTransaction } from './agentStore.ts';
import { withStatus } from './entryStatus.ts';
import { expectReadable } from './expectReadable.ts';
import type { LivenessVerdict, ProcessProbe } from './liveness.ts';
import { LivenessAssessor } from './livenessAssessor.ts';
import { clearThread, threadTaken } from './clearThread.ts';
import { findActive, findActiveAtPath, findToReuse, type EntryWanted } from './findActive.ts';
import { pruneStale } from './pruneStale.ts';
import {
  reapDead,
  undoReap,
  type ReapedEntry,
  type ReapingPorts,
  type ReapOptions,
} from './reaping.ts';
import { transactRecorded } from './recordedTransaction.ts';
import { isStaleTerminalEntry } from './retention.ts';
import { sameAgent, writeGenerated } from './writeGenerated.ts';

export interface AgentRegistryPorts {
  readonly store: AgentStore;
  readonly probe: ProcessProbe;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
  /** The real path of a folder, or the path itself when it has none. */
  readonly realPath: (path: string) => Promise<string>;
  /** Where it is recorded what was reserved, released and reaped; by default nowhere. */
  readonly activity?: ActivitySink | undefined;
}

/** Makes an entry for a fresh session id. It may not change the id it was given. */
export type BuildEntry = (sessionId: string) => AgentEntry | Promise<AgentEntry>;
export type UpdateEntry = (entry: AgentEntry) => AgentEntry;

export type ReserveOutcome =
  | { readonly kind: 'reserved'; readonly entry: AgentEntry }
  | { readonly kind: 'live-owner'; readonly entry: AgentEntry };

/**
 * All operations on `.heddle/agents` (seed: `AgentRegistry`), safe between processes. Files that
 * cannot be read are skipped, never changed; a readable earlier version of one still counts as an
 * owner. Every method may throw `RegistryError` with a code of the store.
 */
export class AgentRegistry {
  private readonly liveness: LivenessAssessor;
  private readonly reapingPorts: ReapingPorts;

  constructor(private readonly ports: AgentRegistryPorts) {
    this.liveness = new LivenessAssessor(ports.probe, ports.logger);
    this.reapingPorts = { ...ports, liveness: this.liveness };
  }

  /** Persists a new entry under a generated session id; on a collision it draws again. */
  createGeneratedEntry(build: BuildEntry): Promise<AgentEntry> {
    return this.transact((tx) => writeGenerated(tx, build, this.ports.random));
  }

  /** Persists an entry as it is, replacing what its file held. */
  async save(entry: AgentEntry): Promise<void> {
    await this.transact((tx) => tx.write(entry));
  }

  /**
   * One entry; undefined when there is none or when it was finished 7 days ago (it is then pruned).
   * @throws RegistryError `broken-entry` when its file cannot be read, `invalid-session-id`
   */
  async load(sessionId: string): Promise<AgentEntry | undefined> {
    const record = expectReadable(await this.ports.store.read(sessionId));
    if (record === undefined) return undefined;
    if (!this.isStale(record.entry)) return record.entry;
    await pruneStale(this.ports, [record]);
    return undefined;
  }

  /** All entries, most recently started first, ties by session id. Prunes what was finished 7 days ago. */
  async list(): Promise<readonly AgentEntry[]> {
    return (await this.listView()).records.map((record) => record.entry);
  }

  /** The same as `list`, with the view it was made from (for its unreadable files). */
  async listView(): Promise<{ records: readonly AgentRecord[]; view: AgentView }> {
    const view = await this.ports.store.refresh();
    const all = view.records();
    const stale = new Set(all.filter((record) => this.isStale(record.entry)));
    if (stale.size === 0) return { records: all, view };
    await pruneStale(this.ports, [...stale]);
    return { records: all.filter((record) => !stale.has(record)), view };
  }

  /** Sets the status; a terminal one stamps the end, `active` clears it. Undefined when unknown. */
  updateStatus(sessionId: string, status: AgentStatus): Promise<AgentEntry | undefined> {
    return this.updateEntry(sessionId, (entry) =>
      withStatus(entry, status, this.ports.clock.now()),
    );
  }

  /** Changes an entry under the write lock. Undefined when there is none. */
  updateEntry(sessionId: string, update: UpdateEntry): Promise<AgentEntry | undefined> {
    return transactRecorded(this.ports, async ({ tx, record }) => {
      const before = expectReadable(tx.reread(sessionId))?.entry;
      if (before === undefined) return undefined;
      const { entry } = await tx.write(sameAgent(sessionId, update(before)));
      const isReleased = before.status === 'active' && entry.status !== 'active';
      if (isReleased) record(threadReleased(entry, this.ports.clock.now()));
      return entry;
    });
  }

  /** Reuses and updates the first matching active entry, or creates one, in one step. */
  findOrCreateActiveEntry(
    options: EntryWanted & { readonly update: UpdateEntry; readonly build: BuildEntry },
  ): Promise<{ readonly entry: AgentEntry; readonly isCreated: boolean }> {
    return this.transact(async (tx) => {
      const found = await findToReuse(tx, { ...options, liveness: this.liveness });
      if (found !== undefined) {
        const { entry } = await tx.write(sameAgent(found.sessionId, options.update(found)));
        return { entry, isCreated: false };
      }
      return { entry: await writeGenerated(tx, options.build, this.ports.random), isCreated: true };
    });
  }

  /**
   * In one step: prunes what is stale on the thread, abandons its dead owners, and then either names
   * the owner that is not provably dead or reserves the thread with a new entry.
   * @param asker who is recorded as refused; whoever reserves is known by the new entry
   */
  tryReserveThread(
    thread: string,
    build: BuildEntry,
    asker: ActivityParty = { name: '' },
  ): Promise<ReserveOutcome> {
    return transactRecorded(this.ports, async (transaction) => {
      const owner = await clearThread(this.reapingPorts, transaction, thread);
      const nowMs = this.ports.clock.now();
      if (owner !== undefined) {
        transaction.record(threadRefused({ actor: asker, owner }, nowMs));
        return { kind: 'live-owner', entry: owner };
      }
      const entry = await writeGenerated(transaction.tx, build, this.ports.random);
      transaction.record(threadReserved(entry, nowMs));
      return { kind: 'reserved', entry };
    });
  }

  /** `tryReserveThread` for callers without a plan for conflicts. @throws RegistryError `thread-taken` */
  async createGeneratedEntryForThread(
    thread: string,
    build: BuildEntry,
    asker?: ActivityParty,
  ): Promise<AgentEntry> {
    const outcome = await this.tryReserveThread(thread, build, asker);
    if (outcome.kind === 'reserved') return outcome.entry;
    throw threadTaken(thread, outcome.entry);
  }

  /** Abandons every active entry whose process is provably gone. */
  reapDead(options: ReapOptions = {}): Promise<readonly ReapedEntry[]> {
    return reapDead(this.reapingPorts, options);
  }

  reapDeadForThread(thread: string): Promise<readonly ReapedEntry[]> {
    return this.reapDead({ thread });
  }

  /**
   * Takes a reap back: the entry is active again.
   * @throws RegistryError `undo-refused` when it changed since or its thread has another owner
   */
  undoReap(reaped: AgentEntry): Promise<AgentEntry> {
    return undoReap(this.reapingPorts, reaped);
  }

  /** The active entry that works in this folder, links resolved. */
  async findActiveByPath(folder: string): Promise<AgentEntry | undefined> {
    const view = await this.ports.store.refresh();
    return findActiveAtPath(view.records(), { folder, realPath: this.ports.realPath });
  }

  findActiveByHeddleSessionId(heddleSessionId: string): Promise<AgentEntry | undefined> {
    return this.findActiveBy('heddleSessionId', heddleSessionId);
  }

  findActiveByClientInstanceId(clientInstanceId: string): Promise<AgentEntry | undefined> {
    return this.findActiveBy('clientInstanceId', clientInstanceId);
  }

  findActiveByNativeActorKey(nativeActorKey: string): Promise<AgentEntry | undefined> {
    return this.findActiveBy('nativeActorKey', nativeActorKey);
  }

  async findActiveByNativeInstanceKeyAtPath(
    nativeInstanceKey: string,
    folder: string,
  ): Promise<AgentEntry | undefined> {
    const view = await this.ports.store.refresh();
    const candidates = view.findBy('nativeInstanceKey', nativeInstanceKey);
    return findActiveAtPath(candidates, { folder, realPath: this.ports.realPath });
  }

  /** Who spawned whom, root to leaf, ending with the session; empty when it is unknown. */
  async actorChainForSession(sessionId: string): Promise<readonly ActorChainNode[]> {
    const view = await this.ports.store.refresh();
    return actorChain(actorLookup(view), sessionId).map(toActorChainNode);
  }

  /** Appends to the log of an active entry; silently nothing when it is unknown or finished. */
  async logContextQuery(sessionId: string, query: ContextQueryEntry): Promise<void> {
    await this.transact(async (tx) => {
      const record = tx.reread(sessionId);
      if (record === undefined || isBroken(record) || record.entry.status !== 'active') return;
      const contextQueries = [...record.entry.contextQueries, query];
      await tx.write({ ...record.entry, contextQueries });
    });
  }

  /** Removes an entry without looking at it. False when there was none. */
  delete(sessionId: string): Promise<boolean> {
    return this.ports.store.delete(sessionId);
  }

  /** The verdict on one entry, with its reason. */
  livenessFor(entry: AgentEntry): Promise<LivenessVerdict> {
    return this.liveness.assess(entry);
  }

  /** The verdicts on many entries, in their order, for the price of one look at each process. */
  livenessForAll(entries: readonly AgentEntry[]): Promise<readonly LivenessVerdict[]> {
    return this.liveness.assessAll(entries);
  }

  private transact<T>(work: (tx: AgentTransaction) => Promise<T>): Promise<T> {
    return this.ports.store.transact(work);
  }

  private async findActiveBy(key: IndexedKey, value: string): Promise<AgentEntry | undefined> {
    const view = await this.ports.store.refresh();
    return findActive(view.findBy(key, value))?.entry;
  }

  private isStale(entry: AgentEntry): boolean {
    return isStaleTerminalEntry(entry, this.ports.clock.now());
  }
}
