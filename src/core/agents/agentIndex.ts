import type { AgentEntry } from './agentEntry.ts';
import { isBroken, type AgentRecord, type BrokenRecord, type StoredRecord } from './agentRecord.ts';
import { compareRecords, compareText, SortedRecords } from './sortedRecords.ts';

/** The fields of an entry by which it can be found without a scan. */
export const indexedKeys = [
  'thread',
  'heddleSessionId',
  'clientInstanceId',
  'nativeActorKey',
  'nativeInstanceKey',
] as const;
export type IndexedKey = (typeof indexedKeys)[number];

/** What is known of a folder of entries. Reading it does no I/O. */
export interface AgentView {
  /** Rises with every change of content; equal revisions mean equal content. */
  readonly revision: number;
  /** Valid entries, most recently started first, ties by session id. Same array while unchanged. */
  records(): readonly AgentRecord[];
  /** Unreadable files by file name. Same array while unchanged. */
  broken(): readonly BrokenRecord[];
  get(sessionId: string): StoredRecord | undefined;
  /** Valid entries whose field has this value, most recent first. */
  findBy(key: IndexedKey, value: string): readonly AgentRecord[];
}

/** An `AgentView` that is kept up to date file by file; each change costs what changed. */
export class AgentIndex implements AgentView {
  private readonly byFile = new Map<string, StoredRecord>();
  /** Made when a key is first asked for: a mere listing never pays for it. */
  private readonly byKey = new Map<IndexedKey, Groups>();
  private readonly sorted = new SortedRecords();
  private sortedBroken: readonly BrokenRecord[] | undefined = [];
  private changes = 0;

  get revision(): number {
    return this.changes;
  }

  get fileCount(): number {
    return this.byFile.size;
  }

  fileNames(): IterableIterator<string> {
    return this.byFile.keys();
  }

  getFile(fileName: string): StoredRecord | undefined {
    return this.byFile.get(fileName);
  }

  get(sessionId: string): StoredRecord | undefined {
    return this.byFile.get(`${sessionId}.toml`);
  }

  /** Stores what a file holds now. Storing the same object again is no change. */
  put(record: StoredRecord): void {
    const previous = this.byFile.get(record.fileName);
    if (previous === record) return;

    this.forget(previous);
    this.byFile.set(record.fileName, record);
    this.changes += 1;
    if (isBroken(record)) {
      this.sortedBroken = undefined;
      return;
    }
    this.sorted.add(record);
    for (const [key, groups] of this.byKey) addTo(groups, record.entry[key], record);
  }

  delete(fileName: string): void {
    const previous = this.byFile.get(fileName);
    if (previous === undefined) return;
    this.forget(previous);
    this.byFile.delete(fileName);
    this.changes += 1;
  }

  records(): readonly AgentRecord[] {
    return this.sorted.toArray();
  }

  broken(): readonly BrokenRecord[] {
    this.sortedBroken ??= [...this.byFile.values()]
      .filter(isBroken)
      .sort((a, b) => compareText(a.fileName, b.fileName));
    return this.sortedBroken;
  }

  findBy(key: IndexedKey, value: string): readonly AgentRecord[] {
    return [...(this.groupsOf(key).get(value) ?? [])].sort(compareRecords);
  }

  private forget(record: StoredRecord | undefined): void {
    if (record === undefined) return;
    if (isBroken(record)) {
      this.sortedBroken = undefined;
      return;
    }
    this.sorted.remove(record);
    for (const [key, groups] of this.byKey) removeFrom(groups, record.entry[key], record);
  }

  private groupsOf(key: IndexedKey): Groups {
    const known = this.byKey.get(key);
    if (known) return known;
    const groups: Groups = new Map();
    for (const record of this.byFile.values()) {
      if (!isBroken(record)) addTo(groups, record.entry[key], record);
    }
    this.byKey.set(key, groups);
    return groups;
  }
}

type Groups = Map<string, Set<AgentRecord>>;

function addTo(groups: Groups, value: string | undefined, record: AgentRecord): void {
  if (value === undefined) return;
  const group = groups.get(value);
  if (group) group.add(record);
  else groups.set(value, new Set([record]));
}

function removeFrom(groups: Groups, value: string | undefined, record: AgentRecord): void {
  if (value === undefined) return;
  const group = groups.get(value);
  group?.delete(record);
  if (group?.size === 0) groups.delete(value);
}

/** Entries of a view as an `ActorLookup`. */
export function actorLookup(view: AgentView): {
  bySessionId(sessionId: string): AgentEntry | undefined;
  byActorKey(actorKey: string): readonly AgentEntry[];
} {
  return {
    bySessionId: (sessionId) => {
      const record = view.get(sessionId);
      return record === undefined || isBroken(record) ? undefined : record.entry;
    },
    byActorKey: (actorKey) => view.findBy('nativeActorKey', actorKey).map((record) => record.entry),
  };
}
