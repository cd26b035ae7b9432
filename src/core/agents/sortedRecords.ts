import type { AgentRecord } from './agentRecord.ts';
import { compareInstants } from './timestamp.ts';

/**
 * Records in list order. A change costs one linear pass when the order is next asked for, not a sort
 * of everything; while nothing changes the same array is returned.
 */
export class SortedRecords {
  private sorted: readonly AgentRecord[] = [];
  private readonly removed = new Set<AgentRecord>();
  private readonly added = new Set<AgentRecord>();

  add(record: AgentRecord): void {
    this.added.add(record);
  }

  remove(record: AgentRecord): void {
    if (!this.added.delete(record)) this.removed.add(record);
  }

  toArray(): readonly AgentRecord[] {
    if (this.removed.size === 0 && this.added.size === 0) return this.sorted;

    const kept = this.sorted.filter((record) => !this.removed.has(record));
    const added = [...this.added].sort(compareRecords);
    this.sorted = kept.length === 0 ? added : merge(kept, added);
    this.removed.clear();
    this.added.clear();
    return this.sorted;
  }
}

/** Most recently started first, to the nanosecond; ties by session id. */
export function compareRecords(a: AgentRecord, b: AgentRecord): number {
  return (
    compareInstants(b.startedAt, a.startedAt) || compareText(a.entry.sessionId, b.entry.sessionId)
  );
}

/** Plain code-unit order: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function merge(a: readonly AgentRecord[], b: readonly AgentRecord[]): AgentRecord[] {
  const merged: AgentRecord[] = [];
  let next = 0;
  for (const record of a) {
    for (let other = b[next]; other !== undefined && compareRecords(other, record) < 0;) {
      merged.push(other);
      next += 1;
      other = b[next];
    }
    merged.push(record);
  }
  for (const record of b.slice(next)) merged.push(record);
  return merged;
}
