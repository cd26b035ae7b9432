import { posix, win32 } from 'node:path';
import { shortened } from '../core/activity/utf8.ts';
import { RegistryError } from '../core/agents/registryError.ts';

/** A path as a person or a program wrote it, taken apart without looking at any file. */
export interface NativePath {
  /** `/`, `C:\`, `\\server\share\`, or on Windows `\` for the drive of the folder one is in. */
  readonly anchor: string | undefined;
  /** How many folders up it begins. */
  readonly climb: number;
  /** The names from there on: none of them empty, `.` or `..`. */
  readonly names: readonly string[];
}

const maxLength = 32_768;

/** @throws RegistryError `invalid-path`, also for `..` after a name: a link might be meant */
export function parseNativePath(text: string, isWindows: boolean): NativePath {
  if (text === '') throw refusedPath(text, 'is empty. Use "." for the folder you are in');
  if (text.length > maxLength) {
    throw refusedPath(text, `is longer than ${maxLength} characters. Name a folder further up`);
  }
  if (/[\0\p{Surrogate}]/u.test(text)) {
    throw refusedPath(text, 'contains a NUL or half a character. Name its folder');
  }
  const plain = isWindows ? withoutLongPrefix(text) : text;
  const { root } = (isWindows ? win32 : posix).parse(plain);
  if (/^[A-Za-z]:$/.test(root)) {
    throw refusedPath(text, `is relative to a drive. Begin it with ${root}\\`);
  }
  const names = namesIn(plain.slice(root.length), isWindows);
  const first = names.findIndex((name) => name !== '..');
  const climb = first < 0 ? names.length : first;
  if (names.includes('..', climb)) {
    throw refusedPath(text, 'contains ".." after a name. Write the path without it');
  }
  return { anchor: root === '' ? undefined : root, climb, names: names.slice(climb) };
}

/** False for a name that a native path cannot hold as one plain segment. */
export function isNativeName(name: string, isWindows: boolean): boolean {
  if (!isWindows) return !name.includes('/');
  return !/[\\/:]/.test(name) && !/^[. ]+$/.test(name);
}

/** @param why ends the sentence, and says what to do next */
export function refusedPath(path: string, why: string): RegistryError {
  const message = `The path ${JSON.stringify(shortened(path, 200))} ${why}.`;
  return new RegistryError('invalid-path', message);
}

function namesIn(path: string, isWindows: boolean): readonly string[] {
  return path.split(isWindows ? /[\\/]/ : '/').filter((name) => name !== '' && name !== '.');
}

/** `\\?\C:\x` and `\\?\UNC\server\share\x` without what lifts the limit of the length. */
function withoutLongPrefix(path: string): string {
  if (/^\\\\\?\\UNC\\/i.test(path)) return `\\\\${path.slice(8)}`;
  return /^\\\\\?\\[A-Za-z]:\\/.test(path) ? path.slice(4) : path;
}
