import { basename, dirname } from 'node:path';
import { errorText } from '../../base/errorText.ts';
import { readFolderFile, type FileIdentity, type ReadLimits } from '../readFolderFile.ts';

/** What a JSON file holds, or why that cannot be told. */
export type JsonFile<T> =
  | { readonly identity: FileIdentity; readonly value: T }
  | { readonly identity: FileIdentity; readonly problem: string };

/**
 * Reads a file that anybody may have written; undefined when there is none. Never follows a link.
 * @throws system errors that say nothing of the file, such as too many open ones
 */
export function readJsonFile<T>(
  path: string,
  limits: ReadLimits,
  decode: (value: unknown) => T,
): JsonFile<T> | undefined {
  const file = readFolderFile(dirname(path), basename(path), limits);
  if (file === undefined || 'problem' in file) return file;
  const { identity, bytes } = file;
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return { identity, problem: bytes.length === 0 ? 'It is empty.' : 'It is not valid JSON.' };
  }
  try {
    return { identity, value: decode(parsed) };
  } catch (error) {
    return { identity, problem: errorText(error) };
  }
}

/** One line of JSON, as files hold it. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** The version of the form of a file. @throws Error for one that only a newer program writes */
export function assertVersion(version: unknown, known: number): void {
  if (version === known) return;
  throw new Error(
    typeof version === 'number' && version > known
      ? 'It was written by a newer version of this program; use that one.'
      : 'It has no known version.',
  );
}
