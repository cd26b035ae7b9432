import type { ActivityEvent } from '../core/activity/activityEvent.ts';
import type { ActivityPage, ActivityQuery } from '../core/activity/activityLog.ts';
import type { OpenActivityFile } from './activityFolder.ts';
import { readBackwards } from './activityLines.ts';

type Collected = Omit<ActivityPage, 'position'>;

/** The newest events that are asked for. It reads no further back than it must. */
export async function collectNewest(
  files: readonly OpenActivityFile[],
  query: ActivityQuery,
): Promise<Collected> {
  const newestFirst: ActivityEvent[] = [];
  let skippedLines = 0;
  let skippedFiles = 0;
  const { limit = Number.POSITIVE_INFINITY } = query;
  search: for (const file of limit > 0 ? [...files].reverse() : []) {
    try {
      for await (const { events, skipped } of readBackwards(file)) {
        skippedLines += skipped;
        newestFirst.push(...matching(events, query).reverse());
        if (newestFirst.length >= limit || isAllBefore(events, query.sinceMs)) break search;
      }
    } catch {
      skippedFiles += 1;
    }
  }
  return { events: inOrder(newestFirst.slice(0, limit)), skippedLines, skippedFiles };
}

function matching(
  events: readonly ActivityEvent[],
  { sinceMs = Number.NEGATIVE_INFINITY, matches }: ActivityQuery,
): ActivityEvent[] {
  return events.filter((event) => event.atMs >= sinceMs && (matches?.(event) ?? true));
}

/** Who is quicker to record may have been later to act, so time decides where it can. */
function inOrder(newestFirst: readonly ActivityEvent[]): readonly ActivityEvent[] {
  return [...newestFirst].reverse().sort((a, b) => a.atMs - b.atMs);
}

/** One old event proves nothing: several processes write, and clocks are set back. */
function isAllBefore(events: readonly ActivityEvent[], sinceMs: number | undefined): boolean {
  if (sinceMs === undefined || events.length === 0) return false;
  return events.every(({ atMs }) => atMs < sinceMs);
}
