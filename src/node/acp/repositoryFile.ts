import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { RequestError } from '@agentclientprotocol/sdk';
import { errorCode } from '../../base/errorText.ts';
import { isRegistryError } from '../../core/agents/registryError.ts';
import type { LockPath } from '../../core/locks/lockPath.ts';
import type { RepositoryPaths } from '../repositoryPath.ts';

/** A file of the repository that an agent names; it need not exist. */
export interface RepositoryFile {
  /** Where it really is, all links resolved. */
  readonly realPath: string;
  readonly path: LockPath;
}

/**
 * Finds out which file of the repository an agent means.
 * @throws RequestError for what is not absolute, or outside the repository once links are resolved
 */
export async function repositoryFile(
  named: string,
  { paths, cwd }: { readonly paths: RepositoryPaths; readonly cwd: string },
): Promise<RepositoryFile> {
  if (!isAbsolute(named)) throw refused(`${JSON.stringify(named)} is not an absolute path.`);
  try {
    paths.toLockPath(named, cwd);
    const realPath = await realPathOf(named);
    return { realPath, path: paths.toLockPath(realPath, cwd) };
  } catch (error) {
    if (isRegistryError(error)) throw refused(error.message);
    throw error;
  }
}

/** Resolves links as far as the path exists. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    const isLink = await stat(path).then(
      () => true,
      () => false,
    );
    if (isLink) throw error;
    return join(await realPathOf(dirname(path)), basename(path));
  }
}

/** An error that says to the agent why something is not done. */
export function refused(reason: string): RequestError {
  return new RequestError(-32_602, reason);
}
