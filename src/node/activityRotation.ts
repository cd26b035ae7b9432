import { lstatSync, renameSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { errorCode } from '../base/errorText.ts';
import { isRegistryError } from '../core/agents/registryError.ts';
import {
  currentActivityFile,
  maxRotatedAtMs,
  rotatedFiles,
  rotatedName,
} from './activityFolder.ts';
import { StoreLocker, type StoreLock } from './storeLock.ts';

/** What a log may take up. */
export interface ActivityLimits {
  /** A file that is larger is set aside. */
  readonly maxFileBytes: number;
  /** The one that is being written included. */
  readonly maxFiles: number;
  /** How long a full file is kept. */
  readonly maxAgeMs: number;
}

export const defaultActivityLimits: ActivityLimits = {
  maxFileBytes: 1024 * 1024,
  maxFiles: 8,
  maxAgeMs: 30 * 24 * 60 * 60_000,
};

/** Whoever finds the lock taken leaves the work to its holder. */
const lockTimeoutMs = 0;

/** Keeps a log within its limits. */
export class ActivityRotation {
  private readonly locker: StoreLocker;

  constructor(
    private readonly folder: string,
    private readonly limits: ActivityLimits,
    private readonly clock: Clock,
  ) {
    this.locker = new StoreLocker(join(folder, '.lock'), { timeoutMs: lockTimeoutMs });
  }

  /** Sets the current file aside when it is full, unless another process is at it. @throws system errors */
  async rotate(): Promise<void> {
    const lock = await this.tryLock();
    if (lock === 'busy') return;
    try {
      this.setAside();
      this.removeOld();
    } finally {
      await lock?.release();
    }
  }

  /** Removes the oldest of too many files, and those that are too old. @throws system errors */
  removeOld(): void {
    const oldest = this.clock.now() - this.limits.maxAgeMs;
    const files = rotatedFiles(this.folder);
    const excess = files.length - (this.limits.maxFiles - 1);
    files.forEach(({ name, rotatedAtMs }, i) => {
      if (i < excess || rotatedAtMs < oldest) this.remove(name);
    });
  }

  /**
   * Undefined where there are no locks: without one, two processes may set a file aside at once, which
   * makes a small file and loses nothing.
   */
  private async tryLock(): Promise<StoreLock | 'busy' | undefined> {
    try {
      return await this.locker.acquire();
    } catch (error) {
      if (isRegistryError(error) && error.code === 'lock-timeout') return 'busy';
      return undefined;
    }
  }

  private setAside(): void {
    const path = join(this.folder, currentActivityFile);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    // Another process may have done it already.
    if (stats === undefined || !stats.isFile() || stats.size <= this.limits.maxFileBytes) return;
    // Names stay in the order of the files, also when the clock goes backwards.
    const newestMs = rotatedFiles(this.folder).at(-1)?.rotatedAtMs ?? 0;
    const rotatedAtMs = Math.min(Math.max(this.clock.now(), newestMs + 1), maxRotatedAtMs);
    try {
      renameSync(path, join(this.folder, rotatedName(rotatedAtMs, process.pid)));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }

  private remove(name: string): void {
    try {
      unlinkSync(join(this.folder, name));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }
}
