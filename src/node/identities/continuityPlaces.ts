import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { HeddleRoot } from '../heddleRoot.ts';

/** Where what lasts of the identities of a root is kept. All paths are absolute. */
export interface ContinuityPlaces {
  /** `.heddle/continuity`: one folder for each identity. */
  readonly folder: string;
  /** Files that no clean-up of the checkout reaches. */
  readonly outside: OutsidePlaces;
}

export interface OutsidePlaces {
  /** The highest tokens, twice. */
  readonly floors: string;
  readonly floorsCopy: string;
  readonly lock: string;
}

/**
 * The outside files are in the common git directory around `.heddle`, so that all worktrees share them;
 * without git in the home folder, under a name that follows from the path of the root. Runs no git.
 */
export function continuityPlaces(location: HeddleRoot, home: string = homedir()): ContinuityPlaces {
  const folder = join(location.heddleFolder, 'continuity');
  const base = dirname(location.heddleFolder);
  const gitDirectory = commonGitDirectory(base);
  if (gitDirectory !== undefined) {
    return { folder, outside: outsideFiles(join(gitDirectory, 'heddle-agents'), 'fences') };
  }
  const digest = createHash('sha256').update(realPath(base)).digest('hex').slice(0, 32);
  return { folder, outside: outsideFiles(join(home, '.heddle-agents', 'fences'), digest) };
}

function outsideFiles(folder: string, stem: string): OutsidePlaces {
  return {
    floors: join(folder, `${stem}.json`),
    floorsCopy: join(folder, `${stem}.copy.json`),
    lock: join(folder, `.${stem}.lock`),
  };
}

/** Of the nearest checkout upwards; undefined where there is none, or none that looks like one. */
function commonGitDirectory(start: string): string | undefined {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    const found = gitDirectoryAt(folder);
    if (found !== undefined) return found;
    if (dirname(folder) === folder) return undefined;
  }
}

function gitDirectoryAt(folder: string): string | undefined {
  const path = join(folder, '.git');
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  if (stats.isDirectory()) return ifRepository(path);
  const target = /^gitdir: (.+)$/m.exec(readText(path) ?? '')?.[1]?.trim();
  if (target === undefined) return undefined;
  const own = resolve(folder, target);
  return ifRepository(resolve(own, readText(join(own, 'commondir'))?.trim() ?? '.'));
}

/** A file in an unpacked archive may point anywhere; nothing is written where there is no repository. */
function ifRepository(folder: string): string | undefined {
  const isOne = readText(join(folder, 'HEAD')) !== undefined && isFolder(join(folder, 'objects'));
  return isOne ? realPath(folder) : undefined;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

const maxTextBytes = 64 * 1024;

function readText(path: string): string | undefined {
  try {
    const stats = statSync(path);
    return stats.isFile() && stats.size <= maxTextBytes ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
