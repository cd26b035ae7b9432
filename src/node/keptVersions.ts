import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { systemClock, type Clock } from '../base/clock.ts';
import { errorCode } from '../base/errorText.ts';

/** A copy of a file as it was on disk. */
export interface KeptVersion {
  /** Its name in the folder, which begins with the instant. */
  readonly id: string;
  readonly digest: string;
  readonly keptAtMs: number;
}

export interface KeptVersionsLimits {
  readonly maxCount: number;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  /** Larger files are not kept. */
  readonly maxFileBytes: number;
}

export const defaultKeptLimits: KeptVersionsLimits = {
  maxCount: 50,
  maxBytes: 50 * 1024 * 1024,
  maxAgeMs: 7 * 24 * 60 * 60_000,
  maxFileBytes: 10 * 1024 * 1024,
};

const idPattern = /^(\d{13})-[0-9a-f]{12}-[\w.-]{1,80}$/;

/** Copies of files from before they were saved over, in a folder of their own, bounded. */
export class KeptVersions {
  constructor(
    private readonly folder: string,
    private readonly limits: KeptVersionsLimits = defaultKeptLimits,
    private readonly clock: Pick<Clock, 'now'> = systemClock,
  ) {}

  /**
   * Copies a file, unless its content has this digest. Undefined when it has, when the file is not there
   * or when it is too large. @throws of the file system
   */
  async keep(path: string, unlessDigest?: string): Promise<KeptVersion | undefined> {
    const content = await this.read(path);
    if (content === undefined) return undefined;
    const digest = digestOf(content);
    if (digest === unlessDigest) return undefined;
    const keptAtMs = Math.round(this.clock.now());
    const name = basename(path)
      .replaceAll(/[^\w.-]/g, '_')
      .slice(-80);
    const instant = String(keptAtMs).padStart(13, '0');
    const id = `${instant}-${randomBytes(6).toString('hex')}-${name}`;
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await writeFile(join(this.folder, id), content, { mode: 0o600, flag: 'wx' });
    return { id, digest, keptAtMs };
  }

  /** The digest of a file now; undefined when it is not there or too large. */
  async digest(path: string): Promise<string | undefined> {
    const content = await this.read(path);
    return content && digestOf(content);
  }

  /** The same, but undefined also when the content is not what the caller expects. */
  async digestIf(
    path: string,
    isExpected: (content: Uint8Array) => PromiseLike<boolean>,
  ): Promise<string | undefined> {
    const content = await this.read(path);
    return content && (await isExpected(content)) ? digestOf(content) : undefined;
  }

  /** Undefined when it is not kept any more. */
  async content(id: string): Promise<Uint8Array | undefined> {
    if (!idPattern.test(id)) return undefined;
    return orMissing(readFile(join(this.folder, id)));
  }

  async discard(id: string): Promise<void> {
    if (idPattern.test(id)) await orMissing(unlink(join(this.folder, id)));
  }

  /** Removes what is too old, too many or too much, the oldest first. Other files are left alone. */
  async prune(): Promise<void> {
    const names = (await orMissing(readdir(this.folder))) ?? [];
    const newestFirst = names
      .filter((name) => idPattern.test(name))
      .sort()
      .reverse();
    const oldestMs = this.clock.now() - this.limits.maxAgeMs;
    let bytes = 0;
    for (const [i, name] of newestFirst.entries()) {
      const size = (await orMissing(stat(join(this.folder, name))))?.size ?? 0;
      bytes += size;
      const isOver = i >= this.limits.maxCount || bytes > this.limits.maxBytes;
      if (isOver || Number(idPattern.exec(name)?.[1]) < oldestMs) await this.discard(name);
    }
  }

  private async read(path: string): Promise<Uint8Array | undefined> {
    const stats = await orMissing(stat(path));
    if (stats?.isFile() !== true || stats.size > this.limits.maxFileBytes) return undefined;
    return orMissing(readFile(path));
  }
}

function digestOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

async function orMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
