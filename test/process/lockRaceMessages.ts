/** What a racer for locks is told. */
export interface LockRaceStart {
  readonly paths: readonly string[];
  /** How many grants it has to get. */
  readonly grants: number;
  /** File to which it appends what it holds, one line at each grant and each release. */
  readonly witness: string;
}

export interface LockRaceAnswer {
  readonly grants: number;
  readonly refusals: number;
}

/** A line of the witness. */
export interface WitnessLine {
  readonly kind: 'granted' | 'releasing';
  readonly sessionId: string;
  readonly path: string;
  readonly token: number;
}
