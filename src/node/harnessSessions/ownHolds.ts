import { join } from 'node:path';
import type { FileLock } from '../../core/locks/fileLock.ts';
import type { LockHolder } from '../../core/locks/lockHolder.ts';
import { lockKey, type LockPath, type PathRules } from '../../core/locks/lockPath.ts';
import { covers } from '../../core/locks/pathOverlap.ts';
import { isSessionId } from '../../core/agents/sessionId.ts';
import { holderFileName } from '../holderFile.ts';
import { readHolderFile } from './readHolderFile.ts';

/** When it is, and from what age on a lock is to be taken again. */
export interface Freshness {
  readonly nowMs: number;
  readonly maxAgeMs: number;
  /** Whether the process of the holder is known to run; the caller speaks for it. */
  readonly hasProcess: boolean;
}

/** What one session holds, read from its own file without the lock of the store. */
export class OwnHolds {
  /** @param folder the absolute path of `.heddle/file-locks` */
  constructor(
    private readonly folder: string,
    private readonly rules: () => PathRules,
  ) {}

  /** True when there is something that ends with the turn. Undecided means true. */
  mayHold(sessionId: string): boolean {
    const holder = this.read(sessionId);
    if (holder === undefined || holder === 'unreadable') return holder !== undefined;
    const isTurnOpen = holder.turn === 'open' && holder.locks.size === 0;
    return isTurnOpen || [...holder.locks.values()].some(isTurnBound);
  }

  /** True when the session holds all of these exclusively and there is nothing that it has to be told. */
  holds(sessionId: string, paths: readonly LockPath[], at: Freshness): boolean {
    const holder = this.read(sessionId);
    if (holder === undefined || holder === 'unreadable') return false;
    if (holder.turn !== 'open' || holder.state !== 'active') return false;
    const locks = [...holder.locks].filter(
      ([, lock]) => lock.mode === 'exclusive' && !lock.isSoft && isFresh(lock, at),
    );
    return paths.every((path) => {
      const key = lockKey(path, this.rules());
      const covering = locks.filter(([held]) => covers(held, key));
      return covering.length > 0 && covering.every(([, { savedOver }]) => savedOver === undefined);
    });
  }

  /** What hooks took that is older than that, or of a time that is yet to come. */
  agingLocks(sessionId: string, { nowMs, maxAgeMs }: Freshness): readonly LockPath[] {
    const holder = this.read(sessionId);
    if (holder === undefined || holder === 'unreadable') return [];
    return [...holder.locks.values()]
      .filter((lock) => isTurnBound(lock) && Math.abs(nowMs - lock.refreshedAtMs) > maxAgeMs)
      .map(({ path }) => path);
  }

  private read(sessionId: string): LockHolder | 'unreadable' | undefined {
    if (!isSessionId(sessionId)) return undefined;
    const name = holderFileName({ id: 0, identity: { kind: 'session', sessionId } });
    return readHolderFile(join(this.folder, name), this.rules());
  }
}

function isTurnBound(lock: FileLock): boolean {
  return lock.isTurnBound === true;
}

function isFresh(
  { term, refreshedAtMs }: FileLock,
  { nowMs, maxAgeMs, hasProcess }: Freshness,
): boolean {
  const ageMs = Math.abs(nowMs - refreshedAtMs);
  if (ageMs >= maxAgeMs) return false;
  // Only a running process keeps a lock beyond its time.
  return hasProcess || term.kind === 'until-released' || ageMs < term.ttlMs / 2;
}
