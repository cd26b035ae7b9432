import { readFileSync, realpathSync, statSync, type Stats } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';

/** Where the shared state of a folder lives. */
export interface HeddleRoot {
  /** The folder that contains `.heddle`, absolute. */
  readonly root: string;
  /** `.heddle` itself: in the root, or where a checkout of Heddle points to. */
  readonly heddleFolder: string;
  /** False when there is no `.heddle` yet. */
  readonly isPresent: boolean;
}

/** The folder of agent entries of a root. */
export function agentsFolder(location: HeddleRoot): string {
  return join(location.heddleFolder, 'agents');
}

/**
 * Finds the root for a folder: in a linked git worktree the main checkout (for a bare repository the
 * folder beside the common git directory), so that all worktrees share one truth; else the nearest
 * folder upwards that has `.heddle`; else the git checkout's top, or the folder itself. Runs no git.
 */
export function findHeddleRoot(start: string): HeddleRoot {
  const from = resolve(start);
  const checkout = nearest(from, '.git');
  const main = checkout === undefined ? undefined : mainCheckoutOf(checkout);
  // From the main checkout on, a worktree looks where the main checkout would: one truth for all.
  return heddleRootAt(nearest(main ?? from, '.heddle') ?? main ?? checkout ?? from);
}

/** The root at exactly this folder, as `--root` and the setting name it. */
export function heddleRootAt(folder: string): HeddleRoot {
  const root = resolve(folder);
  const own = join(root, '.heddle');
  return { root, heddleFolder: sharedHeddleFolder(own) ?? own, isPresent: isFolder(own) };
}

function nearest(start: string, name: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (exists(join(folder, name))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/**
 * The main checkout of the linked worktree whose top this folder is (for a bare repository the folder
 * beside the common git directory); undefined for any other folder.
 */
export function mainCheckoutOf(checkout: string): string | undefined {
  const gitDir = /^gitdir: (.+)$/m.exec(readText(join(checkout, '.git')) ?? '')?.[1];
  if (gitDir === undefined) return undefined;
  const absoluteGitDir = resolve(checkout, gitDir.trim());
  // Only a linked worktree has this file; a submodule or a separate git directory has not.
  const common = readText(join(absoluteGitDir, 'commondir'))?.trim();
  if (common === undefined || common === '') return undefined;

  const commonDir = realPath(resolve(absoluteGitDir, common));
  const configured = configuredWorktree(commonDir);
  if (configured !== undefined) return configured;
  // Beside a bare repository's directory, or around an ordinary `.git`: both are its parent.
  return dirname(commonDir);
}

/** `core.worktree` of a repository whose git directory lies elsewhere, such as a submodule's. */
function configuredWorktree(commonDir: string): string | undefined {
  const config = readText(join(commonDir, 'config')) ?? '';
  const path = /^\s*worktree\s*=\s*"?([^"\r\n]+?)"?\s*$/m.exec(config)?.[1];
  if (path === undefined) return undefined;
  const worktree = isAbsolute(path) ? path : resolve(commonDir, path);
  return isFolder(worktree) ? worktree : undefined;
}

/** The `.heddle` that a checkout made by Heddle shares, named by a text file in its own `.heddle`. */
export function sharedHeddleFolder(own: string): string | undefined {
  const target = readText(join(own, 'objectstore'))?.trim();
  if (target === undefined || target === '' || target.includes('\n')) return undefined;
  const folder = resolve(own, target);
  return basename(folder) === '.heddle' && isFolder(folder) ? folder : undefined;
}

function readText(path: string): string | undefined {
  try {
    const stats = statSync(path);
    return stats.isFile() && stats.size < 65_536 ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

function exists(path: string): boolean {
  return statsOf(path) !== undefined;
}

function isFolder(path: string): boolean {
  return statsOf(path)?.isDirectory() ?? false;
}

/** What cannot be looked at (a file in the way, no permission) is taken as not there. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
