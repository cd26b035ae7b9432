import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { orZero } from '../activityFolder.ts';

const careful = orZero(constants.O_NOFOLLOW) | orZero(constants.O_NONBLOCK);

/** The text of a file; undefined for what is missing, no plain file, too long, or unreadable. */
export function readPlainFile(path: string, maxBytes: number): string | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | careful);
    const stats = fstatSync(fd);
    return stats.isFile() && stats.size <= maxBytes ? readFileSync(fd, 'utf8') : undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Replaces what a file holds, or makes it. Never follows a link, never waits for a FIFO. @throws system errors */
export function writePlainFile(path: string, text: string): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | careful;
  const fd = openSync(path, flags, 0o644);
  try {
    if (fstatSync(fd).isFile()) writeFileSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

/** False for a link to a folder as well: it would lead out of the repository. */
export function isPlainFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
