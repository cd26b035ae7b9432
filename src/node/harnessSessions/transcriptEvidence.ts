import { closeSync, fstatSync, openSync, readSync, constants } from 'node:fs';
import { orZero } from '../activityFolder.ts';

export interface TranscriptEvidence {
  readonly changedMs: number | undefined;
  readonly interruptedMs: number | undefined;
}

const tailBytes = 64 * 1024;
/** How Claude Code marks in a transcript that a person stopped it. */
const interruptMark = '[Request interrupted by user';

/**
 * When a transcript last grew, and when its last lines say that a person stopped the agent. A path from
 * outside may name anything: what is no plain file says nothing.
 */
export function transcriptEvidence(path: string | undefined): TranscriptEvidence {
  if (path === undefined) return nothingKnown;
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | orZero(constants.O_NONBLOCK));
    const stats = fstatSync(fd);
    if (!stats.isFile()) return nothingKnown;
    const length = Math.min(tailBytes, stats.size);
    const bytes = Buffer.alloc(length);
    readSync(fd, bytes, 0, length, stats.size - length);
    return { changedMs: stats.mtimeMs, interruptedMs: lastInterrupt(bytes.toString('utf8')) };
  } catch {
    return nothingKnown;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

const nothingKnown: TranscriptEvidence = { changedMs: undefined, interruptedMs: undefined };

/** The time of the newest line of the user that holds the mark, if nothing of a later turn follows it. */
export function lastInterrupt(tail: string): number | undefined {
  const lines = tail.split('\n').filter((line) => line.includes(interruptMark));
  for (const line of lines.reverse()) {
    const atMs = timeOfMark(line);
    if (atMs !== undefined) return atMs;
  }
  return undefined;
}

/** Only the user's own line is a mark; a tool may well print the same words. */
function timeOfMark(line: string): number | undefined {
  try {
    const { type, timestamp, message } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    if (type !== 'user' || typeof timestamp !== 'string' || !isMark(message)) return undefined;
    const atMs = Date.parse(timestamp);
    return Number.isNaN(atMs) ? undefined : atMs;
  } catch {
    return undefined;
  }
}

function isMark(message: unknown): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const { content } = message as { readonly content?: unknown };
  if (typeof content === 'string') return content.startsWith(interruptMark);
  if (!Array.isArray(content)) return false;
  return content.some(
    (part: unknown) =>
      typeof part === 'object' &&
      part !== null &&
      (part as { readonly text?: unknown }).text?.toString().startsWith(interruptMark) === true,
  );
}
