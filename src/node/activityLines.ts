import { read } from 'node:fs';
import { promisify } from 'node:util';
import { decodeActivityLine, maxActivityLineBytes } from '../core/activity/activityCodec.ts';
import type { ActivityEvent } from '../core/activity/activityEvent.ts';
import { lineFeed, type OpenActivityFile } from './activityFolder.ts';

const readAsync = promisify(read);
const blockBytes = 64 * 1024;
/** No file of ours is nearly as large. Of larger ones only the end is read. */
const maxReadBytes = 16 * 1024 * 1024;

/** What some lines hold, in their order. */
export interface DecodedLines {
  readonly events: readonly ActivityEvent[];
  /** Lines that hold no event. Empty ones do not count. */
  readonly skipped: number;
}

/** The lines of a file from its end to its beginning, a block at a time. @throws system errors */
export async function* readBackwards(file: OpenActivityFile): AsyncGenerator<DecodedLines> {
  const floor = Math.max(0, file.end - maxReadBytes);
  // The end of a line whose beginning is in the block before.
  let rest: Buffer = Buffer.alloc(0);
  for (let end = file.end; end > floor;) {
    const start = Math.max(floor, end - blockBytes);
    const block = Buffer.concat([await readRange(file.fd, start, end), rest]);
    end = start;
    const firstBreak = block.indexOf(lineFeed);
    if (start === floor) yield decodeLines(block);
    // Enough to tell that it is too long.
    else if (firstBreak === -1) rest = block.subarray(0, maxActivityLineBytes);
    else {
      rest = block.subarray(0, firstBreak);
      yield decodeLines(block.subarray(firstBreak + 1));
    }
  }
}

/** The lines of a file from a position to its end, a block at a time. @throws system errors */
export async function* readForwards(
  file: OpenActivityFile,
  from: number,
): AsyncGenerator<DecodedLines> {
  let rest: Buffer = Buffer.alloc(0);
  for (let start = Math.max(from, file.end - maxReadBytes); start < file.end;) {
    const end = Math.min(file.end, start + blockBytes);
    const block = Buffer.concat([rest, await readRange(file.fd, start, end)]);
    start = end;
    const lastBreak = block.lastIndexOf(lineFeed);
    if (start === file.end) yield decodeLines(block);
    else if (lastBreak === -1) rest = block.subarray(-maxActivityLineBytes);
    else {
      rest = block.subarray(lastBreak + 1);
      yield decodeLines(block.subarray(0, lastBreak));
    }
  }
}

function decodeLines(block: Buffer): DecodedLines {
  const events: ActivityEvent[] = [];
  let skipped = 0;
  for (let start = 0; start < block.length;) {
    const lineBreak = block.indexOf(lineFeed, start);
    const end = lineBreak === -1 ? block.length : lineBreak;
    const line = block.subarray(start, end);
    start = end + 1;
    if (line.length === 0) continue;
    // The line feed counts as well.
    const isTooLong = line.length >= maxActivityLineBytes;
    const event = isTooLong ? undefined : decodeActivityLine(line.toString('utf8'));
    if (event) events.push(event);
    else skipped += 1;
  }
  return { events, skipped };
}

/** Less than asked for when the file was cut short meanwhile. */
async function readRange(fd: number, start: number, end: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(end - start);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await readAsync(
      fd,
      buffer,
      length,
      buffer.length - length,
      start + length,
    );
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}
