import { TomlError } from 'smol-toml';
import { errorText } from '../base/errorText.ts';
import type { AgentEntry } from '../core/agents/agentEntry.ts';
import { decodeEntry, noUnknownFields } from '../core/agents/agentEntryCodec.ts';
import type { AgentRecord, BrokenRecord, StoredRecord } from '../core/agents/agentRecord.ts';
import { isSessionId } from '../core/agents/sessionId.ts';
import { parseTimestamp } from '../core/agents/timestamp.ts';
import { parseToml } from './exactToml.ts';
import { readFolderFile, type FileIdentity } from './readFolderFile.ts';

/** An agent entry is a few kilobytes, or more with a long log of queries; larger files are not read. */
export const maxEntryBytes = 8 * 1024 * 1024;

export interface EntryFile {
  readonly identity: FileIdentity;
  readonly record: StoredRecord;
}

const entrySuffix = '.toml';

export function isEntryFileName(fileName: string): boolean {
  return fileName.endsWith(entrySuffix) && !fileName.startsWith('.');
}

export function entryFileName(sessionId: string): string {
  return `${sessionId}${entrySuffix}`;
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
  scratch?: Buffer,
): EntryFile | undefined {
  const file = readFolderFile(folder, fileName, limits, scratch);
  if (file === undefined) return undefined;
  const { identity } = file;
  if ('problem' in file) return { identity, record: broken(fileName, file.problem) };
  return { identity, record: decodeEntryFile(fileName, file.bytes) };
}

const limits = { maxBytes: maxEntryBytes, what: 'an entry' };

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
