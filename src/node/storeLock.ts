import { fstatSync, lstatSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lock as lockDirectory } from 'proper-lockfile';
import { errorCode, errorText } from '../base/errorText.ts';
import { RegistryError } from '../core/agents/registryError.ts';
import { loadKernelLock, type HeldKernelLock, type KernelLock } from './flock.ts';

/** The exclusive right to write to a store. */
export interface StoreLock {
  /** @throws RegistryError `io` when the lock file was replaced, so that another may hold a lock too */
  assertStillHeld(): void;
  release(): Promise<void>;
}

export interface StoreLockOptions {
  /** How long to wait for another holder, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** For tests: instead of the kernel's lock. */
  readonly loadKernelLock?: (() => Promise<KernelLock>) | undefined;
}

/** Beside the lock, in a store that was opened in portable mode for everyone. */
export const portableMarkerName = '.portable';

const defaultTimeoutMs = 5000;
const minPollMs = 2;
const maxPollMs = 50;
/** A portable lock whose holder died is taken over after this long. */
const portableStaleMs = 4000;

/**
 * Takes the write lock of a store: the kernel's lock on `path`, which Heddle takes as well. In a
 * store marked as portable, a lock directory besides. Polls without blocking the event loop.
 * @throws RegistryError `lock-timeout` after the limit, `lock-unavailable` where there is no lock
 */
export async function acquireStoreLock(
  path: string,
  options: StoreLockOptions = {},
): Promise<StoreLock> {
  const deadline = performance.now() + (options.timeoutMs ?? defaultTimeoutMs);
  const portable = isPortable(path) ? await acquirePortable(path, deadline) : undefined;
  try {
    const held = await acquireKernelLock(path, deadline, portable !== undefined, options);
    return {
      assertStillHeld: () => held && assertSameFile(path, held),
      release: async () => {
        held?.release();
        await portable?.();
      },
    };
  } catch (error) {
    await portable?.();
    throw error;
  }
}

async function acquireKernelLock(
  path: string,
  deadline: number,
  isOptional: boolean,
  options: StoreLockOptions,
): Promise<HeldKernelLock | undefined> {
  const lock = await loadOrRefuse(path, isOptional, options);
  if (lock === undefined) return undefined;

  for (let attempt = 0; ; attempt += 1) {
    const held = await tryOnce(path, lock);
    if (held !== undefined) {
      if (isSameFile(path, held)) return held;
      // The folder was removed and made again between opening and locking.
      held.release();
      continue;
    }
    const remainingMs = deadline - performance.now();
    if (remainingMs <= 0) throw lockTimeout(path);
    await delay(Math.min(pollDelayMs(attempt), remainingMs));
  }
}

async function tryOnce(path: string, lock: KernelLock): Promise<HeldKernelLock | undefined> {
  try {
    return lock.tryAcquire(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw lockUnavailable(path, error);
    await mkdir(dirname(path), { recursive: true });
    return lock.tryAcquire(path);
  }
}

async function loadOrRefuse(
  path: string,
  isOptional: boolean,
  options: StoreLockOptions,
): Promise<KernelLock | undefined> {
  try {
    return await (options.loadKernelLock ?? loadKernelLock)();
  } catch (error) {
    if (isOptional) return undefined;
    throw lockUnavailable(path, error);
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

function assertSameFile(path: string, held: HeldKernelLock): void {
  if (isSameFile(path, held)) return;
  throw new RegistryError(
    'io',
    `${dirname(path)} was removed or replaced while it was being written. Nothing was written; try again.`,
    { file: path },
  );
}

function isPortable(path: string): boolean {
  try {
    return lstatSync(join(dirname(path), portableMarkerName)).isFile();
  } catch {
    return false;
  }
}

/** A directory beside the lock file; never `.lock` itself, which Heddle needs to be a file. */
async function acquirePortable(path: string, deadline: number): Promise<() => Promise<void>> {
  const lockfilePath = join(dirname(path), `${basename(path)}.portable`);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await lockDirectory(dirname(path), {
        lockfilePath,
        stale: portableStaleMs,
        update: portableStaleMs / 4,
        realpath: false,
        // The fence is `assertStillHeld` and the re-read under the lock, not a throw from a timer.
        onCompromised: () => undefined,
      });
    } catch (error) {
      if (errorCode(error) !== 'ELOCKED') throw lockUnavailable(path, error);
      const remainingMs = deadline - performance.now();
      if (remainingMs <= 0) throw lockTimeout(path);
      await delay(Math.min(pollDelayMs(attempt), remainingMs));
    }
  }
}

function lockTimeout(path: string): RegistryError {
  const holder = describeHolder(path);
  return new RegistryError(
    'lock-timeout',
    `${path} is locked by ${holder ?? 'another process'}, so nothing was changed. Try again; if it stays locked, end that process.`,
    { file: path },
  );
}

function lockUnavailable(path: string, cause: unknown): RegistryError {
  return new RegistryError(
    'lock-unavailable',
    `${path} cannot be locked on this machine (${errorText(cause)}), so nothing is written. ` +
      'Check the permissions of the folder, or open the store for every process with "heddle-agents init --portable".',
    { file: path },
    { cause },
  );
}

/** Who holds the kernel's lock, where the kernel tells (Linux). */
function describeHolder(path: string): string | undefined {
  try {
    const inode = lstatSync(path).ino;
    const pattern = new RegExp(`^\\d+: FLOCK +ADVISORY +WRITE (\\d+) \\S+:${inode} `, 'm');
    const pid = pattern.exec(readFileSync('/proc/locks', 'utf8'))?.[1];
    if (pid === undefined) return undefined;
    const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
    return `process ${pid} (${name})`;
  } catch {
    // Another platform, another pid namespace, or it has just ended.
    return undefined;
  }
}
