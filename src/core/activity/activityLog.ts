import type { Event } from '../../base/event.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { ActivityEvent } from './activityEvent.ts';

/** Where events are recorded. */
export interface ActivitySink {
  /** Records events in their order. Never rejects: an operation stands without its record. */
  append(events: readonly ActivityEvent[]): Promise<void>;
}

export interface ActivityQuery {
  /** Only events from this instant on, in milliseconds since the epoch. */
  readonly sinceMs?: number | undefined;
  /** At most this many, the newest. */
  readonly limit?: number | undefined;
  /** Only events for which this is true; the limit counts only these. */
  readonly matches?: ((event: ActivityEvent) => boolean) | undefined;
}

/** How far the log was read. Only good for following the log that it came from. */
export interface ActivityPosition {
  /** Bytes of each file, by its identity. */
  readonly bytesRead: ReadonlyMap<string, number>;
}

export interface ActivityPage {
  /** By time, newest last; of one instant in the order in which they were recorded. */
  readonly events: readonly ActivityEvent[];
  /** Lines that hold no event. */
  readonly skippedLines: number;
  /** Files of the log that cannot be read. */
  readonly skippedFiles: number;
  /** Where the log ended, for following it without a gap. */
  readonly position: ActivityPosition;
}

/** Tells what is recorded from a position on, until it is disposed. */
export interface ActivityFollower extends Disposable {
  /** Events in the order in which they were recorded. */
  readonly onDidAppend: Event<readonly ActivityEvent[]>;
  /** Resolves when later events are seen without being asked for. */
  readonly ready: Promise<void>;
}

/** Reads what was recorded, by this and by other processes. */
export interface ActivityReader {
  /** Costs what is asked for: it reads from the newest event back. Never fails on what it finds. */
  read(query?: ActivityQuery): Promise<ActivityPage>;
  /** Without a position, only what comes after the call is told. */
  follow(from?: ActivityPosition): ActivityFollower;
}
