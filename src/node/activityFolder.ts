import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  type BigIntStats,
} from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../base/errorText.ts';
import { maxActivityLineBytes } from '../core/activity/activityCodec.ts';

/** The file to which events are appended. */
export const currentActivityFile = 'activity.ndjson';

/** A file that is full. Its name says when it was set aside, and by which process. */
export interface RotatedFile {
  readonly name: string;
  readonly rotatedAtMs: number;
}

const rotatedPattern = /^activity-(\d{13})-\d{1,10}\.ndjson$/;
export const maxRotatedAtMs = 9_999_999_999_999;

export function rotatedName(rotatedAtMs: number, pid: number): string {
  return `activity-${String(rotatedAtMs).padStart(13, '0')}-${pid}.ndjson`;
}

/** The full files of a log, oldest first; none when the folder cannot be read. */
export function rotatedFiles(folder: string): readonly RotatedFile[] {
  const found = namesIn(folder).flatMap((name): RotatedFile[] => {
    const digits = rotatedPattern.exec(name)?.[1];
    return digits === undefined ? [] : [{ name, rotatedAtMs: Number(digits) }];
  });
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A file of the log, open for reading. */
export interface OpenActivityFile {
  readonly fd: number;
  /** The same for the same file under any name, and for no other. */
  readonly key: string;
  readonly size: number;
  /** Where the last whole line ends. In a full file everything counts as whole. */
  readonly end: number;
}

export interface OpenActivityFiles {
  /** Oldest first. */
  readonly files: readonly OpenActivityFile[];
  /** How many cannot be read. */
  readonly unreadable: number;
  close(): void;
}

/** Opens the files of a log as they are at this moment, at most this many. */
export function openActivityFiles(folder: string, maxFiles: number): OpenActivityFiles {
  // Opened before the others are listed: set aside meanwhile, it is found twice, but never missed.
  const current = openOne(join(folder, currentActivityFile), true);
  const older = rotatedFiles(folder)
    .slice(-maxFiles)
    .map(({ name }) => openOne(join(folder, name), false));
  const byKey = new Map<string, OpenActivityFile>();
  const opened = [...older, current].filter((file) => typeof file === 'object');
  for (const file of opened) if (!byKey.has(file.key)) byKey.set(file.key, file);
  return {
    files: [...byKey.values()],
    unreadable: [...older, current].filter((file) => file === 'unreadable').length,
    close: () => {
      for (const { fd } of opened) closeSync(fd);
    },
  };
}

/** Never follows a link out of the folder and never waits for the writer of a FIFO. */
const openFlags = constants.O_RDONLY | orZero(constants.O_NOFOLLOW) | orZero(constants.O_NONBLOCK);

function openOne(path: string, isCurrent: boolean): OpenActivityFile | 'missing' | 'unreadable' {
  let fd: number;
  try {
    fd = openSync(path, openFlags);
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '') ? 'missing' : 'unreadable';
  }
  try {
    const stats = fstatSync(fd, { bigint: true });
    if (stats.isFile()) {
      const size = Number(stats.size);
      return { fd, key: keyOf(stats), size, end: isCurrent ? endOfLastLine(fd, size) : size };
    }
  } catch {
    // Counted like one that could not be opened.
  }
  closeSync(fd);
  return 'unreadable';
}

/** A number of a file is given again soon after the file is gone, so its birth counts as well. */
function keyOf({ dev, ino, birthtimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${birthtimeNs}`;
}

/** What follows the last line feed is being written, unless it is too long for that. */
function endOfLastLine(fd: number, size: number): number {
  const tail = Buffer.allocUnsafe(Math.min(size, maxActivityLineBytes));
  const start = size - tail.length;
  const length = readSync(fd, tail, 0, tail.length, start);
  const lastBreak = tail.subarray(0, length).lastIndexOf(lineFeed);
  if (lastBreak !== -1) return start + lastBreak + 1;
  return start === 0 ? 0 : size;
}

export const lineFeed = 0x0a;

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Windows has neither flag, though the types say so. */
export function orZero(flag: number | undefined): number {
  return flag ?? 0;
}
