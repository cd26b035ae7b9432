import { lstatSync, opendirSync, readdirSync, realpathSync, type BigIntStats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { PathRules } from '../core/locks/lockPath.ts';

/** As many names of a folder are looked at before its own name is. */
const maxNames = 50;

/**
 * How the file system at a folder tells names apart, found by looking at an existing entry under its
 * name in the other case; where nothing exists yet, as the platform usually does.
 */
export function probePathRules(
  folder: string,
  platform: NodeJS.Platform = process.platform,
): PathRules {
  const usual = platform === 'win32' || platform === 'darwin';
  return {
    isCaseInsensitive: isCaseInsensitiveAt(folder) ?? usual,
    isWindows: platform === 'win32',
  };
}

function isCaseInsensitiveAt(folder: string): boolean | undefined {
  for (const name of ['.heddle', '.git', ...firstNames(folder)]) {
    const found = isCaseIgnoredFor(folder, name);
    if (found !== undefined) return found;
  }
  const real = realPath(folder);
  return isCaseIgnoredFor(dirname(real), basename(real));
}

function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}

/** Undefined when the entry is not there or its name has no letters. */
function isCaseIgnoredFor(folder: string, name: string): boolean | undefined {
  const swapped = swapCase(name);
  if (swapped === name) return undefined;
  const stats = lookAt(join(folder, name));
  if (stats === undefined) return undefined;
  const other = lookAt(join(folder, swapped));
  if (other === undefined) return false;
  if (isSameEntry(stats, other)) return true;
  // Not every file system has lasting numbers for its entries; a list shows what is really there.
  return !namesIn(folder).includes(swapped);
}

/** Two names of one file do not count: those may well be two entries. */
function isSameEntry(a: BigIntStats, b: BigIntStats): boolean {
  return a.ino !== 0n && a.ino === b.ino && a.dev === b.dev && (a.isDirectory() || a.nlink === 1n);
}

function swapCase(name: string): string {
  return name.replaceAll(/[A-Za-z]/g, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

function firstNames(folder: string): readonly string[] {
  const names: string[] = [];
  try {
    const entries = opendirSync(folder);
    try {
      for (
        let entry = entries.readSync();
        entry && names.length < maxNames;
        entry = entries.readSync()
      ) {
        names.push(entry.name);
      }
    } finally {
      entries.closeSync();
    }
  } catch {
    // A folder that cannot be read has no names to look at.
  }
  return names;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function lookAt(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
