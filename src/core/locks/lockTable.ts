import type { FileLock } from './fileLock.ts';
import type { LockHolder } from './lockHolder.ts';
import { lockKey, type LockPath, type PathRules } from './lockPath.ts';
import { PathIndex } from './pathIndex.ts';

/** A lock together with who holds it. The object stays the same while the lock does. */
export interface HeldLock {
  readonly holderId: number;
  readonly key: string;
  readonly lock: FileLock;
}

/** What the rules read: all holders and their locks, found at the cost of what is found. */
export interface LockView {
  readonly rules: PathRules;
  get(id: number): LockHolder | undefined;
  holders(): Iterable<LockHolder>;
  bySession(sessionId: string): LockHolder | undefined;
  byWindow(windowId: string): LockHolder | undefined;
  /** Of several with one name, the one that was seen last. */
  byName(name: string): LockHolder | undefined;
  /** Every lock, over or not, that has a path in common with this one. */
  overlapping(key: string): readonly HeldLock[];
  /** Everybody who waits for something. */
  waiters(): Iterable<LockHolder>;
  /** The next id to hand out. */
  readonly nextId: number;
  /** The highest number handed out so far, as token or ticket. */
  readonly lastToken: number;
}

/** What the rules change. */
export interface LockBook extends LockView {
  put(holder: LockHolder): void;
  remove(id: number): void;
  /** Numbers only ever rise. */
  raise(numbers: HighWater): void;
}

/** Numbers that must never be handed out again, also when those who had them are gone. */
export interface HighWater {
  readonly nextId: number;
  readonly lastToken: number;
}

/** All holders in memory, indexed by who they are and what they hold. */
export class LockTable implements LockBook {
  private readonly byId = new Map<number, LockHolder>();
  private readonly held = new Map<number, ReadonlyMap<string, HeldLock>>();
  private readonly sessions = new Map<string, number>();
  private readonly windows = new Map<string, number>();
  private readonly waiting = new Set<number>();
  private readonly index = new PathIndex<HeldLock>();
  private high: HighWater = { nextId: 1, lastToken: 0 };

  constructor(readonly rules: PathRules) {}

  get nextId(): number {
    return this.high.nextId;
  }

  get lastToken(): number {
    return this.high.lastToken;
  }

  get size(): number {
    return this.byId.size;
  }

  get(id: number): LockHolder | undefined {
    return this.byId.get(id);
  }

  holders(): Iterable<LockHolder> {
    return this.byId.values();
  }

  bySession(sessionId: string): LockHolder | undefined {
    const id = this.sessions.get(sessionId);
    return id === undefined ? undefined : this.byId.get(id);
  }

  byWindow(windowId: string): LockHolder | undefined {
    const id = this.windows.get(windowId);
    return id === undefined ? undefined : this.byId.get(id);
  }

  byName(name: string): LockHolder | undefined {
    return latestByName(this.byId.values(), name);
  }

  overlapping(key: string): readonly HeldLock[] {
    return this.index.overlapping(key);
  }

  *waiters(): Iterable<LockHolder> {
    for (const id of this.waiting) {
      const holder = this.byId.get(id);
      if (holder) yield holder;
    }
  }

  /** Adds or replaces a holder; its cost follows the locks that differ. */
  put(holder: LockHolder): void {
    const before = this.byId.get(holder.id);
    if (before === holder) return;
    if (before && before.identity !== holder.identity) this.forgetIdentity(before);
    this.byId.set(holder.id, holder);
    this.learnIdentity(holder);
    this.indexLocks(holder);
    if (holder.waits.length > 0) this.waiting.add(holder.id);
    else this.waiting.delete(holder.id);
    this.raise({ nextId: holder.id + 1, lastToken: highestNumber(holder) });
  }

  remove(id: number): void {
    const holder = this.byId.get(id);
    if (holder === undefined) return;
    for (const held of this.held.get(id)?.values() ?? []) this.index.delete(held.key, held);
    this.held.delete(id);
    this.waiting.delete(id);
    this.forgetIdentity(holder);
    this.byId.delete(id);
  }

  raise({ nextId, lastToken }: HighWater): void {
    this.high = {
      nextId: Math.max(this.high.nextId, nextId),
      lastToken: Math.max(this.high.lastToken, lastToken),
    };
  }

  private indexLocks(holder: LockHolder): void {
    const before = this.held.get(holder.id);
    const now = new Map<string, HeldLock>();
    for (const [key, lock] of holder.locks) {
      const known = before?.get(key);
      if (known?.lock === lock) {
        now.set(key, known);
        continue;
      }
      if (known) this.index.delete(key, known);
      const held = { holderId: holder.id, key, lock };
      this.index.add(key, held);
      now.set(key, held);
    }
    for (const [key, held] of before ?? []) if (!now.has(key)) this.index.delete(key, held);
    if (now.size > 0) this.held.set(holder.id, now);
    else this.held.delete(holder.id);
  }

  private learnIdentity({ id, identity }: LockHolder): void {
    if (identity.kind === 'session') this.sessions.set(identity.sessionId, id);
    if (identity.kind === 'window') this.windows.set(identity.windowId, id);
  }

  private forgetIdentity({ id, identity }: LockHolder): void {
    if (identity.kind === 'session' && this.sessions.get(identity.sessionId) === id) {
      this.sessions.delete(identity.sessionId);
    }
    if (identity.kind === 'window' && this.windows.get(identity.windowId) === id) {
      this.windows.delete(identity.windowId);
    }
  }
}

/** Locks by the key under which they are compared. */
export function locksByKey(
  locks: Iterable<FileLock>,
  rules: PathRules,
): ReadonlyMap<string, FileLock> {
  const byKey = new Map<string, FileLock>();
  for (const lock of locks) byKey.set(keyOf(lock.path, rules), lock);
  return byKey;
}

export function keyOf(path: LockPath, rules: PathRules): string {
  return lockKey(path, rules);
}

export function latestByName(holders: Iterable<LockHolder>, name: string): LockHolder | undefined {
  let latest: LockHolder | undefined;
  for (const holder of holders) {
    if (holder.identity.kind !== 'name' || holder.name !== name) continue;
    if (latest === undefined || holder.lastSeenMs > latest.lastSeenMs) latest = holder;
  }
  return latest;
}

function highestNumber(holder: LockHolder): number {
  let highest = holder.lastToken;
  for (const { token } of holder.locks.values()) highest = Math.max(highest, token);
  for (const { ticket } of holder.waits) highest = Math.max(highest, ticket);
  return highest;
}
