import type { AgentEntry } from '../../src/core/agents/agentEntry.ts';
import type { LivenessVerdict } from '../../src/core/agents/liveness.ts';
import type { FileLock } from '../../src/core/locks/fileLock.ts';
import type { LockEnd } from '../../src/core/locks/lockEnd.ts';
import { newHolder, type LockHolder, type LockWait } from '../../src/core/locks/lockHolder.ts';
import { lockKey, type LockPath, type PathRules } from '../../src/core/locks/lockPath.ts';
import type { HeldPath, HolderSnapshot, LockSnapshot } from '../../src/core/locks/lockSnapshot.ts';

export const plainRules: PathRules = { isCaseInsensitive: false, isWindows: false };
export const lockTestNowMs = new Date(2026, 10, 21, 14, 0, 0).getTime();

export interface HeldFields extends Partial<FileLock> {
  readonly path: LockPath;
  readonly end?: Partial<LockEnd> | undefined;
}

/** A lock that was promised for ten minutes, unless it says otherwise. */
export function buildHeld({ end, ...fields }: HeldFields): HeldPath {
  const lock: FileLock = {
    token: 1,
    mode: 'exclusive',
    isSoft: false,
    grantedAtMs: lockTestNowMs,
    refreshedAtMs: lockTestNowMs,
    term: { kind: 'promised', ttlMs: 600_000 },
    reason: undefined,
    ...fields,
  };
  return {
    key: lockKey(lock.path, plainRules),
    lock,
    end: { atMs: lockTestNowMs + 600_000, cause: 'ttl', ...end },
  };
}

export function buildWait(
  ticket: number,
  paths: readonly LockPath[],
  fields: Partial<LockWait> = {},
): LockWait {
  return {
    ticket,
    paths,
    mode: 'exclusive',
    sinceMs: lockTestNowMs,
    untilMs: lockTestNowMs + 60_000,
    process: undefined,
    ...fields,
  };
}

export interface SnapshotFields {
  readonly name?: string;
  readonly identity?: LockHolder['identity'];
  readonly locks?: readonly HeldPath[];
  readonly waits?: readonly LockWait[];
  readonly entry?: AgentEntry;
  readonly chain?: readonly AgentEntry[];
  readonly verdict?: LivenessVerdict;
  readonly isCrashed?: boolean;
  readonly lastSeenMs?: number;
}

/** A holder as a monitor shows it, by default one that gave a name. */
export function buildHolder(id: number, fields: SnapshotFields = {}): HolderSnapshot {
  const locks = [...(fields.locks ?? [])].sort((a, b) => (a.key < b.key ? -1 : 1));
  const waits = fields.waits ?? [];
  const holder: LockHolder = {
    ...newHolder({
      id,
      name: fields.name ?? `holder-${id}`,
      identity: fields.identity ?? { kind: 'name' },
      nowMs: fields.lastSeenMs ?? lockTestNowMs,
    }),
    locks: new Map(locks.map(({ key, lock }) => [key, lock])),
    waits,
  };
  return {
    holder,
    verdict: fields.verdict ?? { liveness: 'unknown', reason: 'no-process' },
    entry: fields.entry,
    chain: fields.chain ?? [],
    isCrashed: fields.isCrashed ?? false,
    locks,
    waits,
    nextEndMs: Number.POSITIVE_INFINITY,
  };
}

export function buildLockSnapshot(
  holders: readonly HolderSnapshot[],
  more: Partial<LockSnapshot> = {},
): LockSnapshot {
  return {
    root: '/repo',
    folder: '/repo/.heddle/file-locks',
    rules: plainRules,
    state: { kind: 'ready' },
    holders,
    broken: [],
    ...more,
  };
}
