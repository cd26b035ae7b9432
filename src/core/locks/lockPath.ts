import { shortened, utf8Length } from '../activity/utf8.ts';
import { RegistryError, isRegistryError } from '../agents/registryError.ts';

/**
 * A path or glob relative to the root of the repository, as `parseLockPath` returns it: segments
 * joined by `/`, none of them empty, `.` or `..`; `.` alone is the whole repository. It covers itself
 * and everything below it. `*` stands for any part of a segment, `?` for one character and `**` as a
 * whole segment for any number of segments; everything else is literal.
 */
export type LockPath = string;

/** How the file system of a repository tells names apart. */
export interface PathRules {
  readonly isCaseInsensitive: boolean;
  readonly isWindows: boolean;
}

/** The path of the whole repository. */
export const wholeRepository: LockPath = '.';

const maxPathBytes = 1024;
const maxSegmentBytes = 255;
const maxWildcards = 16;

/** What is no relative path on any system: `/x`, `C:\x`, `C:/x`, `\\server\x`. */
const absolutePattern = /^(?:\/|[A-Za-z]:(?:[\\/]|$)|\\\\)/;
const unprintablePattern = /[\p{Cc}\p{Surrogate}]/u;
const beyondPlainAscii = /[^ -~]/;

/**
 * Reads a text that claims to be relative to the root; backslashes are ordinary characters.
 * Redundant dots and slashes go, nothing else changes. @throws RegistryError `invalid-path`
 */
export function parseLockPath(text: string): LockPath {
  if (text.length > maxPathBytes || utf8Length(text) > maxPathBytes) {
    throw refused(text, `is longer than ${maxPathBytes} bytes. Name a folder further up`);
  }
  if (unprintablePattern.test(text)) {
    throw refused(text, 'contains a control character or half a character. Name its folder');
  }
  const segments = text.split('/').filter((segment) => segment !== '' && segment !== '.');
  const path = segments.join('/');
  if (absolutePattern.test(text) || absolutePattern.test(path)) {
    throw refused(text, 'is absolute. Name the path from the root of the repository');
  }
  for (const segment of segments) assertSegment(segment, text);
  if (wildcardCount(path) > maxWildcards) {
    throw refused(text, `has more than ${maxWildcards} wildcards. Name a folder that contains all`);
  }
  return path === '' ? wholeRepository : path;
}

/** As `parseLockPath`, but undefined for what is no path. */
export function tryParseLockPath(text: string): LockPath | undefined {
  try {
    return parseLockPath(text);
  } catch (error) {
    if (isRegistryError(error, 'invalid-path')) return undefined;
    throw error;
  }
}

/** True when a path or a single segment has a wildcard. */
export function isGlob(path: string): boolean {
  return path.includes('*') || path.includes('?');
}

/**
 * What is compared in place of a path: two spellings of one file have one key. Never empty, and the
 * key of a key is itself.
 */
export function lockKey(path: LockPath, rules: PathRules): string {
  const composed = beyondPlainAscii.test(path) ? path.normalize('NFC') : path;
  const folded = rules.isCaseInsensitive ? foldCase(composed) : composed;
  if (!rules.isWindows && !folded.includes('**')) return folded;
  const key: string[] = [];
  for (const segment of folded.split('/')) {
    const plain = segment === '**' ? segment : segment.replaceAll(/\*{2,}/g, '*');
    const next = rules.isWindows ? withoutTrailingDots(plain) : plain;
    if (next !== '**' || key.at(-1) !== '**') key.push(next);
  }
  // A path covers everything below it anyway.
  if (key.at(-1) === '**') key.pop();
  return key.length === 0 ? wholeRepository : key.join('/');
}

function assertSegment(segment: string, text: string): void {
  if (segment === '..') {
    throw refused(text, 'contains "..". Name the path without it');
  }
  if (utf8Length(segment) > maxSegmentBytes) {
    throw refused(text, `has a name longer than ${maxSegmentBytes} bytes. Shorten that name`);
  }
}

function wildcardCount(path: string): number {
  return path.match(/\*+|\?/g)?.length ?? 0;
}

/** Windows takes `a.ts. .` for `a.ts`. What would vanish, such as `...`, stays. */
function withoutTrailingDots(segment: string): string {
  let end = segment.length;
  while (end > 0 && (segment[end - 1] === '.' || segment[end - 1] === ' ')) end -= 1;
  return end === 0 ? segment : segment.slice(0, end);
}

function foldCase(text: string): string {
  if (!beyondPlainAscii.test(text)) return text.toLowerCase();
  return Array.from(text, foldCharacter).join('').normalize('NFC');
}

/**
 * By way of the upper case, so that all forms of one letter meet (`ς` and `σ`); one by one, because
 * the lower case of a whole word depends on what follows, which a glob leaves open.
 */
function foldCharacter(character: string): string {
  const upper = character.toUpperCase();
  return (Array.from(upper).length === 1 ? upper : character).toLowerCase();
}

function refused(text: string, why: string): RegistryError {
  return new RegistryError(
    'invalid-path',
    `The path ${JSON.stringify(shortened(text, 80))} ${why}.`,
  );
}
