import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { errorText } from '../../base/errorText.ts';
import type { Logger } from '../../base/logger.ts';
import { tailHash, type StoredCursor } from '../../core/harness/usage/cursorCodec.ts';
import {
  firstCursor,
  maxLineBytes,
  readChunk,
  type TranscriptCursor,
} from '../../core/harness/usage/transcriptCursor.ts';
import type {
  TranscriptFormat,
  TranscriptReading,
} from '../../core/harness/usage/transcriptFormat.ts';
import { isSameTotals } from '../../core/harness/usage/usageTotals.ts';
import { cursorPath, readCursorFile, writeCursorFile } from './cursorFile.ts';
import { readDocument } from './transcriptDocument.ts';
import { openTranscript } from './transcriptFile.ts';

export interface UsageReaderOptions {
  /** Where cursors are kept, such as `.heddle/harness-sessions`. It is not made when it is missing. */
  readonly folder: string;
  readonly logger: Logger;
  /** How many bytes are read at a time. */
  readonly sliceBytes?: number | undefined;
  /** How many bytes one call reads at most, so that nobody waits for a transcript of months. */
  readonly maxBytesPerRead?: number | undefined;
}

/** One transcript: of a session or of a child with a transcript of its own. */
export interface UsageSource<Memory = unknown> {
  /** Names the cursor; a session or child keeps the same name. Letters, digits and `-_.@` only. */
  readonly name: string;
  /** From an untrusted payload. */
  readonly transcriptPath: string;
  readonly format: TranscriptFormat<Memory>;
}

export type UsageReadResult =
  | {
      readonly kind: 'read';
      readonly reading: TranscriptReading;
      /** False when the totals are those that the last reading left. */
      readonly hasChanged: boolean;
      /** An interruption by a person that this reading was the first to see, in milliseconds. */
      readonly newInterruptionAtMs: number | undefined;
      /** False when there is more to read now; read again. */
      readonly isComplete: boolean;
    }
  /** There is no transcript yet. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly problem: string };

const defaultSliceBytes = 256 * 1024;
const defaultMaxBytes = 256 * 1024 * 1024;
const tailBytes = 64;

/**
 * Reads what transcripts say of usage: each time only what is new. The state is kept beside the
 * session's record; any number of processes may read the same transcript at once, because what they
 * keep depends on the transcript alone. Numbers, instants and names of models are taken, nothing else.
 */
export class UsageReader {
  private readonly running = new Map<string, Promise<UsageReadResult>>();

  constructor(private readonly options: UsageReaderOptions) {}

  /** Reads on. A call for a name that is being read waits for that reading. @throws RangeError for a name that is none */
  async read<Memory>(source: UsageSource<Memory>): Promise<UsageReadResult> {
    const path = cursorPath(this.options.folder, source.name);
    const running = this.running.get(path);
    if (running) return running;
    const reading = this.readOn(source, path).finally(() => this.running.delete(path));
    this.running.set(path, reading);
    return reading;
  }

  private async readOn<Memory>(
    { transcriptPath, format }: UsageSource<Memory>,
    path: string,
  ): Promise<UsageReadResult> {
    const opened = await openTranscript(transcriptPath);
    if (opened.kind !== 'open') return opened;
    const { handle, stats } = opened;
    try {
      if (/\.json$/i.test(transcriptPath)) return await readDocument(handle, { stats, format });
      const before = await usableCursor(await readCursorFile(path, format), { handle, stats });
      const { cursor, isComplete } = await this.readSlices(
        handle,
        before ?? firstCursor(format),
        format,
      );
      if (cursor.offset !== before?.offset)
        await this.keep(path, { cursor, handle, stats, format });
      return toResult(before, cursor, isComplete);
    } catch (error) {
      return { kind: 'refused', problem: `The transcript cannot be read (${errorText(error)}).` };
    } finally {
      await handle.close();
    }
  }

  private async readSlices<Memory>(
    handle: FileHandle,
    from: TranscriptCursor<Memory>,
    format: TranscriptFormat<Memory>,
  ): Promise<{ readonly cursor: TranscriptCursor<Memory>; readonly isComplete: boolean }> {
    const { sliceBytes = defaultSliceBytes, maxBytesPerRead = defaultMaxBytes } = this.options;
    let cursor = from;
    let size = sliceBytes;
    let left = maxBytesPerRead;
    while (left > 0) {
      const chunk = await readAt(handle, cursor.offset, size);
      const next = readChunk(cursor, chunk, format);
      const hasEnded = chunk.length < size;
      if (hasEnded) return { cursor: next, isComplete: true };
      // A line that is longer than the slice: once more with a larger one, up to the longest line.
      const isStuck = next.offset === cursor.offset;
      size = isStuck ? Math.min(size * 4, maxLineBytes + 1) : sliceBytes;
      left -= next.offset - cursor.offset;
      cursor = next;
    }
    return { cursor, isComplete: false };
  }

  /**
   * Keeps a cursor, unless another process has read as far meanwhile. Two that write at the same instant
   * leave the one or the other: both are true of the transcript, the shorter costs reading again.
   */
  private async keep<Memory>(
    path: string,
    {
      cursor,
      handle,
      stats,
      format,
    }: {
      readonly cursor: TranscriptCursor<Memory>;
      readonly handle: FileHandle;
      readonly stats: Stats;
      readonly format: TranscriptFormat<Memory>;
    },
  ): Promise<void> {
    const file = { device: stats.dev, inode: stats.ino, tail: await tailAt(handle, cursor.offset) };
    try {
      const kept = await usableCursor(await readCursorFile(path, format), {
        handle,
        stats: await handle.stat(),
      });
      if (kept && kept.offset >= cursor.offset) return;
      await writeCursorFile(path, { file, cursor }, format);
    } catch (error) {
      this.options.logger.debug(`How far a transcript was read is not kept: ${errorText(error)}`);
    }
  }
}

/** A cursor is of use for the file that it was made for, as long as that was only added to. */
async function usableCursor<Memory>(
  stored: StoredCursor<Memory> | undefined,
  { handle, stats }: { readonly handle: FileHandle; readonly stats: Stats },
): Promise<TranscriptCursor<Memory> | undefined> {
  if (!stored) return undefined;
  const { file, cursor } = stored;
  if (file.device !== stats.dev || file.inode !== stats.ino) return undefined;
  if (cursor.offset > stats.size) return undefined;
  return (await tailAt(handle, cursor.offset)) === file.tail ? cursor : undefined;
}

async function tailAt(handle: FileHandle, offset: number): Promise<number> {
  const from = Math.max(0, offset - tailBytes);
  return offset === 0 ? 0 : tailHash(await readAt(handle, from, offset - from));
}

/** Fewer bytes than asked for only at the end of the file. */
async function readAt(handle: FileHandle, position: number, size: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafe(size);
  let length = 0;
  while (length < size) {
    const { bytesRead } = await handle.read(buffer, length, size - length, position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

function toResult(
  before: TranscriptCursor | undefined,
  { reading }: TranscriptCursor,
  isComplete: boolean,
): UsageReadResult {
  const interruptedBefore = before?.reading.interruptedAtMs;
  return {
    kind: 'read',
    reading,
    hasChanged: before === undefined || !isSameTotals(before.reading.totals, reading.totals),
    newInterruptionAtMs:
      reading.interruptedAtMs === interruptedBefore ? undefined : reading.interruptedAtMs,
    isComplete,
  };
}
