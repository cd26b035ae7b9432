import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { errorCode } from '../../base/errorText.ts';
import type { ProgressEvent } from '../../core/sessions/progressEvent.ts';
import { decodeEventLine } from '../../core/sessions/progressEventCodec.ts';
import { lineFeed, orZero } from '../activityFolder.ts';
import { maxLineBytes, maxLogBytes } from './sessionLogLimits.ts';

/** Never follows a link out of the folder and never waits for the writer of a FIFO. */
const openFlags = constants.O_RDONLY | orZero(constants.O_NOFOLLOW) | orZero(constants.O_NONBLOCK);
const chunkBytes = 64 * 1024;
/** Longest stretch of work before other events get their turn. Several logs may be read at once. */
const sliceMs = 3;

/** An event of a log, and where the line after it begins. */
export interface LoggedEvent {
  readonly event: ProgressEvent;
  readonly nextOffset: number;
}

/**
 * The events in a log from a byte offset on, which must be the begin of a line, up to where the log ends
 * at the moment. Lines that hold no event, that are too long, or that are not finished are left out. The
 * memory that it takes does not follow the length of the log, and other work gets its turn in between.
 * None when there is no plain file.
 * @throws system errors other than that there is no file
 */
export async function* readSessionLog(path: string, fromOffset = 0): AsyncGenerator<LoggedEvent> {
  const handle = await openLog(path);
  if (handle === undefined) return;
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return;
    const end = Math.min(stats.size, maxLogBytes);
    let sliceEnd = performance.now() + sliceMs;
    for await (const { text, nextOffset } of linesOf(handle, { fromOffset, end })) {
      const decoded = decodeEventLine(text);
      if (!('problem' in decoded)) yield { event: decoded, nextOffset };
      // What the reader does with it counts as well.
      if (performance.now() < sliceEnd) continue;
      await nextTurn();
      sliceEnd = performance.now() + sliceMs;
    }
  } finally {
    await handle.close();
  }
}

/** So much of the begin of a log, and of its end, is read of one of which only the ends are wanted. */
const headBytes = 64 * 1024;
const tailBytes = 256 * 1024;

/** True when a log is so long that reading its ends alone spares anything. */
export function hasMiddle(sizeBytes: number): boolean {
  return sizeBytes > headBytes + tailBytes;
}

/** The first events of a long log and its last, at a cost that does not follow its length. @throws system errors */
export async function* readLogEnds(path: string, sizeBytes: number): AsyncGenerator<ProgressEvent> {
  for await (const { event, nextOffset } of readSessionLog(path)) {
    if (nextOffset > headBytes) break;
    yield event;
  }
  // The half of a line with which that begins is no event.
  for await (const { event } of readSessionLog(path, sizeBytes - tailBytes)) yield event;
}

async function openLog(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, openFlags);
  } catch (error) {
    // A link is not followed (ELOOP), and what has no reader or is a socket cannot be opened (ENXIO).
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EMLINK', 'ENXIO'].includes(errorCode(error) ?? '')) {
      return undefined;
    }
    throw error;
  }
}

interface Line {
  readonly text: string;
  readonly nextOffset: number;
}

async function* linesOf(
  handle: FileHandle,
  { fromOffset, end }: { readonly fromOffset: number; readonly end: number },
): AsyncGenerator<Line> {
  const chunk = Buffer.allocUnsafe(chunkBytes);
  let open: Buffer[] = [];
  let openBytes = 0;
  for (let offset = fromOffset; offset < end;) {
    const length = Math.min(chunkBytes, end - offset);
    const { bytesRead } = await handle.read(chunk, 0, length, offset);
    if (bytesRead === 0) return;
    let start = 0;
    for (;;) {
      const at = chunk.subarray(0, bytesRead).indexOf(lineFeed, start);
      if (at === -1) break;
      openBytes += at - start;
      if (openBytes > 0 && openBytes <= maxLineBytes) {
        const text = Buffer.concat([...open, chunk.subarray(start, at)]).toString('utf8');
        yield { text, nextOffset: offset + at + 1 };
      }
      open = [];
      openBytes = 0;
      start = at + 1;
    }
    openBytes += bytesRead - start;
    // What is too long is only counted to its end.
    if (openBytes > maxLineBytes) open = [];
    else open.push(Buffer.from(chunk.subarray(start, bytesRead)));
    offset += bytesRead;
  }
}

/** The newest event of a log, when its last line is whole and holds one. @throws system errors */
export async function readLastEvent(path: string): Promise<LoggedEvent | undefined> {
  const handle = await openLog(path);
  if (handle === undefined) return undefined;
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size > maxLogBytes) return undefined;
    const start = Math.max(0, stats.size - chunkBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(stats.size - start), {
      position: start,
    });
    const tail = buffer.subarray(0, bytesRead);
    if (tail.at(-1) !== lineFeed) return undefined;
    const before = tail.lastIndexOf(lineFeed, tail.length - 2);
    // The line may begin before what was read.
    if (before === -1 && start > 0) return undefined;
    const decoded = decodeEventLine(tail.toString('utf8', before + 1, tail.length - 1));
    return 'problem' in decoded ? undefined : { event: decoded, nextOffset: start + bytesRead };
  } finally {
    await handle.close();
  }
}
