import type { ActivityEvent, ActivityParty } from './activityEvent.ts';

/** How much is fought over one path. */
export interface ContendedPath {
  readonly path: string;
  /** How often it was refused. */
  readonly refusals: number;
  /** How often somebody began to wait for it. */
  readonly waits: number;
  /** How many different ones were refused or had to wait. */
  readonly parties: number;
  /** When that last happened, in milliseconds since the epoch. */
  readonly lastMs: number;
}

interface Clash {
  readonly atMs: number;
  readonly isRefusal: boolean;
  readonly party: string;
  readonly paths: readonly string[];
}

interface Tally {
  refusals: number;
  waits: number;
  lastMs: number;
  readonly clashesByParty: Map<string, number>;
}

const defaultMaxClashes = 20_000;

/** Ranks the paths that were refused or waited for within a span of time, from events as they come. */
export class ContentionRanking {
  /** By time, oldest first. */
  private clashes: Clash[] = [];
  private readonly tallies = new Map<string, Tally>();

  /** @param maxClashes of more, the oldest are forgotten whatever their age */
  constructor(
    private readonly spanMs: number,
    private readonly maxClashes = defaultMaxClashes,
  ) {}

  /** Takes note of an event; most kinds say nothing about contention. */
  add(event: ActivityEvent): void {
    if (event.kind !== 'lock-refused' && event.kind !== 'lock-waited') return;
    const { atMs, kind, actor, paths } = event;
    const clash = {
      atMs,
      isRefusal: kind === 'lock-refused',
      party: partyKey(actor),
      paths: [...new Set(paths)],
    };
    // Events come nearly in order, so the place is nearly always the end.
    let place = this.clashes.length;
    while (place > 0 && (this.clashes[place - 1]?.atMs ?? 0) > atMs) place -= 1;
    this.clashes.splice(place, 0, clash);
    this.count(clash);
    if (this.clashes.length > this.maxClashes * 1.25) this.forget(this.maxClashes);
  }

  /** The paths of the span that ends now: what was refused and waited for most comes first. */
  ranked(nowMs: number): readonly ContendedPath[] {
    const firstMs = nowMs - this.spanMs;
    const young = this.clashes.findIndex(({ atMs }) => atMs >= firstMs);
    this.forget(young === -1 ? 0 : this.clashes.length - young);
    return [...this.tallies]
      .map(([path, { refusals, waits, lastMs, clashesByParty }]) => {
        return { path, refusals, waits, parties: clashesByParty.size, lastMs };
      })
      .sort(byContention);
  }

  /** Keeps the newest. */
  private forget(keptCount: number): void {
    const forgotten = this.clashes.slice(0, this.clashes.length - keptCount);
    if (forgotten.length === 0) return;
    this.clashes = this.clashes.slice(forgotten.length);
    for (const clash of forgotten) this.discount(clash);
  }

  private count({ atMs, isRefusal, party, paths }: Clash): void {
    for (const path of paths) {
      const tally = this.tallies.get(path) ?? emptyTally();
      this.tallies.set(path, tally);
      if (isRefusal) tally.refusals += 1;
      else tally.waits += 1;
      tally.lastMs = Math.max(tally.lastMs, atMs);
      tally.clashesByParty.set(party, (tally.clashesByParty.get(party) ?? 0) + 1);
    }
  }

  private discount({ isRefusal, party, paths }: Clash): void {
    for (const path of paths) {
      const tally = this.tallies.get(path);
      if (tally === undefined) continue;
      if (isRefusal) tally.refusals -= 1;
      else tally.waits -= 1;
      if (tally.refusals + tally.waits === 0) this.tallies.delete(path);
      const left = (tally.clashesByParty.get(party) ?? 1) - 1;
      if (left === 0) tally.clashesByParty.delete(party);
      else tally.clashesByParty.set(party, left);
    }
  }
}

function emptyTally(): Tally {
  return { refusals: 0, waits: 0, lastMs: Number.NEGATIVE_INFINITY, clashesByParty: new Map() };
}

function byContention(a: ContendedPath, b: ContendedPath): number {
  return (
    b.refusals + b.waits - (a.refusals + a.waits) ||
    b.parties - a.parties ||
    b.lastMs - a.lastMs ||
    (a.path < b.path ? -1 : 1)
  );
}

/** A session stays the same where its number of a holder does not. */
function partyKey({ sessionId, holderId, name }: ActivityParty): string {
  if (sessionId !== undefined) return `session ${sessionId}`;
  return holderId === undefined ? `name ${name}` : `holder ${holderId}`;
}
