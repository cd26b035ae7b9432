import { nothingUsed, type UsageTotals } from './usageTotals.ts';

/** What the part of a transcript that was read says. */
export interface TranscriptReading {
  readonly totals: UsageTotals;
  /** When the last interruption by a person happened, in milliseconds; whether it still lasts is not said. */
  readonly interruptedAtMs: number | undefined;
  /** When the last understood line was written, in milliseconds. */
  readonly lastAtMs: number | undefined;
  /** How many lines could not be read: no JSON, figures that are none, or longer than a line may be. */
  readonly skippedLines: number;
}

export const nothingRead: TranscriptReading = {
  totals: nothingUsed,
  interruptedAtMs: undefined,
  lastAtMs: undefined,
  skippedLines: 0,
};

/** A reading together with what its format has to remember to go on. */
export interface TranscriptState<Memory> {
  readonly reading: TranscriptReading;
  readonly memory: Memory;
}

/**
 * How one harness records its sessions, one JSON object a line. Everything here is pure: what is read
 * depends on nothing but the lines, so that any two readers of the same lines agree.
 */
export interface TranscriptFormat<Memory = unknown> {
  /** Names the format and the version of its reader: a cursor of another version is not used. */
  readonly id: string;
  /** A line without any of these says nothing of usage and is not parsed. */
  readonly needles: readonly string[];
  /** What is remembered before the first line. Plain JSON of bounded size, as each later memory. */
  readonly firstMemory: Memory;
  /** Takes in one line. Undefined for a line whose figures are no figures: it is skipped and counted. */
  readonly readLine: (
    state: TranscriptState<Memory>,
    line: Readonly<Record<string, unknown>>,
  ) => TranscriptState<Memory> | undefined;
  /** Checks a memory that came from a file. Undefined: it is not used. */
  readonly parseMemory: (value: unknown) => Memory | undefined;
}
