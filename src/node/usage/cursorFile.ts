import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  decodeCursor,
  encodeCursor,
  type StoredCursor,
} from '../../core/harness/usage/cursorCodec.ts';
import type { TranscriptFormat } from '../../core/harness/usage/transcriptFormat.ts';
import { atomicWrite } from '../atomicWrite.ts';

/** A cursor takes a few kilobytes; a larger file is none of ours. */
const maxCursorBytes = 1024 * 1024;
const namePattern = /^[\w@-][\w.@-]{0,199}$/;

/** The file that keeps how far the transcript of this name was read. @throws RangeError for other names */
export function cursorPath(folder: string, name: string): string {
  if (namePattern.test(name)) return join(folder, `${name}.usage.json`);
  throw new RangeError(`${JSON.stringify(name.slice(0, 100))} is no name for a file of usage.`);
}

/** The cursor that was kept, or undefined; a file that cannot be used is as good as none. */
export async function readCursorFile<Memory>(
  path: string,
  format: TranscriptFormat<Memory>,
): Promise<StoredCursor<Memory> | undefined> {
  try {
    const stats = await stat(path);
    if (!stats.isFile() || stats.size > maxCursorBytes) return undefined;
    return decodeCursor(await readFile(path, 'utf8'), format);
  } catch {
    // Losing it costs one full read of the transcript.
    return undefined;
  }
}

/** Keeps a cursor; at every instant the file holds this one or the one before. Never synced. @throws system errors */
export async function writeCursorFile<Memory>(
  path: string,
  stored: StoredCursor<Memory>,
  format: TranscriptFormat<Memory>,
): Promise<void> {
  await atomicWrite(path, encodeCursor(stored, format), { isDurable: false });
}
