import { createHash } from 'node:crypto';
import { mkdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { connectionScopes, type ConnectionScope } from '../../core/harness/connectionRecipe.ts';
import { isHarnessId, type HarnessId } from '../../core/harness/harnessEvent.ts';
import { errorCode } from '../../base/errorText.ts';
import { makeStateFolder } from '../makeStateFolder.ts';
import type { ExcludedLine } from './gitExclude.ts';
import { replaceFile } from './replaceFile.ts';

/** What is needed to undo a connection to the byte. */
export interface ConnectionRecord {
  readonly harness: HarnessId;
  readonly scope: ConnectionScope;
  /** The settings file by the name under which it was asked for, absolute. */
  readonly file: string;
  /** The bytes that it had without us; undefined when it was not there. */
  readonly original: Buffer | undefined;
  /** SHA-256 of the bytes that we wrote, in hexadecimal digits. */
  readonly written: string;
  /** Folders that were made for it, the outermost first. */
  readonly madeFolders: readonly string[];
  /** What was written so that git does not show the file. */
  readonly excluded: ExcludedLine | undefined;
}

/** The digest that a record keeps of what was written. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The record of a settings file; undefined when there is none that can be used. */
export async function readRecord(
  folder: string,
  file: string,
): Promise<ConnectionRecord | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(recordPath(folder, file), 'utf8'));
    const record = parseRecord(value);
    return record?.file === file ? record : undefined;
  } catch {
    // Entries of ours are found without a record as well.
    return undefined;
  }
}

/** Readable by nobody else, since settings may hold secrets. @throws system errors */
export async function writeRecord(
  folder: string,
  record: ConnectionRecord,
  { isInRepository }: { readonly isInRepository: boolean },
): Promise<void> {
  if (isInRepository) await makeStateFolder(folder);
  else await mkdir(folder, { recursive: true, mode: 0o700 });
  const { original, ...rest } = record;
  const value = { version: 1, ...rest, original: original?.toString('base64') ?? null };
  const text = `${JSON.stringify(value, null, 2)}\n`;
  await replaceFile(recordPath(folder, record.file), Buffer.from(text, 'utf8'), 0o600);
}

/** @throws system errors */
export async function removeRecord(folder: string, file: string): Promise<void> {
  try {
    await unlink(recordPath(folder, file));
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/** One record for each settings file, whoever reads it and in which checkout it is. */
function recordPath(folder: string, file: string): string {
  return join(folder, `${digestOf(Buffer.from(file, 'utf8')).slice(0, 32)}.json`);
}

function parseRecord(value: unknown): ConnectionRecord | undefined {
  if (!isTable(value)) return undefined;
  const { harness, scope, file, original, written, madeFolders } = value;
  if (typeof harness !== 'string' || !isHarnessId(harness)) return undefined;
  const knownScope = connectionScopes.find((each) => each === scope);
  if (knownScope === undefined || typeof file !== 'string' || typeof written !== 'string') {
    return undefined;
  }
  if (original !== null && typeof original !== 'string') return undefined;
  return {
    harness,
    scope: knownScope,
    file,
    original: original === null ? undefined : Buffer.from(original, 'base64'),
    written,
    madeFolders: Array.isArray(madeFolders)
      ? madeFolders.filter((each): each is string => typeof each === 'string')
      : [],
    excluded: parseExcluded(value.excluded),
  };
}

function parseExcluded(value: unknown): ExcludedLine | undefined {
  if (!isTable(value)) return undefined;
  const { file, added, isFileMade } = value;
  if (typeof file !== 'string' || typeof added !== 'string') return undefined;
  return { file, added, isFileMade: isFileMade === true };
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
