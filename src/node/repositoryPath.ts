import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { systemClock, type Clock } from '../base/clock.ts';
import { shortened } from '../core/activity/utf8.ts';
import { RegistryError, isRegistryError } from '../core/agents/registryError.ts';
import {
  isGlob,
  parseLockPath,
  tryParseLockPath,
  wholeRepository,
  type LockPath,
  type PathRules,
} from '../core/locks/lockPath.ts';
import { segmentsOf } from '../core/locks/pathOverlap.ts';
import type { HeddleRoot } from './heddleRoot.ts';
import { isEntry } from './linkResolution.ts';
import { isNativeName, parseNativePath, refusedPath } from './nativePath.ts';
import { probePathRules } from './pathRulesProbe.ts';
import { isSameName } from './relativeNames.ts';
import { RepositoryFolders } from './repositoryFolders.ts';

/** Translates between the paths of files and the paths of locks, for all checkouts of a repository. */
export interface RepositoryPaths {
  /** How names are told apart at the root; found at the first use, then the same for good. */
  readonly rules: PathRules;

  /**
   * The lock path of a file, folder or glob. Links are resolved as far as the path exists, up to the
   * first wildcard, and a linked worktree stands for the main checkout. What is learnt of a folder
   * counts for up to 15 seconds; in a known folder it takes one system call.
   * @param path absolute, or relative to `cwd`, which is absolute
   * @throws RegistryError `outside-root`, `invalid-path`
   */
  toLockPath(path: string, cwd: string): LockPath;

  /** As `toLockPath`, but undefined for what has no lock path. */
  tryToLockPath(path: string, cwd: string): LockPath | undefined;

  /**
   * As `tryToLockPath` for an absolute path, without any system call in a known folder of the
   * repository. Gives the same, except that the last name counts as it stands: also when it is a link
   * or the top of a linked worktree inside another checkout.
   */
  toLockPathFast(path: string): LockPath | undefined;

  /**
   * The absolute path of a lock in the checkout that an existing folder belongs to, spelt as that
   * folder is; a glob stays one. Undefined when it lies outside that checkout, or the folder outside
   * the repository.
   */
  toAbsolute(path: LockPath, checkoutFolder: string): string | undefined;
}

/** Looks at nothing before the first question. */
export function openRepositoryPaths(
  location: HeddleRoot,
  { clock = systemClock }: { readonly clock?: Pick<Clock, 'now'> } = {},
): RepositoryPaths {
  return new CachedRepositoryPaths(location, clock);
}

const maxAgeMs = 15_000;
const maxFolders = 50_000;
const isWindows = sep === '\\';

/** What is known, since when, and the lock paths of folders. */
interface Knowledge {
  readonly sinceMs: number;
  readonly folders: RepositoryFolders;
  readonly lockPaths: Map<string, LockPath | undefined>;
}

class CachedRepositoryPaths implements RepositoryPaths {
  private probed: PathRules | undefined;
  private known: Knowledge | undefined;

  constructor(
    private readonly location: HeddleRoot,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  get rules(): PathRules {
    this.probed ??= probePathRules(this.location.root);
    return this.probed;
  }

  toLockPath(path: string, cwd: string): LockPath {
    const { anchor, climb, names } = parseNativePath(path, isWindows);
    const { folders } = this.knowledge();
    let start = anchor === undefined ? folders.realPath(cwd) : resolve(cwd, anchor);
    for (let i = 0; i < climb; i += 1) start = dirname(start);
    for (let end = nextGlob(names, 0); ; end = nextGlob(names, end + 1)) {
      const found = folders.namesFromRoot(
        folders.links.resolve(join(start, ...names.slice(0, end))),
      );
      if (found) return this.toChecked([...found, ...names.slice(end)].join('/'), path);
      // On the way to a checkout, a name with a wildcard can only be that of a folder.
      if (end === names.length || !isEntry(join(start, ...names.slice(0, end + 1)))) {
        throw this.outside(path);
      }
    }
  }

  tryToLockPath(path: string, cwd: string): LockPath | undefined {
    try {
      return this.toLockPath(path, cwd);
    } catch (error) {
      if (isRegistryError(error, 'outside-root') || isRegistryError(error, 'invalid-path')) {
        return undefined;
      }
      throw error;
    }
  }

  toLockPathFast(path: string): LockPath | undefined {
    if (!isAbsolute(path)) return undefined;
    const folder = this.folderLockPath(dirname(path));
    if (folder === undefined) return this.tryToLockPath(path, dirname(path));
    const name = basename(path);
    if (isStateFolder(name, this.rules)) return undefined;
    return tryParseLockPath(folder === wholeRepository ? name : `${folder}/${name}`);
  }

  toAbsolute(path: LockPath, checkoutFolder: string): string | undefined {
    const parsed = tryParseLockPath(path);
    if (parsed === undefined || !isAbsolute(checkoutFolder)) return undefined;
    const names = segmentsOf(parsed);
    if (!names.every((name) => isNativeName(name, isWindows))) return undefined;
    return this.knowledge().folders.pathInCheckout(names, checkoutFolder);
  }

  private folderLockPath(folder: string): LockPath | undefined {
    const { folders, lockPaths } = this.knowledge();
    if (lockPaths.has(folder)) return lockPaths.get(folder);
    // What does not exist yet may do so at any time.
    if (folders.links.folder(folder) === undefined) return undefined;
    const lockPath = this.tryToLockPath(folder, folder);
    lockPaths.set(folder, lockPath);
    return lockPath;
  }

  private toChecked(text: string, path: string): LockPath {
    const lockPath = parseLockPath(text);
    if (segmentsOf(lockPath).some((name) => isStateFolder(name, this.rules))) {
      throw refusedPath(path, 'lies in a .git or .heddle folder. Name a file of the project');
    }
    return lockPath;
  }

  private outside(path: string): RegistryError {
    const { root } = this.location;
    const shown = JSON.stringify(shortened(path, 200));
    const message = `The path ${shown} is outside the repository at ${root}. Name a path in it.`;
    return new RegistryError('outside-root', message, { file: path });
  }

  private knowledge(): Knowledge {
    const nowMs = this.clock.now();
    const { known } = this;
    const isUsable =
      known !== undefined &&
      Math.abs(nowMs - known.sinceMs) <= maxAgeMs &&
      known.folders.size + known.lockPaths.size <= maxFolders;
    if (isUsable) return known;
    const folders = new RepositoryFolders(this.location, this.rules);
    this.known = { sinceMs: nowMs, folders, lockPaths: new Map() };
    return this.known;
  }
}

function nextGlob(names: readonly string[], from: number): number {
  const index = names.findIndex((name, i) => i >= from && isGlob(name));
  return index < 0 ? names.length : index;
}

/** Cheap for the many names that do not begin with a dot. */
function isStateFolder(name: string, rules: PathRules): boolean {
  if (!name.startsWith('.')) return false;
  return isSameName(name, '.git', rules) || isSameName(name, '.heddle', rules);
}
