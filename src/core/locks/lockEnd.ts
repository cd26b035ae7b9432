import type { LivenessReason, LivenessVerdict } from '../agents/liveness.ts';
import type { FileLock } from './fileLock.ts';
import type { LockConfig } from './lockConfig.ts';
import type { LockHolder } from './lockHolder.ts';

/** Why a lock ends when it does. */
export type EndCause =
  /** Its time is over. */
  | 'ttl'
  /** Its holder was silent for too long. */
  | 'silent'
  /** Its holder runs, but has not touched it for so long that it was forgotten. */
  | 'age-cap'
  /** Its holder's process is provably gone. */
  | LivenessReason;

/** When a lock ends as far as anybody can know now. */
export interface LockEnd {
  /** First instant at which it does not stand; undefined for one that lasts until it is released. */
  readonly atMs: number | undefined;
  readonly cause: EndCause;
}

/**
 * Who decides that a lock is over is whoever looks, from evidence: a holder that is provably gone has
 * lost it at once; a running one with an open turn keeps it, whatever the clock says, up to an age; of
 * the others time decides. A window may be gone for a moment while it is being reloaded, so for it
 * silence decides instead of its process.
 */
export function lockEnd(
  holder: LockHolder,
  lock: FileLock,
  { verdict, config }: { readonly verdict: LivenessVerdict; readonly config: LockConfig },
): LockEnd {
  const { refreshedAtMs, term } = lock;
  const silentAtMs = holder.lastSeenMs + config.agentTimeoutMs;
  const isRunning = verdict.liveness === 'alive';
  if (holder.identity.kind === 'window') {
    const lapse = term.kind === 'until-released' ? undefined : refreshedAtMs + term.ttlMs;
    if (isRunning) return { atMs: lapse, cause: 'ttl' };
    return earlier({ atMs: lapse, cause: 'ttl' }, { atMs: silentAtMs, cause: 'silent' });
  }
  if (verdict.liveness === 'dead') return { atMs: Number.NEGATIVE_INFINITY, cause: verdict.reason };
  if (term.kind === 'until-released') return { atMs: undefined, cause: 'ttl' };

  const ttlEndMs = refreshedAtMs + term.ttlMs;
  if (isRunning && holder.turn === 'open') {
    const capMs = refreshedAtMs + config.maxLockAgeMs;
    return ttlEndMs > capMs ? { atMs: ttlEndMs, cause: 'ttl' } : { atMs: capMs, cause: 'age-cap' };
  }
  if (term.kind === 'promised' || ttlEndMs >= silentAtMs) return { atMs: ttlEndMs, cause: 'ttl' };
  return { atMs: silentAtMs, cause: 'silent' };
}

/** False from the very instant at which it ends. */
export function stands(end: LockEnd, nowMs: number): boolean {
  return end.atMs === undefined || end.atMs > nowMs;
}

function earlier(a: LockEnd, b: LockEnd): LockEnd {
  return a.atMs === undefined || (b.atMs !== undefined && b.atMs < a.atMs) ? b : a;
}

/**
 * True when a holder counts as crashed: provably gone, or silent for longer than the limit although
 * nothing that it holds allows for that. Exactly at the limit it does not yet.
 */
export function isCrashed(
  holder: LockHolder,
  {
    verdict,
    config,
    nowMs,
  }: { readonly verdict: LivenessVerdict; readonly config: LockConfig; readonly nowMs: number },
): boolean {
  if (verdict.liveness === 'alive') return false;
  if (verdict.liveness === 'dead' && holder.identity.kind !== 'window') return true;
  if (nowMs - holder.lastSeenMs <= config.agentTimeoutMs) return false;
  for (const lock of holder.locks.values()) {
    if (!lock.isSoft && stands(lockEnd(holder, lock, { verdict, config }), nowMs)) return false;
  }
  return true;
}
