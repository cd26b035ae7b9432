import type { HookPorts } from './hookPorts.ts';

/**
 * Refreshes what hooks took for the agents of a session long ago: an agent that is at work keeps its
 * locks, also while it edits other files or waits for its children. It never fails; the next event
 * tries again.
 */
export async function keepLocks(ports: HookPorts): Promise<void> {
  for (const { entryId, phase } of ports.record.state?.agents.values() ?? []) {
    if (phase !== 'working' && phase !== 'waiting') continue;
    const paths = ports.agingLocks(entryId);
    if (paths.length > 0) await refresh(entryId, paths, ports).catch(() => undefined);
  }
}

async function refresh(
  entryId: string,
  paths: readonly string[],
  ports: Pick<HookPorts, 'locks' | 'record' | 'settings'>,
): Promise<void> {
  const ref = { kind: 'session', sessionId: entryId } as const;
  const wish = { isTurnBound: true, ...termOf(ports) };
  const outcome = await ports.locks.lock(ref, { paths, ...wish });
  if (outcome.kind === 'granted' || paths.length === 1) return;
  // Somebody has one of them by now. That is no reason to lose the others.
  for (const path of paths) await ports.locks.lock(ref, { paths: [path], ...wish });
}

const shortestTtlMs = 1000;

/** Of whom no process is known, only time can tell when it is gone. */
export function termOf({ record, settings }: Pick<HookPorts, 'record' | 'settings'>): {
  readonly ttlMs?: number;
} {
  const hasProcess = record.state?.header.process !== undefined;
  return hasProcess ? {} : { ttlMs: Math.max(shortestTtlMs, settings.lockTtlMs) };
}
