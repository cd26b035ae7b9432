import type { LivenessVerdict } from '../core/agents/liveness.ts';
import type { EndedLock, FileLock, SavedOver } from '../core/locks/fileLock.ts';
import type { LockCheck } from '../core/locks/lockCheck.ts';
import { sessionIdOf, type LockHolder, type LockWait } from '../core/locks/lockHolder.ts';
import type { LockConflict, LockGrant } from '../core/locks/lockRequest.ts';
import type { BrokenHolder } from '../core/locks/lockStore.ts';
import type { EndedHold } from '../core/locks/releasing.ts';
import type { JsonValue } from './agentJson.ts';

/** Whatever is not known or does not apply is null. */
type JsonObject = Readonly<Record<string, JsonValue>>;

type NamedHolder = Pick<LockHolder, 'id' | 'name' | 'identity'>;

/** Who a holder is, with its number as `agent`. */
export function holderToJson(holder: NamedHolder): JsonObject {
  return {
    agent: holder.id,
    session_id: sessionIdOf(holder) ?? null,
    name: holder.name,
  };
}

/** A path that was granted. */
export function grantToJson({ path, lock, expiresAtMs, savedOver }: LockGrant): JsonObject {
  return {
    path,
    token: lock.token,
    expires_at_ms: toInstant(expiresAtMs),
    mode: lock.mode,
    ...savedOverToJson(savedOver),
  };
}

/** Who else changed what is held; no field where nobody did. */
function savedOverToJson(savedOver: SavedOver | undefined): JsonObject {
  if (savedOver === undefined) return {};
  return { saved_over: { path: savedOver.path, by: savedOver.by, at_ms: savedOver.atMs } };
}

/** A lock and who holds it. Without an instant it lasts until it is released. */
export function lockToJson({
  holder,
  lock,
  expiresAtMs,
  verdict,
}: {
  readonly holder: NamedHolder;
  readonly lock: FileLock;
  readonly expiresAtMs: number | undefined;
  /** On the process of the holder. */
  readonly verdict: LivenessVerdict;
}): JsonObject {
  return {
    path: lock.path,
    mode: lock.mode,
    token: lock.token,
    ...holderToJson(holder),
    granted_at_ms: lock.grantedAtMs,
    expires_at_ms: toInstant(expiresAtMs),
    reason: lock.reason ?? null,
    soft: lock.isSoft,
    liveness: verdict.liveness,
    liveness_reason: verdict.reason,
  };
}

/** A lock that was given back or taken away, as it was. */
export function endedHoldToJson({ holder, lock }: EndedHold): JsonObject {
  return {
    path: lock.path,
    mode: lock.mode,
    token: lock.token,
    ...holderToJson(holder),
    granted_at_ms: lock.grantedAtMs,
    reason: lock.reason ?? null,
    soft: lock.isSoft,
  };
}

/** What stands in the way: `path` is the one that is held, `requested_path` the one that was asked for. */
export function conflictToJson(conflict: LockConflict): JsonObject {
  const { holder, lock, heldPath, path, kind } = conflict;
  return {
    path: heldPath,
    ...holderToJson(holder),
    expires_at_ms: toInstant(conflict.expiresAtMs),
    reason: lock?.reason ?? null,
    mode: lock?.mode ?? null,
    soft: lock?.isSoft ?? false,
    waits_first: kind === 'waits-first',
    requested_path: path,
  };
}

/** A place in a queue; `position` is 1 for whoever is next. */
export function waitToJson(
  holder: NamedHolder,
  { paths, mode, sinceMs, untilMs }: LockWait,
  position: number,
): JsonObject {
  return {
    paths,
    mode,
    ...holderToJson(holder),
    since_ms: sinceMs,
    until_ms: untilMs,
    position,
  };
}

/** Whether a lock stands, and if not, how it ended and who has the path now, as `lockToJson` tells it. */
export function checkToJson(check: LockCheck, takenBy: JsonObject | undefined): JsonObject {
  if (check.kind === 'stands') {
    const { lock, expiresAtMs } = check;
    return {
      stands: true,
      held_path: lock.path,
      mode: lock.mode,
      expires_at_ms: toInstant(expiresAtMs),
      ...savedOverToJson(lock.savedOver),
      ended: null,
      taken_by: null,
    };
  }
  const { ended } = check;
  return {
    stands: false,
    held_path: null,
    mode: null,
    expires_at_ms: null,
    ended: ended ? endedToJson(ended) : null,
    taken_by: takenBy ?? null,
  };
}

export function endedToJson({ path, ending, endedAtMs, by, reason }: EndedLock): JsonObject {
  return {
    path,
    ending,
    ended_at_ms: endedAtMs,
    by: by ?? null,
    reason: reason ?? null,
  };
}

export function brokenHolderToJson({ fileName, problem, lastGood }: BrokenHolder): JsonObject {
  return {
    file: fileName,
    problem,
    ...(lastGood ? holderToJson(lastGood) : { agent: null, session_id: null, name: null }),
  };
}

/** JSON has no infinity. */
function toInstant(atMs: number | undefined): number | null {
  return atMs !== undefined && Number.isFinite(atMs) ? atMs : null;
}
