import type { AgentSnapshot } from '../core/agents/registrySnapshot.ts';
import { addCosts, noCost, type UsageCost } from '../core/harness/usage/usageCost.ts';
import type { ShownUsage } from './usageShown.ts';

/** What agents of earlier days had cost when they were first seen on a day. */
export interface DayStart {
  /** `2026-11-21`, in the zone of the person. */
  readonly day: string;
  /** Millionths of a US dollar, by session id. */
  readonly micros: Readonly<Record<string, number>>;
}

export interface SpentToday {
  readonly cost: UsageCost;
  /** The same object when there was nothing to remember. */
  readonly dayStart: DayStart;
}

/**
 * What all agents of a repository have spent today, each by itself. Of one that began on an earlier day
 * only what was added since it was first seen today: nobody recorded what it had cost at midnight.
 */
export function spentToday(
  agents: readonly AgentSnapshot[],
  {
    usageOf,
    before,
    nowMs,
  }: {
    readonly usageOf: (agent: AgentSnapshot) => ShownUsage | undefined;
    readonly before: DayStart | undefined;
    readonly nowMs: number;
  },
): SpentToday {
  const day = localDay(nowMs);
  let dayStart: DayStart = before?.day === day ? before : { day, micros: {} };
  let cost: UsageCost = noCost;
  const first: Record<string, number> = {};
  for (const agent of agents) {
    const usage = usageOf(agent);
    if (usage === undefined) continue;
    const { sessionId } = agent.entry;
    const own = usage.cost;
    if (localDay(agent.startedAt.epochMs) === day) {
      cost = addCosts(cost, own);
      continue;
    }
    const known = Object.hasOwn(dayStart.micros, sessionId)
      ? dayStart.micros[sessionId]
      : undefined;
    if (known === undefined) first[sessionId] = own.atLeastMicrosUsd;
    else cost = addCosts(cost, since(own, known));
  }
  if (Object.keys(first).length > 0) {
    dayStart = { day, micros: { ...dayStart.micros, ...first } };
  }
  return { cost, dayStart };
}

function since(cost: UsageCost, micros: number): UsageCost {
  const added = Math.max(0, cost.atLeastMicrosUsd - micros);
  // What has no price may have been used before; nothing added is nothing.
  if (added === 0) return noCost;
  return {
    ...cost,
    microsUsd: cost.microsUsd === undefined ? undefined : added,
    atLeastMicrosUsd: added,
  };
}

/** The day of an instant where the person is. */
export function localDay(ms: number): string {
  const at = new Date(ms);
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
}

/** Reads what was kept; undefined for anything else. */
export function parseDayStart(value: unknown): DayStart | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { day, micros } = value as Partial<Record<keyof DayStart, unknown>>;
  if (typeof day !== 'string' || typeof micros !== 'object' || micros === null) return undefined;
  const amounts = Object.entries(micros).filter(
    (pair): pair is [string, number] => typeof pair[1] === 'number' && Number.isFinite(pair[1]),
  );
  return { day, micros: Object.fromEntries(amounts) };
}
