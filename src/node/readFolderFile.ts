import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import { errorCode, errorText } from '../base/errorText.ts';

/** What tells one state of a file from another without reading it. */
export interface FileIdentity {
  readonly inode: number;
  readonly mtimeMs: number;
  readonly size: number;
}

/** The bytes of a file, valid until the scratch buffer is used again, or why there are none. */
export type FolderFile =
  | { readonly identity: FileIdentity; readonly bytes: Buffer }
  | { readonly identity: FileIdentity; readonly problem: string };

export interface ReadLimits {
  /** Larger files are not read. */
  readonly maxBytes: number;
  /** What such a file is called in a sentence, such as `an entry`. */
  readonly what: string;
}

/** Larger than any file of an honest agent; larger files cost a buffer of their own. */
export const scratchBytes = 64 * 1024;
const noIdentity: FileIdentity = { inode: -1, mtimeMs: -1, size: -1 };
/** Never follows a link out of the folder and never waits for the writer of a FIFO. */
const openFlags = constants.O_RDONLY | orZero(constants.O_NOFOLLOW) | orZero(constants.O_NONBLOCK);

export function toIdentity(stats: Stats): FileIdentity {
  return { inode: stats.ino, mtimeMs: stats.mtimeMs, size: stats.size };
}

export function isSameIdentity(a: FileIdentity, b: FileIdentity): boolean {
  return a.inode === b.inode && a.mtimeMs === b.mtimeMs && a.size === b.size;
}

/**
 * Reads one file of a folder that others write too, in one synchronous step, so that what it returns
 * was the newest when it was read. Undefined when there is no file.
 *
 * @param scratch holds the bytes while they are read; reusing one makes reading many files cheap
 * @throws system errors that say nothing of the file, such as too many open ones
 */
export function readFolderFile(
  folder: string,
  fileName: string,
  limits: ReadLimits,
  scratch?: Buffer,
): FolderFile | undefined {
  const path = join(folder, fileName);
  let fd: number;
  try {
    fd = openSync(path, openFlags);
  } catch (error) {
    return unopenable(path, limits, error);
  }
  try {
    const stats = fstatSync(fd);
    const identity = toIdentity(stats);
    const problem = kindProblem(stats, limits);
    if (problem !== undefined) return { identity, problem };
    const fits = scratch !== undefined && stats.size < scratch.length;
    const buffer = fits ? scratch : Buffer.allocUnsafe(stats.size + 1);
    return { identity, bytes: buffer.subarray(0, readInto(fd, buffer)) };
  } catch (error) {
    assertOfFile(error);
    return { identity: noIdentity, problem: readProblem(error) };
  } finally {
    closeSync(fd);
  }
}

/** Throws on what says nothing of the file, so that an owner is never overlooked for want of a handle. */
function assertOfFile(error: unknown): void {
  if (['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR'].includes(errorCode(error) ?? ''))
    throw error;
}

function unopenable(path: string, limits: ReadLimits, error: unknown): FolderFile | undefined {
  if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
  assertOfFile(error);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const problem = kindProblem(stats, limits);
  if (problem !== undefined) return { identity: toIdentity(stats), problem };
  // A change of permissions leaves no trace in the identity, so it is looked at each time.
  return { identity: noIdentity, problem: readProblem(error) };
}

/** Reads to the end of the file or of the buffer, and returns how many bytes that was. */
function readInto(fd: number, buffer: Buffer): number {
  let length = 0;
  for (;;) {
    const count = readSync(fd, buffer, length, buffer.length - length, length);
    length += count;
    if (count === 0 || length === buffer.length) return length;
  }
}

function readProblem(error: unknown): string {
  switch (errorCode(error)) {
    case 'EACCES':
    case 'EPERM':
      return 'The file may not be read by this user. Check its permissions.';
    default:
      return `The file cannot be read (${errorText(error)}).`;
  }
}

function kindProblem(stats: Stats, { maxBytes, what }: ReadLimits): string | undefined {
  if (stats.isSymbolicLink()) return `It is a symbolic link; ${what} must be a file of its own.`;
  if (stats.isDirectory()) return `It is a folder; ${what} must be a file.`;
  if (!stats.isFile()) return 'It is not a regular file.';
  if (stats.size > maxBytes) {
    return `The file is too large (${stats.size} bytes); ${what} has at most ${maxBytes}.`;
  }
  return undefined;
}

/** Windows has neither flag. */
function orZero(flag: number | undefined): number {
  return flag ?? 0;
}
