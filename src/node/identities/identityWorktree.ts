import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { mainCheckoutOf, type HeddleRoot } from '../heddleRoot.ts';

/**
 * The checkout whose descriptions of agents count for a folder: the linked git worktree around it, else
 * the root itself. Runs no git.
 *
 * @param folder absolute
 */
export function identityWorktree({ root }: Pick<HeddleRoot, 'root'>, folder: string): string {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (exists(join(at, '.git'))) return mainCheckoutOf(at) === undefined ? root : at;
    if (dirname(at) === at) return root;
  }
}

function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
