import { actorChain } from '../agents/actorChain.ts';
import type { AgentEntry } from '../agents/agentEntry.ts';
import type { ActorLookup } from '../agents/actorChain.ts';
import type { LivenessVerdict } from '../agents/liveness.ts';
import { isWaiting } from './lockConflicts.ts';
import { isCrashed, lockEnd, stands } from './lockEnd.ts';
import type { LockHolder } from './lockHolder.ts';
import type { LockMoment } from './lockMoment.ts';
import type { HeldPath, HolderSnapshot } from './lockSnapshot.ts';

export interface HolderFacts {
  readonly holder: LockHolder;
  readonly verdict: LivenessVerdict;
  readonly entry: AgentEntry | undefined;
  readonly lookup: ActorLookup;
}

/** What a holder looks like at this moment; the object from before where it looks the same. */
export function snapshotHolder(
  facts: HolderFacts,
  previous: HolderSnapshot | undefined,
  moment: LockMoment,
): HolderSnapshot {
  const { holder, verdict, entry, lookup } = facts;
  const { nowMs, config } = moment;
  const chain = entry ? actorChain(lookup, entry.sessionId) : [];
  const locks = heldPaths(facts, previous, moment);
  const waits = holder.waits.filter((wait) => isWaiting(holder, wait, moment));
  const crashed = holder.state !== 'active' || isCrashed(holder, { verdict, config, nowMs });
  if (
    previous?.holder === holder &&
    previous.verdict === verdict &&
    previous.entry === entry &&
    previous.isCrashed === crashed &&
    isSameList(previous.chain, chain) &&
    isSameList(previous.locks, locks) &&
    isSameList(previous.waits, waits)
  ) {
    return previous;
  }
  const nextEndMs = firstEnd({ locks, waits });
  return { holder, verdict, entry, chain, isCrashed: crashed, locks, waits, nextEndMs };
}

function heldPaths(
  { holder, verdict }: HolderFacts,
  previous: HolderSnapshot | undefined,
  { nowMs, config }: LockMoment,
): readonly HeldPath[] {
  const known = new Map(previous?.locks.map((held) => [held.key, held]));
  const held: HeldPath[] = [];
  for (const [key, lock] of holder.locks) {
    const end = lockEnd(holder, lock, { verdict, config });
    if (!stands(end, nowMs)) continue;
    const before = known.get(key);
    const isSame =
      before?.lock === lock && before.end.atMs === end.atMs && before.end.cause === end.cause;
    held.push(isSame ? before : { key, lock, end });
  }
  return held.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** The first instant at which time alone changes what a holder looks like; infinity for never. */
export function nextChange(
  { holder, isCrashed, nextEndMs }: HolderSnapshot,
  { nowMs, config }: Pick<LockMoment, 'nowMs' | 'config'>,
): number {
  const silentAtMs = holder.lastSeenMs + config.agentTimeoutMs + 1;
  return isCrashed || silentAtMs <= nowMs ? nextEndMs : Math.min(silentAtMs, nextEndMs);
}

function firstEnd({ locks, waits }: Pick<HolderSnapshot, 'locks' | 'waits'>): number {
  return Math.min(
    ...waits.map(({ untilMs }) => untilMs),
    locks.reduce((least, { end }) => Math.min(least, end.atMs ?? least), Number.POSITIVE_INFINITY),
  );
}

function isSameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
