import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeHolder } from '../../core/locks/holderCodec.ts';
import type { LockHolder } from '../../core/locks/lockHolder.ts';
import { lockKey, type LockPath, type PathRules } from '../../core/locks/lockPath.ts';
import { covers } from '../../core/locks/pathOverlap.ts';
import { isSessionId } from '../../core/agents/sessionId.ts';
import { holderFileName, maxHolderBytes } from '../holderFile.ts';

/** A lock that was taken again this recently needs no refreshing. */
export interface Freshness {
  readonly nowMs: number;
  readonly maxAgeMs: number;
}

/** What one session holds, read from its own file without the lock of the store. */
export class OwnHolds {
  /** @param folder the absolute path of `.heddle/file-locks` */
  constructor(
    private readonly folder: string,
    private readonly rules: () => PathRules,
  ) {}

  /** True when there is a file in which something may have to be ended. Undecided means true. */
  mayHold(sessionId: string): boolean {
    const text = this.read(sessionId);
    if (text === undefined) return false;
    const holder = this.decode(text);
    return holder === undefined || holder.turn === 'open' || holder.locks.size > 0;
  }

  /**
   * True when the session holds all of these exclusively and there is nothing that it has to be told. Its
   * process must be known to run: the caller speaks for it.
   */
  holds(sessionId: string, paths: readonly LockPath[], { nowMs, maxAgeMs }: Freshness): boolean {
    const text = this.read(sessionId);
    const holder = text === undefined ? undefined : this.decode(text);
    if (holder?.turn !== 'open' || holder.state !== 'active') return false;
    const locks = [...holder.locks].filter(
      ([, lock]) => lock.mode === 'exclusive' && Math.abs(nowMs - lock.refreshedAtMs) < maxAgeMs,
    );
    return paths.every((path) => {
      const key = lockKey(path, this.rules());
      const covering = locks.filter(([held]) => covers(held, key));
      return covering.length > 0 && covering.every(([, { savedOver }]) => savedOver === undefined);
    });
  }

  private decode(text: string): LockHolder | undefined {
    try {
      const decoded = decodeHolder(JSON.parse(text), this.rules());
      return 'holder' in decoded ? decoded.holder : undefined;
    } catch {
      return undefined;
    }
  }

  private read(sessionId: string): string | undefined {
    if (!isSessionId(sessionId)) return undefined;
    const name = holderFileName({ id: 0, identity: { kind: 'session', sessionId } });
    const path = join(this.folder, name);
    try {
      const stats = lstatSync(path);
      if (!stats.isFile() || stats.size > maxHolderBytes) return undefined;
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  }
}
