import { fstatSync, lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode } from '../base/errorText.ts';
import { RegistryError } from '../core/agents/registryError.ts';
import { loadKernelLock, type HeldKernelLock, type KernelLock } from './flock.ts';
import { lockTimeout, lockUnavailable } from './lockErrors.ts';
import { makeStateFolder } from './makeStateFolder.ts';
import { isPortable, tryPortableLock } from './portableLock.ts';

/** The exclusive right to write to a store. */
export interface StoreLock {
  /** @throws RegistryError `io` when another may hold a lock by now, so that nothing may be written */
  assertStillHeld(): void;
  release(): Promise<void>;
}

export interface StoreLockOptions {
  /** How long to wait for another holder, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** A file outside the store that marks it as portable as well, absolute. */
  readonly portableMarker?: string | undefined;
  /** For tests: instead of the kernel's lock. */
  readonly loadKernelLock?: (() => Promise<KernelLock>) | undefined;
}

const defaultTimeoutMs = 5000;
const minPollMs = 2;
const maxPollMs = 12;

/**
 * Takes the write lock of one store: the kernel's lock on its file, which Heddle takes as well. In a
 * store marked as portable, a lock directory besides, always before it.
 */
export class StoreLocker {
  private kernelLock: Promise<KernelLock> | undefined;

  /** @param path the lock file, absolute; its folder is made when it is missing */
  constructor(
    private readonly path: string,
    private readonly options: StoreLockOptions = {},
  ) {}

  /**
   * Polls without blocking the event loop.
   * @throws RegistryError `lock-timeout` after the limit, `lock-unavailable` where there is no lock
   */
  async acquire(): Promise<StoreLock> {
    const deadline = performance.now() + (this.options.timeoutMs ?? defaultTimeoutMs);
    if (!isPortable(this.path, this.options.portableMarker)) {
      const held = await this.poll(deadline, () => this.tryKernelLock());
      return {
        assertStillHeld: () => this.assert(isSameFile(this.path, held)),
        release: () => {
          held.release();
          return Promise.resolve();
        },
      };
    }
    const portable = await this.poll(deadline, () => tryPortableLock(this.path));
    try {
      const held = await this.poll(deadline, () => this.tryOptionalKernelLock());
      return {
        assertStillHeld: () => this.assert(portable.isStillHeld()),
        release: async () => {
          held.release();
          await portable.release();
        },
      };
    } catch (error) {
      await portable.release();
      throw error;
    }
  }

  private async poll<T>(deadline: number, attempt: () => Promise<T | undefined>): Promise<T> {
    for (let count = 0; ; count += 1) {
      const result = await attempt();
      if (result !== undefined) return result;
      const remainingMs = deadline - performance.now();
      if (remainingMs <= 0) throw lockTimeout(this.path);
      await delay(Math.min(pollDelayMs(count), remainingMs));
    }
  }

  private async tryKernelLock(): Promise<HeldKernelLock | undefined> {
    try {
      const held = (await this.loadOnce()).tryAcquire(this.path);
      if (held === undefined || isSameFile(this.path, held)) return held;
      // The folder was removed and made again between opening and locking.
      held.release();
      return undefined;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw lockUnavailable(this.path, error);
      await makeStateFolder(dirname(this.path)).catch((cause: unknown) => {
        throw lockUnavailable(this.path, cause);
      });
      return undefined;
    }
  }

  /** In portable mode the directory excludes; the kernel's lock is for Heddle, where it works. */
  private async tryOptionalKernelLock(): Promise<HeldKernelLock | undefined> {
    try {
      return await this.tryKernelLock();
    } catch {
      return { fd: undefined, release: () => undefined };
    }
  }

  private loadOnce(): Promise<KernelLock> {
    this.kernelLock ??= (this.options.loadKernelLock ?? loadKernelLock)();
    return this.kernelLock;
  }

  private assert(isHeld: boolean): void {
    if (isHeld) return;
    throw new RegistryError(
      'io',
      `${dirname(this.path)} was removed, replaced or taken over while it was being written. Nothing was written; try again.`,
      { file: this.path },
    );
  }
}

/** Jittered, so that many waiters do not wake in step. */
function pollDelayMs(attempt: number): number {
  const ceiling = Math.min(maxPollMs, minPollMs * 2 ** Math.min(attempt, 6));
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}

function isSameFile(path: string, held: HeldKernelLock): boolean {
  if (held.fd === undefined) return true;
  try {
    const now = lstatSync(path);
    const locked = fstatSync(held.fd);
    return now.ino === locked.ino && now.dev === locked.dev;
  } catch {
    // The path names nothing any more.
    return false;
  }
}
