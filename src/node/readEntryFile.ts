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
import { TomlError } from 'smol-toml';
import { errorCode, errorText } from '../base/errorText.ts';
import type { AgentEntry } from '../core/agents/agentEntry.ts';
import { decodeEntry, noUnknownFields } from '../core/agents/agentEntryCodec.ts';
import type { AgentRecord, BrokenRecord, StoredRecord } from '../core/agents/agentRecord.ts';
import { isSessionId } from '../core/agents/sessionId.ts';
import { parseTimestamp } from '../core/agents/timestamp.ts';
import { parseToml } from './exactToml.ts';

/** An agent entry is a few kilobytes, or more with a long log of queries; larger files are not read. */
export const maxEntryBytes = 8 * 1024 * 1024;

/** What tells one state of a file from another without reading it. */
export interface FileIdentity {
  readonly inode: number;
  readonly mtimeMs: number;
  readonly size: number;
}

export interface EntryFile {
  readonly identity: FileIdentity;
  readonly record: StoredRecord;
}

const entrySuffix = '.toml';
/** Never follows a link out of the folder and never waits for the writer of a FIFO. */
const openFlags = constants.O_RDONLY | orZero(constants.O_NOFOLLOW) | orZero(constants.O_NONBLOCK);

export function isEntryFileName(fileName: string): boolean {
  return fileName.endsWith(entrySuffix) && !fileName.startsWith('.');
}

export function entryFileName(sessionId: string): string {
  return `${sessionId}${entrySuffix}`;
}

export function toIdentity(stats: Stats): FileIdentity {
  return { inode: stats.ino, mtimeMs: stats.mtimeMs, size: stats.size };
}

export function isSameIdentity(a: FileIdentity, b: FileIdentity): boolean {
  return a.inode === b.inode && a.mtimeMs === b.mtimeMs && a.size === b.size;
}

/**
 * Reads and decodes one file in one synchronous step, so that what it returns was the newest when it
 * was read. Undefined when there is no file; whatever is wrong with it becomes a `BrokenRecord`.
 *
 * @param scratch holds the bytes while they are read; reusing one makes reading many files cheap
 */
export function readEntryFile(
  folder: string,
  fileName: string,
  scratch: Buffer = Buffer.allocUnsafe(scratchBytes),
): EntryFile | undefined {
  const path = join(folder, fileName);
  let fd: number;
  try {
    fd = openSync(path, openFlags);
  } catch (error) {
    return unopenable(path, fileName, error);
  }
  try {
    const stats = fstatSync(fd);
    const identity = toIdentity(stats);
    const problem = kindProblem(stats);
    if (problem !== undefined) return { identity, record: broken(fileName, problem) };
    const buffer = stats.size < scratch.length ? scratch : Buffer.allocUnsafe(stats.size + 1);
    const bytes = buffer.subarray(0, readInto(fd, buffer));
    return { identity, record: decodeEntryFile(fileName, bytes) };
  } catch (error) {
    assertOfFile(error);
    return { identity: noIdentity, record: broken(fileName, readProblem(error)) };
  } finally {
    closeSync(fd);
  }
}

/** Larger than any entry of an honest agent; larger files cost a buffer of their own. */
export const scratchBytes = 64 * 1024;
const noIdentity: FileIdentity = { inode: -1, mtimeMs: -1, size: -1 };

/** Throws on what says nothing of the file, so that an owner is never overlooked for want of a handle. */
function assertOfFile(error: unknown): void {
  if (['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR'].includes(errorCode(error) ?? ''))
    throw error;
}

function unopenable(path: string, fileName: string, error: unknown): EntryFile | undefined {
  if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
  assertOfFile(error);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const problem = kindProblem(stats);
  if (problem !== undefined)
    return { identity: toIdentity(stats), record: broken(fileName, problem) };
  // A change of permissions leaves no trace in the identity, so it is looked at each time.
  return { identity: noIdentity, record: broken(fileName, readProblem(error)) };
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

/** Decodes the bytes of an entry file. */
export function decodeEntryFile(fileName: string, bytes: Buffer): StoredRecord {
  if (bytes.length === 0) return broken(fileName, 'The file is empty.');
  const text = bytes.toString('utf8');
  if (text.includes('\uFFFD') && !Buffer.from(text, 'utf8').equals(bytes)) {
    return broken(fileName, 'The file is not valid UTF-8.', lineOfFirstBadByte(text));
  }
  let table: Record<string, unknown>;
  try {
    table = parseToml(text);
  } catch (error) {
    const line = error instanceof TomlError ? error.line : undefined;
    return broken(fileName, `The file is not valid TOML: ${tomlReason(error)}.`, line);
  }
  return toRecord(fileName, text, table);
}

function toRecord(fileName: string, text: string, table: Record<string, unknown>): StoredRecord {
  const decoded = decodeEntry(table);
  if ('problems' in decoded) {
    const shown = decoded.problems.slice(0, 3).map(({ problem }) => problem);
    const field = decoded.problems.find((problem) => problem.field !== undefined)?.field;
    return broken(
      fileName,
      shown.join(' '),
      field === undefined ? undefined : lineOfField(text, field),
    );
  }
  const { entry } = decoded;
  if (isTooDeep(entry)) {
    return broken(fileName, `Its unknown fields are nested more than ${maxDepth} deep.`);
  }
  if (!isSessionId(entry.sessionId) || fileName !== entryFileName(entry.sessionId)) {
    const problem = `The file name does not match its session_id ${JSON.stringify(entry.sessionId.slice(0, 80))}.`;
    return broken(fileName, problem, lineOfField(text, 'session_id'));
  }
  const startedAt = parseTimestamp(entry.startedAt);
  if (startedAt === undefined) return broken(fileName, '"started_at" is not a time.');
  return { fileName, entry, startedAt } satisfies AgentRecord;
}

const maxDepth = 64;

/**
 * Fields that we know have no depth; others may be anything. Level by level and not by recursion: a
 * dotted key can nest half a million tables.
 */
function isTooDeep(entry: AgentEntry): boolean {
  if (hasOnlyKnownFields(entry)) return false;
  let level: unknown[] = [entry, entry.usageSummary, ...entry.contextQueries]
    .map((part) => part.unknownFields)
    .filter((fields) => Object.keys(fields).length > 0);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return true;
    level = level
      .flatMap((value) => Object.values(value as object) as unknown[])
      .filter((value) => typeof value === 'object' && value !== null && !(value instanceof Date));
  }
  return false;
}

/** Nearly every entry: told apart without making anything, because ten thousand are read at once. */
function hasOnlyKnownFields(entry: AgentEntry): boolean {
  return (
    entry.unknownFields === noUnknownFields &&
    entry.usageSummary.unknownFields === noUnknownFields &&
    entry.contextQueries.every((query) => query.unknownFields === noUnknownFields)
  );
}

function broken(fileName: string, problem: string, line?: number): BrokenRecord {
  return { fileName, problem, line, lastGood: undefined };
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

function kindProblem(stats: Stats): string | undefined {
  if (stats.isSymbolicLink()) return 'It is a symbolic link; an entry must be a file of its own.';
  if (stats.isDirectory()) return 'It is a folder; an entry must be a file.';
  if (!stats.isFile()) return 'It is not a regular file.';
  if (stats.size > maxEntryBytes) {
    return `The file is too large (${stats.size} bytes); an entry has at most ${maxEntryBytes}.`;
  }
  return undefined;
}

function tomlReason(error: unknown): string {
  return errorText(error).replace(/^Invalid TOML document: /, '');
}

function lineOfField(text: string, field: string): number | undefined {
  const pattern = new RegExp(
    `^\\s*(?:"${field}"|'${field}'|${field})\\s*=|^\\s*\\[+\\s*${field}\\s*\\]`,
  );
  const index = text.split('\n').findIndex((line) => pattern.test(line));
  return index === -1 ? undefined : index + 1;
}

function lineOfFirstBadByte(text: string): number {
  return text.slice(0, text.indexOf('\uFFFD')).split('\n').length;
}

/** Windows has neither flag. */
function orZero(flag: number | undefined): number {
  return flag ?? 0;
}
