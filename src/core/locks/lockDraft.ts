import type { LockHolder } from './lockHolder.ts';
import {
  latestByName,
  LockTable,
  type HeldLock,
  type HighWater,
  type LockBook,
  type LockView,
} from './lockTable.ts';

/** What a draft changes, in the order in which it must be written. */
export interface DraftChanges {
  readonly written: readonly LockHolder[];
  readonly removed: readonly LockHolder[];
  /** True when numbers rose beyond those that the holders carry. */
  readonly hasRaised: boolean;
}

/**
 * Changes that are not made yet, laid over a table that stays as it is. The rules work on it under the
 * write lock; readers of the table see nothing of it until it is on disk.
 */
export class LockDraft implements LockBook {
  private readonly own: LockTable;
  private readonly removedIds = new Set<number>();
  /** In the order of their latest change: whoever is granted something comes after whoever lost it. */
  private readonly touched = new Set<number>();
  private hasRaised = false;

  constructor(private readonly base: LockView) {
    this.own = new LockTable(base.rules);
    this.own.raise(base);
  }

  get rules(): LockView['rules'] {
    return this.base.rules;
  }

  get nextId(): number {
    return this.own.nextId;
  }

  get lastToken(): number {
    return this.own.lastToken;
  }

  get(id: number): LockHolder | undefined {
    if (this.removedIds.has(id)) return undefined;
    return this.own.get(id) ?? this.base.get(id);
  }

  *holders(): Iterable<LockHolder> {
    yield* this.own.holders();
    for (const holder of this.base.holders()) if (!this.isOverlaid(holder.id)) yield holder;
  }

  bySession(sessionId: string): LockHolder | undefined {
    return this.own.bySession(sessionId) ?? this.unlessOverlaid(this.base.bySession(sessionId));
  }

  byWindow(windowId: string): LockHolder | undefined {
    return this.own.byWindow(windowId) ?? this.unlessOverlaid(this.base.byWindow(windowId));
  }

  byName(name: string): LockHolder | undefined {
    return latestByName(this.holders(), name);
  }

  overlapping(key: string): readonly HeldLock[] {
    const below = this.base.overlapping(key).filter(({ holderId }) => !this.isOverlaid(holderId));
    return [...below, ...this.own.overlapping(key)];
  }

  *waiters(): Iterable<LockHolder> {
    yield* this.own.waiters();
    for (const holder of this.base.waiters()) if (!this.isOverlaid(holder.id)) yield holder;
  }

  put(holder: LockHolder): void {
    if (this.get(holder.id) === holder) return;
    this.removedIds.delete(holder.id);
    this.own.put(holder);
    this.touched.delete(holder.id);
    this.touched.add(holder.id);
  }

  remove(id: number): void {
    if (this.get(id) === undefined) return;
    this.own.remove(id);
    this.touched.delete(id);
    this.removedIds.add(id);
  }

  raise(numbers: HighWater): void {
    const { nextId, lastToken } = this.own;
    this.own.raise(numbers);
    this.hasRaised ||= this.own.nextId > nextId || this.own.lastToken > lastToken;
  }

  changes(): DraftChanges {
    const written = [...this.touched].flatMap((id) => this.own.get(id) ?? []);
    const removed = [...this.removedIds].flatMap((id) => this.base.get(id) ?? []);
    return {
      written: written.filter((holder) => this.base.get(holder.id) !== holder),
      removed,
      hasRaised: this.hasRaised,
    };
  }

  private isOverlaid(id: number): boolean {
    return this.removedIds.has(id) || this.own.get(id) !== undefined;
  }

  private unlessOverlaid(holder: LockHolder | undefined): LockHolder | undefined {
    return holder && !this.isOverlaid(holder.id) ? holder : undefined;
  }
}
