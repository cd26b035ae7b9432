/** What a racer is told: to reserve this thread for this process, at once. */
export interface RaceStart {
  readonly thread: string;
  readonly pid: number;
}

/** What the registry told a racer. */
export interface RaceAnswer {
  readonly kind: 'reserved' | 'live-owner';
  /** Session id of whoever holds the thread. */
  readonly owner: string;
}
