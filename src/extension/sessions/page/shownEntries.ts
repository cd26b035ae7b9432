import type { TranscriptEntry } from '../../../presentation/sessions/transcriptEntry.ts';

/** What a page must do to show these entries instead of those. */
export interface EntriesChange {
  /** Gone from the beginning. */
  readonly removed: readonly number[];
  /** New or different, in their order; new ones come after all others. */
  readonly changed: readonly TranscriptEntry[];
}

/** Entries are compared as objects: those that stay the same stay the same objects. */
export function entriesChange(
  shown: ReadonlyMap<number, TranscriptEntry>,
  entries: readonly TranscriptEntry[],
): EntriesChange {
  const next = new Set(entries.map(({ id }) => id));
  return {
    removed: [...shown.keys()].filter((id) => !next.has(id)),
    changed: entries.filter((entry) => shown.get(entry.id) !== entry),
  };
}
