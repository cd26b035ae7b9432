import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { HookFiles, LookedAtFile } from '../../core/harness/hookPorts.ts';
import { lockKey, type LockPath } from '../../core/locks/lockPath.ts';
import type { RepositoryPaths } from '../repositoryPath.ts';

/** The files that agents name, in the checkout in which they work. */
export class AgentFiles implements HookFiles {
  constructor(
    private readonly paths: Pick<RepositoryPaths, 'tryToLockPath' | 'toAbsolute' | 'rules'>,
  ) {}

  look(path: string, cwd: string): LookedAtFile | undefined {
    const lockPath = this.paths.tryToLockPath(path, cwd);
    return lockPath === undefined ? undefined : this.lookedAt(lockPath, resolve(cwd, path));
  }

  lookAt(path: LockPath, cwd: string): LookedAtFile | undefined {
    const absolute = this.paths.toAbsolute(path, cwd);
    return absolute === undefined ? undefined : this.lookedAt(path, absolute);
  }

  private lookedAt(path: LockPath, absolute: string): LookedAtFile {
    const key = lockKey(path, this.paths.rules);
    const gone = { path, key, signature: 'none', isFolder: false, changedMs: undefined };
    try {
      const stats = statSync(absolute, { throwIfNoEntry: false });
      if (stats === undefined) return gone;
      const { mtimeMs: changedMs, size } = stats;
      // What is in a folder comes and goes without anybody changing the folder.
      const isFolder = stats.isDirectory();
      const signature = isFolder ? 'folder' : `${changedMs}-${size}`;
      return { path, key, signature, isFolder, changedMs };
    } catch {
      return gone;
    }
  }
}
