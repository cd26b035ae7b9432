import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { lineFeed, orZero } from './activityFolder.ts';

const appendFlags =
  constants.O_RDWR |
  constants.O_APPEND |
  constants.O_CREAT |
  orZero(constants.O_NOFOLLOW) |
  orZero(constants.O_NONBLOCK);

/**
 * Appends whole lines to a file with one write, so that those of several processes never mix, and
 * returns the size of the file. The file is made when it is missing; its folder is not.
 * @throws system errors, Error when something else stands there or not all could be written
 */
export function appendLines(path: string, lines: string): number {
  // Before it is opened: opening alone may do something to a device.
  assertPlainFile(path, lstatSync(path, { throwIfNoEntry: false }));
  const fd = openSync(path, appendFlags, 0o644);
  try {
    const before = fstatSync(fd);
    assertPlainFile(path, before);
    const bytes = Buffer.from(lines, 'utf8');
    writeWhole(fd, bytes);
    if (isSpoiled(fd, bytes, before.size)) {
      const firstLine = bytes.subarray(0, bytes.indexOf(lineFeed) + 1);
      writeWhole(fd, Buffer.concat([Buffer.from('\n'), firstLine]));
    }
    return fstatSync(fd).size;
  } finally {
    closeSync(fd);
  }
}

function writeWhole(fd: number, bytes: Buffer): void {
  const written = writeSync(fd, bytes);
  if (written === bytes.length) return;
  throw new Error(`only ${written} of ${bytes.length} bytes could be written`);
}

/**
 * True when what was written stands behind an unfinished line, so that its first line cannot be read: a
 * process was killed while it wrote. Looked for afterwards, because before a write nobody can tell an
 * unfinished line from one that is being written.
 */
function isSpoiled(fd: number, bytes: Buffer, sizeBefore: number): boolean {
  const added = fstatSync(fd).size - sizeBefore;
  if (added === bytes.length) return sizeBefore > 0 && byteAt(fd, sizeBefore - 1) !== lineFeed;
  // Others wrote as well, before it or after it.
  if (added < bytes.length || added > maxSearchedBytes) return false;
  const region = Buffer.alloc(added);
  const length = readSync(fd, region, 0, added, sizeBefore);
  const start = region.subarray(0, length).indexOf(bytes);
  if (start === 0) return sizeBefore > 0 && byteAt(fd, sizeBefore - 1) !== lineFeed;
  return start > 0 && region[start - 1] !== lineFeed;
}

/** More than all processes of a busy repository add in a moment. */
const maxSearchedBytes = 16 * 1024 * 1024;

function assertPlainFile(path: string, stats: Stats | undefined): void {
  if (stats === undefined || stats.isFile()) return;
  throw new Error(`${path} is not a regular file; move it away`);
}

function byteAt(fd: number, position: number): number | undefined {
  const byte = Buffer.alloc(1);
  return readSync(fd, byte, 0, 1, position) === 1 ? byte[0] : undefined;
}
