const lookEveryMs = 3000;
/** So many transcripts are looked at in one go. */
const mostAtOnce = 40;
/** After an event there is one look at once and one later, for what is written after it. */
const looksPerRequest = 2;

/** Whose transcript is to be looked at next: each at most every three seconds, and few in one go. */
export class UsageLooks {
  /** How often each is still to be looked at. */
  private readonly left = new Map<string, number>();
  private readonly lastMs = new Map<string, number>();

  get hasRequests(): boolean {
    return this.left.size > 0;
  }

  /** There is something new to be seen of an agent. */
  request(id: string): void {
    this.left.set(id, looksPerRequest);
  }

  /** True when no look followed the last request. */
  isFresh(id: string): boolean {
    return this.left.get(id) === looksPerRequest;
  }

  /** An agent is being looked at. */
  note(id: string, nowMs: number): void {
    this.lastMs.set(id, nowMs);
    const left = (this.left.get(id) ?? 0) - 1;
    if (left > 0) this.left.set(id, left);
    else this.left.delete(id);
  }

  /**
   * Whoever is at work and has news first, then others with news, then who is at work without; each time
   * those who were not looked at for longest. Requests for agents that are not there any more are dropped.
   */
  due(
    ids: Iterable<string>,
    { nowMs, isWorker }: { readonly nowMs: number; readonly isWorker: (id: string) => boolean },
  ): readonly string[] {
    const there = new Set(ids);
    for (const id of this.left.keys()) if (!there.has(id)) this.left.delete(id);
    const due: { readonly id: string; readonly rank: number; readonly lastMs: number }[] = [];
    for (const id of there) {
      const lastMs = this.lastMs.get(id) ?? Number.NEGATIVE_INFINITY;
      if (nowMs - lastMs < lookEveryMs) continue;
      const hasNews = this.left.has(id);
      const isAtWork = isWorker(id);
      if (hasNews || isAtWork) due.push({ id, rank: rankOf(hasNews, isAtWork), lastMs });
    }
    due.sort((a, b) => a.rank - b.rank || compareTimes(a.lastMs, b.lastMs));
    return due.slice(0, mostAtOnce).map(({ id }) => id);
  }
}

function rankOf(hasNews: boolean, isWorker: boolean): number {
  if (hasNews) return isWorker ? 0 : 1;
  return 2;
}

/** Infinities have no difference. */
function compareTimes(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
