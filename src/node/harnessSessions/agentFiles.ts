import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { HookFiles, LookedAtFile } from '../../core/harness/hookPorts.ts';
import type { LockPath } from '../../core/locks/lockPath.ts';
import type { RepositoryPaths } from '../repositoryPath.ts';

/** The files that agents name, in the checkout in which they work. */
export class AgentFiles implements HookFiles {
  constructor(private readonly paths: Pick<RepositoryPaths, 'tryToLockPath' | 'toAbsolute'>) {}

  look(path: string, cwd: string): LookedAtFile | undefined {
    const lockPath = this.paths.tryToLockPath(path, cwd);
    if (lockPath === undefined) return undefined;
    return { path: lockPath, signature: signatureOf(resolve(cwd, path)) };
  }

  lookAt(path: LockPath, cwd: string): LookedAtFile | undefined {
    const absolute = this.paths.toAbsolute(path, cwd);
    return absolute === undefined ? undefined : { path, signature: signatureOf(absolute) };
  }
}

/** Time of the change and size; the same for a file that was not written. */
function signatureOf(path: string): string {
  try {
    const stats = statSync(path);
    return `${stats.mtimeMs}-${stats.size}`;
  } catch {
    return 'none';
  }
}
