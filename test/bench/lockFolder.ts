import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newHolder, type LockHolder } from '../../src/core/locks/lockHolder.ts';
import type { FileLock } from '../../src/core/locks/fileLock.ts';
import { holderFileName, holderFileText } from '../../src/node/holderFile.ts';

export interface LockFolder {
  readonly root: string;
  readonly folder: string;
}

export const holderCount = 1000;
export const locksPerHolder = 10;

/** A root in which a thousand holders hold ten files each for hours, in a tree of folders. */
export function makeLockFolder(): LockFolder {
  const root = mkdtempSync(join(tmpdir(), 'heddle-bench-'));
  const folder = join(root, '.heddle', 'file-locks');
  mkdirSync(folder, { recursive: true });
  const nowMs = Date.now();
  for (let id = 1; id <= holderCount; id += 1) {
    const holder = benchHolder(id, nowMs);
    writeFileSync(join(folder, holderFileName(holder)), holderFileText(holder));
  }
  return { root, folder };
}

export function benchPath(id: number, i: number): string {
  return `packages/p${id % 50}/src/m${id}/file${i}.ts`;
}

function benchHolder(id: number, nowMs: number): LockHolder {
  const locks = new Map<string, FileLock>();
  for (let i = 0; i < locksPerHolder; i += 1) {
    const path = benchPath(id, i);
    locks.set(path, {
      path,
      token: nowMs - 100_000 + id * locksPerHolder + i,
      mode: 'exclusive',
      isSoft: false,
      grantedAtMs: nowMs,
      refreshedAtMs: nowMs,
      term: { kind: 'promised', ttlMs: 6 * 3_600_000 },
      reason: 'Refactor the session handling',
    });
  }
  const holder = newHolder({ id, name: `agent ${id}`, identity: { kind: 'name' }, nowMs });
  return { ...holder, locks };
}
