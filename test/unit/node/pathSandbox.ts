import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { isRegistryError, type RegistryErrorCode } from '../../../src/core/agents/registryError.ts';
import { findHeddleRoot } from '../../../src/node/heddleRoot.ts';
import { openRepositoryPaths, type RepositoryPaths } from '../../../src/node/repositoryPath.ts';
import { GitSandbox } from './gitSandbox.ts';

/** Repositories with files and links, and what is asserted of the paths in them. */
export class PathSandbox extends GitSandbox {
  file(...parts: readonly string[]): string {
    const path = this.path(...parts);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    return path;
  }

  link(target: string, ...parts: readonly string[]): string {
    const path = this.path(...parts);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path);
    return path;
  }
}

export function pathsOf(start: string): RepositoryPaths {
  return openRepositoryPaths(findHeddleRoot(start));
}

/** Asserts it from several folders, and when the folder is known already. */
export function assertLock(paths: RepositoryPaths, absolute: string, expected: string): void {
  assert.equal(paths.toLockPath(absolute, '/'), expected, absolute);
  assert.equal(paths.toLockPath(absolute, dirname(absolute)), expected, absolute);
  assert.equal(paths.tryToLockPath(basename(absolute), dirname(absolute)), expected, absolute);
  assert.equal(paths.toLockPath(absolute, '/'), expected, `${absolute} again`);
}

export function assertRefused(
  paths: RepositoryPaths,
  code: RegistryErrorCode,
  {
    path,
    cwd = '/',
    message = /./,
  }: { readonly path: string; readonly cwd?: string; readonly message?: RegExp },
): void {
  const shown = path.slice(0, 60);
  assert.throws(
    () => paths.toLockPath(path, cwd),
    (error) => isRegistryError(error, code) && message.test(error.message),
    shown,
  );
  assert.equal(paths.tryToLockPath(path, cwd), undefined, shown);
}
