import type { ActivityEvent } from '../activity/activityEvent.ts';
import { isStanding } from './endedLocks.ts';
import { grant } from './granting.ts';
import { reapHolders } from './holderReaping.ts';
import { defaultLockConfig, type LockConfig } from './lockConfig.ts';
import type { LockHolder } from './lockHolder.ts';
import { blindLook, type LockMoment, type Look } from './lockMoment.ts';
import type { LockPath, PathRules } from './lockPath.ts';
import { keyOf, locksByKey, LockTable, type LockBook } from './lockTable.ts';
import { newHolder } from './lockHolder.ts';
import { beat, noteEditOf, registerHolder, registerHolderWithId } from './registering.ts';
import { release } from './releasing.ts';
import { serialize, type SerializedRegistry } from './serializedRegistry.ts';

export interface LockRegistryOptions {
  readonly rules?: PathRules | undefined;
  /** What is known of holders; without it time alone decides. */
  readonly look?: Look | undefined;
  readonly record?: ((event: ActivityEvent) => void) | undefined;
}

const exactPaths: PathRules = { isCaseInsensitive: false, isWindows: false };

/**
 * Holders with heartbeats and their locks, in memory (seed: `AgentRegistry`). Every operation is told
 * the time in wall-clock milliseconds. The store that processes share applies the same rules.
 */
export class LockRegistry {
  private readonly book: LockBook;
  private readonly options: LockRegistryOptions;

  constructor(
    readonly config: LockConfig = defaultLockConfig,
    options: LockRegistryOptions & { readonly book?: LockBook } = {},
  ) {
    this.options = options;
    this.book = options.book ?? new LockTable(options.rules ?? exactPaths);
  }

  /** Adds a holder under the next id and returns the id. */
  register(name: string, nowMs: number): number {
    return registerHolder(this.book, { name }, nowMs).id;
  }

  /** Adds a holder under an id from elsewhere, or starts the one that has it anew. */
  registerWithId(id: number, name: string, nowMs: number): number {
    return registerHolderWithId(this.book, { id, name }, nowMs).id;
  }

  /** A sign of life; registers `agent-<id>` if need be, and makes a crashed holder active again. */
  heartbeat(id: number, nowMs: number): void {
    beat(this.book, id, this.moment(nowMs));
  }

  /** Removes a holder with its locks; nothing when there is none. Its id is not used again. */
  unregister(id: number): void {
    this.book.remove(id);
  }

  agents(): readonly LockHolder[] {
    return [...this.book.holders()];
  }

  get(id: number): LockHolder | undefined {
    return this.book.get(id);
  }

  /** Counts an edit and is a sign of life; nothing when there is no such holder. */
  noteEdit(id: number, nowMs: number): void {
    noteEditOf(this.book, id, this.moment(nowMs));
  }

  /** Reaps, then takes a path for a holder. True when it was granted. */
  tryLock(id: number, path: LockPath, ttlMs: number | undefined, nowMs: number): boolean {
    this.reap(nowMs);
    const request = { holderId: id, paths: [path], ttlMs };
    return grant(this.book, request, this.moment(nowMs)).kind === 'granted';
  }

  /** Gives a path back; nothing when it is not held. */
  releaseLock(id: number, path: LockPath, nowMs: number): void {
    release(this.book, { holderId: id, paths: [path] }, this.moment(nowMs));
  }

  /** Who holds a path, or undefined. Reaps first, so that nobody who is gone is named. */
  lockHolder(path: LockPath, nowMs: number): number | undefined {
    this.reap(nowMs);
    const moment = this.moment(nowMs);
    const held = this.book.overlapping(keyOf(path, this.book.rules)).find((each) => {
      const holder = this.book.get(each.holderId);
      return holder !== undefined && isStanding(holder, each.lock, moment);
    });
    return held?.holderId;
  }

  /** Downgrades whoever is silent for too long and drops what is over. Idempotent. */
  reap(nowMs: number): void {
    reapHolders(this.book, this.moment(nowMs));
  }

  snapshot(nowMs: number): SerializedRegistry {
    return serialize(this.book, this.moment(nowMs));
  }

  /** A registry with what a snapshot holds, ids and expiries as they are there. */
  static fromSnapshot(
    config: LockConfig,
    snapshot: SerializedRegistry,
    options: LockRegistryOptions = {},
  ): LockRegistry {
    const table = new LockTable(options.rules ?? exactPaths);
    table.raise({ nextId: Math.max(snapshot.next_id, 1), lastToken: 0 });
    for (const agent of snapshot.agents) table.put(restoredHolder(agent, table));
    return new LockRegistry(config, { ...options, book: table });
  }

  private moment(nowMs: number): LockMoment {
    const { look = blindLook, record = () => undefined } = this.options;
    return { nowMs, config: this.config, look, record };
  }
}

function restoredHolder(agent: SerializedRegistry['agents'][number], table: LockTable): LockHolder {
  const { id, name, last_seen_ms: lastSeenMs } = agent;
  let { lastToken } = table;
  const locks = Object.entries(agent.locked_paths).map(([path, atMs]) => ({
    path,
    token: (lastToken += 1),
    mode: 'exclusive' as const,
    isSoft: false,
    grantedAtMs: lastSeenMs,
    refreshedAtMs: lastSeenMs,
    term: { kind: 'promised' as const, ttlMs: atMs - lastSeenMs },
    reason: undefined,
  }));
  return {
    ...newHolder({ id, name, identity: { kind: 'name' }, nowMs: lastSeenMs }),
    state: agent.state,
    editCount: agent.edit_count,
    locks: locksByKey(locks, table.rules),
    lastToken,
  };
}
