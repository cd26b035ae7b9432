import type { AgentEntry } from './agentEntry.ts';
import type { Instant } from './timestamp.ts';

/** A file that was read and understood. The object stays the same while the content does. */
export interface AgentRecord {
  /** File name inside the agents folder, `<session id>.toml`. */
  readonly fileName: string;
  readonly entry: AgentEntry;
  readonly startedAt: Instant;
}

/** A file with the ending `.toml` that is not a valid entry. Shown, skipped, never deleted. */
export interface BrokenRecord {
  readonly fileName: string;
  /** One sentence for people. */
  readonly problem: string;
  /** 1-based line of the problem, where known. */
  readonly line: number | undefined;
  /** What the file held before it became unreadable, for example while it is half-written. */
  readonly lastGood: AgentRecord | undefined;
}

export type StoredRecord = AgentRecord | BrokenRecord;

export function isBroken(record: StoredRecord): record is BrokenRecord {
  return 'problem' in record;
}
