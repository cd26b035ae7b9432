import { lstat, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../../base/errorText.ts';
import { SerialQueue } from '../../base/serialQueue.ts';
import { parseAgentIdentity, type AgentIdentity } from '../../core/identities/agentIdentity.ts';
import { isPlainFolder } from '../harnessSessions/plainFile.ts';
import { writeOnce } from '../makeStateFolder.ts';
import { removeOrphanedTemporaries } from '../orphanedTemporaries.ts';
import { readOnlyError } from '../storeErrors.ts';
import { registryMarker } from '../portableLock.ts';
import { StoreLocker, type StoreLock, type StoreLockOptions } from '../storeLock.ts';
import type { ContinuityPlaces } from './continuityPlaces.ts';
import { ownersFolderName } from './ownerFile.ts';
import { TokenFloors } from './tokenFloors.ts';
import type { ContinuityObserver } from './writeSteps.ts';

export interface ContinuityFolderOptions {
  /** Refuse every write, as an untrusted workspace demands. */
  readonly isReadOnly?: boolean | undefined;
  readonly lock?: StoreLockOptions | undefined;
  /** For tests that kill the process at a step of a transaction. */
  readonly observe?: ContinuityObserver | undefined;
}

/** Held while a transaction runs. */
export interface ContinuityTransaction {
  /** @throws RegistryError `io` when another may write by now */
  readonly assertStillHeld: () => void;
  /** Makes the folder of an identity, or one in it, where it is missing. @throws Error, system errors */
  readonly makeFolder: (identity: AgentIdentity, name?: string) => Promise<string>;
}

/** Contents are conversations, so nobody else reads them. */
const privateMode = 0o700;
const defaultTimeoutMs = 10_000;

/**
 * `.heddle/continuity` and the floors outside the checkout, written by one process at a time. There are
 * two locks: the one in the folder excludes whoever shares it, the one outside holds while the folder is
 * being removed.
 */
export class ContinuityFolder {
  readonly floors: TokenFloors;
  readonly path: string;
  private readonly inner: StoreLocker;
  private readonly outer: StoreLocker;
  private readonly transactions = new SerialQueue();
  private readonly swept = new Set<string>();
  private isKnownIgnored = false;

  constructor(
    private readonly places: ContinuityPlaces,
    private readonly options: ContinuityFolderOptions = {},
  ) {
    const lock = { timeoutMs: defaultTimeoutMs, ...options.lock };
    this.path = places.folder;
    this.floors = new TokenFloors(places.outside, options.observe);
    this.inner = new StoreLocker(join(places.folder, '.lock'), lock);
    const portableMarker = registryMarker(dirname(places.folder));
    this.outer = new StoreLocker(places.outside.lock, { ...lock, portableMarker });
  }

  get observe(): ContinuityObserver | undefined {
    return this.options.observe;
  }

  /** The folder of one identity, which need not exist. @throws InvalidIdentity for what could lead anywhere */
  of(identity: AgentIdentity): string {
    return join(this.path, parseAgentIdentity(identity));
  }

  /** Runs `work` alone among all processes. @throws RegistryError when there is no lock, and what `work` throws */
  transact<T>(work: (transaction: ContinuityTransaction) => Promise<T>): Promise<T> {
    if (this.options.isReadOnly === true) return Promise.reject(readOnlyError());
    return this.transactions.run(async () => {
      await this.makeFolders();
      const inner = await this.inner.acquire();
      try {
        const outer = await this.outer.acquire();
        try {
          this.options.observe?.('locked');
          this.sweep(this.path);
          this.sweep(join(this.path, ownersFolderName));
          this.sweep(dirname(this.places.outside.lock));
          return await work(this.transaction(inner, outer));
        } finally {
          await outer.release();
        }
      } finally {
        await inner.release();
      }
    });
  }

  private transaction(inner: StoreLock, outer: StoreLock): ContinuityTransaction {
    const assertStillHeld = (): void => {
      inner.assertStillHeld();
      outer.assertStillHeld();
    };
    return {
      assertStillHeld,
      makeFolder: async (identity, name) => {
        const own = this.of(identity);
        await makePlainFolder(own);
        this.sweep(own);
        if (name === undefined) return own;
        const inside = join(own, name);
        await makePlainFolder(inside);
        this.sweep(inside);
        return inside;
      },
    };
  }

  private async makeFolders(): Promise<void> {
    await mkdir(dirname(this.places.outside.lock), { recursive: true });
    await mkdir(dirname(this.path), { recursive: true });
    const isMade = await makePlainFolder(this.path);
    if (!isMade && this.isKnownIgnored) return;
    await writeOnce(join(this.path, '.gitignore'), '*\n');
    this.isKnownIgnored = true;
  }

  /** What dead writers left, once for each folder; only under the lock, and never through a link. */
  private sweep(folder: string): void {
    if (this.swept.has(folder) || !isPlainFolder(folder)) return;
    this.swept.add(folder);
    removeOrphanedTemporaries(folder);
  }
}

/**
 * True when it was made. @throws system errors, Error when something else stands there: a link would lead
 * out of the repository
 */
export async function makePlainFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: privateMode });
    return true;
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  if (isPlainFolder(path)) return false;
  throw new Error(`${path} is not a folder of its own; move it away.`);
}

/** False when there is nothing of that name. @throws Error when something else than a folder stands there */
export async function isPlainFolderThere(path: string): Promise<boolean> {
  const stats = await lstat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (stats === undefined) return false;
  if (stats.isDirectory()) return true;
  throw new Error(`${path} is not a folder of its own; move it away.`);
}
