import { randomBytes } from 'node:crypto';
import { open, rename, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode } from '../base/errorText.ts';

/** The points of a write at which a process may die; see `WriteObserver`. */
export const writeSteps = [
  'lock-acquired',
  'temporary-created',
  'temporary-half-written',
  'temporary-written',
  'temporary-synced',
  'renamed',
  'folder-synced',
] as const;
export type WriteStep = (typeof writeSteps)[number];

/** Is told of each step when it has been reached. For tests that kill the process there. */
export type WriteObserver = (step: WriteStep) => void;

const renameAttempts = 8;
const busyCodes = new Set(['EPERM', 'EACCES', 'EBUSY']);

/**
 * Replaces `path` by a file with this content: a temporary file in the same folder, synced, renamed
 * over the target, and the folder synced. At every instant `path` holds the old content or the new.
 * One that need not be durable is not synced.
 *
 * @param beforeRename last chance to refuse; what it throws is thrown on and nothing is replaced
 */
export async function atomicWrite(
  path: string,
  content: string,
  options: AtomicWriteOptions = {},
): Promise<void> {
  const { observe = () => undefined, beforeRename = () => undefined, isDurable = true } = options;
  const temporary = join(dirname(path), temporaryName(basename(path)));
  try {
    await writeTemporary(temporary, content, { observe, isDurable });
    beforeRename();
    await renameWithRetry(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  observe('renamed');
  if (!isDurable) return;
  await syncFolder(dirname(path));
  observe('folder-synced');
}

export interface AtomicWriteOptions {
  readonly observe?: WriteObserver | undefined;
  readonly beforeRename?: (() => void) | undefined;
  /** False for what a power cut may take back: nothing is synced. */
  readonly isDurable?: boolean | undefined;
}

/** Matches the temporary files of this product and of Heddle; the first group is the writer's pid. */
export const temporaryNamePattern = /^\..+\.tmp-(\d+)-[0-9a-z]+-[0-9a-z]+$/;

/** Flushes the names in a folder to disk, where the platform can. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some file systems cannot sync a folder; the file itself is safe.
    if (!['EINVAL', 'ENOTSUP', 'EPERM'].includes(errorCode(error) ?? '')) throw error;
  } finally {
    await handle.close();
  }
}

/** Never ends in `.toml`, so that no reader takes it for an entry. */
function temporaryName(target: string): string {
  const suffix = randomBytes(4).toString('hex');
  return `.${target}.tmp-${process.pid}-${process.hrtime.bigint()}-${suffix}`;
}

async function writeTemporary(
  path: string,
  content: string,
  { observe, isDurable }: { readonly observe: WriteObserver; readonly isDurable: boolean },
): Promise<void> {
  const handle = await open(path, 'wx', 0o644);
  try {
    observe('temporary-created');
    await writeAll(handle, Buffer.from(content, 'utf8'), observe);
    observe('temporary-written');
    if (isDurable) await handle.sync();
    observe('temporary-synced');
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer, observe: WriteObserver): Promise<void> {
  const half = Math.ceil(bytes.length / 2);
  await writeFully(handle, bytes.subarray(0, half));
  observe('temporary-half-written');
  await writeFully(handle, bytes.subarray(half));
}

async function writeFully(handle: FileHandle, bytes: Buffer): Promise<void> {
  let offset = 0;
  while (offset < bytes.length) {
    offset += (await handle.write(bytes, offset)).bytesWritten;
  }
}

/** On Windows a scanner or a watcher that has the target open makes a rename fail for a moment. */
async function renameWithRetry(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const isBusy = process.platform === 'win32' && busyCodes.has(errorCode(error) ?? '');
      if (!isBusy || attempt === renameAttempts) throw error;
      await delay(10 * 2 ** attempt);
    }
  }
}
