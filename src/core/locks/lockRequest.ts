import { RegistryError } from '../agents/registryError.ts';
import type { FileLock, LockMode, LockTerm, SavedOver } from './fileLock.ts';
import { maxPathsPerRequest, maxReasonLength, maxTtlMs, type LockConfig } from './lockConfig.ts';
import type { LockHolder } from './lockHolder.ts';
import { parseLockPath, type LockPath } from './lockPath.ts';

/** What somebody wants to hold: all of it or nothing. */
export interface LockRequest {
  readonly holderId: number;
  readonly paths: readonly LockPath[];
  readonly mode?: LockMode | undefined;
  /** Milliseconds for which the holder promises to be silent; without it the default applies. */
  readonly ttlMs?: number | undefined;
  /** Held until it is released or its window is gone. */
  readonly isUntilReleased?: boolean | undefined;
  readonly isSoft?: boolean | undefined;
  /** Given back when the turn of the holder ends. It never weakens a lock that is held already. */
  readonly isTurnBound?: boolean | undefined;
  readonly reason?: string | undefined;
  /** The place in the queue of who has waited. */
  readonly ticket?: number | undefined;
}

/** A request after its input was checked. */
export interface CheckedRequest {
  readonly holderId: number;
  /** By key, each once, in the order in which they were named. */
  readonly paths: ReadonlyMap<string, LockPath>;
  readonly mode: LockMode;
  readonly term: LockTerm;
  readonly isSoft: boolean;
  readonly isTurnBound: boolean;
  readonly reason: string | undefined;
  readonly ticket: number;
}

/** A path that was granted. */
export interface LockGrant {
  readonly path: LockPath;
  readonly lock: FileLock;
  /** First instant at which it will not stand, by what is known now; undefined for none. */
  readonly expiresAtMs: number | undefined;
  /** Somebody else changed it since its holder last took it: it must be read anew. */
  readonly savedOver?: SavedOver | undefined;
}

/** What stands in the way of a path. */
export interface LockConflict {
  /** The path that was asked for. */
  readonly path: LockPath;
  readonly holder: LockHolder;
  /** Held by it, or, with `wait`, first in the queue for it. */
  readonly kind: 'held' | 'waits-first';
  /** The path of the lock or of the queue. */
  readonly heldPath: LockPath;
  readonly lock: FileLock | undefined;
  readonly expiresAtMs: number | undefined;
}

export type LockOutcome =
  | { readonly kind: 'granted'; readonly holder: LockHolder; readonly grants: readonly LockGrant[] }
  | { readonly kind: 'held'; readonly conflicts: readonly LockConflict[] };

/** @throws RegistryError `invalid-path`, `invalid-ttl`, `invalid-holder` (too many paths) */
export function checkRequest(
  request: LockRequest,
  { config, keyOf }: { readonly config: LockConfig; readonly keyOf: (path: LockPath) => string },
): CheckedRequest {
  const paths = new Map<string, LockPath>();
  for (const path of parsePaths(request.paths)) {
    const key = keyOf(path);
    if (!paths.has(key)) paths.set(key, path);
  }
  return {
    holderId: request.holderId,
    paths,
    mode: request.mode ?? 'exclusive',
    term: termOf(request, config),
    isSoft: request.isSoft ?? false,
    isTurnBound: request.isTurnBound ?? false,
    reason: cleanReason(request.reason),
    ticket: request.ticket ?? Number.POSITIVE_INFINITY,
  };
}

/** Each path once. @throws RegistryError `invalid-path`, also for none and for too many */
export function parsePaths(texts: readonly string[]): readonly LockPath[] {
  const paths = new Set(texts.map(parseLockPath));
  if (paths.size === 0) {
    throw new RegistryError('invalid-path', 'No path was named. Name at least one.');
  }
  if (paths.size > maxPathsPerRequest) {
    const message = `${paths.size} paths were named at once, but ${maxPathsPerRequest} are the most. Name a folder that contains them.`;
    throw new RegistryError('invalid-path', message);
  }
  return [...paths];
}

/** @throws RegistryError `invalid-ttl` for what is no time, or too long a one */
export function assertDuration(ms: number, what: string): void {
  if (Number.isFinite(ms) && ms >= 1 && ms <= maxTtlMs) return;
  const hours = maxTtlMs / 3_600_000;
  const message = `${what} must be more than 0 and at most ${hours} hours, but it is ${ms} ms.`;
  throw new RegistryError('invalid-ttl', message);
}

function termOf({ ttlMs, isUntilReleased }: LockRequest, config: LockConfig): LockTerm {
  if (isUntilReleased === true) return { kind: 'until-released' };
  if (ttlMs === undefined) return { kind: 'default', ttlMs: config.defaultLockTtlMs };
  assertDuration(ttlMs, 'The time for which a lock is held');
  return { kind: 'promised', ttlMs: Math.round(ttlMs) };
}

/** A reason as it is kept: shortened, and none where it says nothing. */
export function cleanReason(reason: string | undefined): string | undefined {
  const text = reason?.trim();
  return text === undefined || text === '' ? undefined : text.slice(0, maxReasonLength);
}
