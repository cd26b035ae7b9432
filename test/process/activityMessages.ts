import type { ActivityLimits } from '../../src/node/activityRotation.ts';

/** What a process that records events is started with. */
export interface ActivityWriterOptions {
  readonly folder: string;
  /** Who is said to have done it. */
  readonly name: string;
  /** How many events, with tokens that count up. */
  readonly count: number;
  /** How many are recorded at once. */
  readonly batch: number;
  /** Whether it ends itself in the middle of a line, when it has recorded all others. */
  readonly isTorn?: boolean;
  readonly limits: Partial<ActivityLimits>;
}
