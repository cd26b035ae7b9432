import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../base/errorText.ts';
import { lineFeed, orZero } from '../activityFolder.ts';

const openFlags = constants.O_RDONLY | orZero(constants.O_NOFOLLOW) | orZero(constants.O_NONBLOCK);

/**
 * The whole lines at the end of a file that anybody may have written, in its last `maxBytes` bytes, without
 * the empty ones. None of what is missing or no file of its own; never follows a link.
 * @throws system errors that say nothing of the file, such as too many open ones
 */
export function readLastLines(
  folder: string,
  fileName: string,
  maxBytes: number,
): readonly string[] {
  let fd: number | undefined;
  try {
    fd = openSync(join(folder, fileName), openFlags);
    const stats = fstatSync(fd);
    if (!stats.isFile()) return [];
    return linesFrom(fd, Math.max(0, stats.size - maxBytes), Math.min(stats.size, maxBytes));
  } catch (error) {
    if (['EMFILE', 'ENFILE', 'ENOMEM'].includes(errorCode(error) ?? '')) throw error;
    return [];
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function linesFrom(fd: number, start: number, length: number): readonly string[] {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(fd, buffer, filled, length - filled, start + filled);
    if (count === 0) break;
    filled += count;
  }
  const bytes = buffer.subarray(0, filled);
  // The line in which it starts is not whole.
  const first = start === 0 ? 0 : bytes.indexOf(lineFeed) + 1;
  if (start > 0 && first === 0) return [];
  return bytes
    .subarray(first)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}
