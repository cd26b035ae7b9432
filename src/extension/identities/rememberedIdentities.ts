import { parseAgentIdentity, type AgentIdentity } from '../../core/identities/agentIdentity.ts';

/** What a window owned when it was last seen alive. */
export interface RememberedIdentities {
  readonly atMs: number;
  /** By checkout. */
  readonly names: Readonly<Record<string, readonly string[]>>;
}

/** A window that was away for longer is opened anew, and starts nothing. */
const reloadMs = 5 * 60_000;

/** What a window remembers of a moment ago, by checkout. */
export function freshNames(
  value: unknown,
  nowMs: number,
): readonly (readonly [string, readonly AgentIdentity[]])[] {
  if (typeof value !== 'object' || value === null) return [];
  const { atMs, names } = value as Readonly<Record<string, unknown>>;
  const isFresh = typeof atMs === 'number' && Math.abs(nowMs - atMs) < reloadMs;
  if (!isFresh || typeof names !== 'object' || names === null) return [];
  return Object.entries(names).map(
    ([worktree, list]) => [worktree, Array.isArray(list) ? list.flatMap(nameIn) : []] as const,
  );
}

function nameIn(value: unknown): readonly AgentIdentity[] {
  try {
    return [parseAgentIdentity(String(value))];
  } catch {
    return [];
  }
}
