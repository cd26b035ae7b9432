import { RegistryError } from '../agents/registryError.ts';
import { maxWaitsPerHolder } from './lockConfig.ts';
import { conflictsOf, isWaiting } from './lockConflicts.ts';
import { lockEvent, partyOfHolder } from './lockEvents.ts';
import type { LockHolder, LockWait } from './lockHolder.ts';
import type { LockMoment } from './lockMoment.ts';
import {
  assertDuration,
  checkRequest,
  type LockConflict,
  type LockRequest,
} from './lockRequest.ts';
import { keyOf, type LockBook, type LockView } from './lockTable.ts';
import { nextToken } from './nextToken.ts';
import { beat } from './registering.ts';

export type WaitOutcome =
  | { readonly kind: 'queued'; readonly ticket: number; readonly ahead: readonly LockHolder[] }
  /** Nobody in this round would ever move; the waiters in it, beginning with the one who asks. */
  | {
      readonly kind: 'deadlock';
      readonly cycle: readonly LockHolder[];
      readonly conflicts: readonly LockConflict[];
    };

/**
 * Takes a place at the end of the queue for the paths of a request that was refused.
 * @throws RegistryError `invalid-path`, `invalid-ttl`
 */
export function enqueue(
  book: LockBook,
  {
    request,
    ...wait
  }: {
    readonly request: LockRequest;
    readonly limitMs: number;
    readonly process: LockWait['process'];
  },
  moment: LockMoment,
): WaitOutcome {
  assertDuration(wait.limitMs, 'The time to wait');
  const { nowMs } = moment;
  const checked = checkRequest(request, {
    config: moment.config,
    keyOf: (path) => keyOf(path, book.rules),
  });
  const holder = beat(book, request.holderId, moment);
  const conflicts = conflictsOf(book, checked, moment);
  const cycle = findCycle(book, { holder, conflicts }, moment);
  if (cycle !== undefined) {
    recordWait(holder, { kind: 'lock-refused', conflicts, cause: 'deadlock' }, moment);
    return { kind: 'deadlock', cycle, conflicts };
  }
  const ticket = nextToken(book.lastToken, nowMs);
  const queued: LockWait = {
    ticket,
    paths: [...checked.paths.values()],
    mode: checked.mode,
    sinceMs: nowMs,
    untilMs: nowMs + Math.round(wait.limitMs),
    process: wait.process,
  };
  const waits = [...holder.waits.filter((each) => isWaiting(holder, each, moment)), queued];
  assertWaitCount(waits.length);
  book.put({ ...holder, waits, lastToken: Math.max(holder.lastToken, ticket) });
  recordWait(holder, { kind: 'lock-waited', conflicts, cause: undefined }, moment);
  return { kind: 'queued', ticket, ahead: [...new Set(conflicts.map((each) => each.holder))] };
}

function assertWaitCount(count: number): void {
  if (count <= maxWaitsPerHolder) return;
  const message = `One holder may wait in at most ${maxWaitsPerHolder} places. Give up a wait, or wait for a folder.`;
  throw new RegistryError('invalid-holder', message);
}

/** Leaves the queue; nothing when the place is gone already. */
export function leaveQueue(book: LockBook, holderId: number, ticket: number): void {
  const holder = book.get(holderId);
  if (holder === undefined) return;
  const waits = holder.waits.filter((wait) => wait.ticket !== ticket);
  if (waits.length !== holder.waits.length) book.put({ ...holder, waits });
}

/**
 * The round of holders in which each waits for the next, if a wait of `holder` for what these conflicts
 * hold would close one. A holder that waits counts as waiting with everything it has.
 */
function findCycle(
  view: LockView,
  {
    holder,
    conflicts,
  }: { readonly holder: LockHolder; readonly conflicts: readonly LockConflict[] },
  moment: LockMoment,
): readonly LockHolder[] | undefined {
  const seen = new Set<number>();
  const search = (
    current: LockHolder,
    path: readonly LockHolder[],
  ): readonly LockHolder[] | undefined => {
    if (current.id === holder.id) return path;
    if (seen.has(current.id)) return undefined;
    seen.add(current.id);
    for (const next of blockersOf(view, current, moment)) {
      const cycle = search(next, [...path, current]);
      if (cycle) return cycle;
    }
    return undefined;
  };
  for (const { holder: blocker } of conflicts) {
    const cycle = search(blocker, [holder]);
    if (cycle) return cycle;
  }
  return undefined;
}

/** Whoever stands in the way of what a holder waits for, by the rules for granting it. */
export function blockersOf(
  view: LockView,
  holder: LockHolder,
  moment: LockMoment,
): readonly LockHolder[] {
  const blockers = new Set<LockHolder>();
  for (const wait of holder.waits) {
    if (!isWaiting(holder, wait, moment)) continue;
    const paths = new Map(wait.paths.map((path) => [keyOf(path, view.rules), path]));
    const request = { holderId: holder.id, paths, mode: wait.mode, ticket: wait.ticket };
    for (const conflict of conflictsOf(view, request, moment)) blockers.add(conflict.holder);
  }
  return [...blockers];
}

function recordWait(
  holder: LockHolder,
  {
    kind,
    conflicts,
    cause,
  }: {
    readonly kind: 'lock-waited' | 'lock-refused';
    readonly conflicts: readonly LockConflict[];
    readonly cause: string | undefined;
  },
  moment: LockMoment,
): void {
  const [first] = conflicts;
  const paths = [...new Set(conflicts.map(({ path }) => path))];
  const other = first && partyOfHolder(first.holder);
  moment.record(lockEvent(kind, holder, { atMs: moment.nowMs, paths, other, cause }));
}
