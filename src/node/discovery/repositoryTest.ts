import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { findHeddleRoot, type HeddleRoot } from '../heddleRoot.ts';

/**
 * Tells of folders, by their real paths, whether an agent that works there belongs to this root: by the
 * same rule by which its hook would find it, so worktrees count and a nested repository with a root of
 * its own does not. Looks at each folder once.
 */
export function repositoryTest(location: HeddleRoot): (folder: string) => boolean {
  const heddleFolder = realPath(location.heddleFolder);
  const root = realPath(location.root);
  const isOurs = (folder: string): boolean => {
    const found = findHeddleRoot(folder);
    if (realPath(found.heddleFolder) === heddleFolder) return true;
    // A root that was named by hand may be one that nobody finds from below.
    return isInside(root, folder) && isInside(realPath(found.root), root);
  };
  const known = new Map<string, boolean>();
  return (folder) => {
    const answer = known.get(folder) ?? isOurs(folder);
    known.set(folder, answer);
    return answer;
  };
}

function isInside(outer: string, inner: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);
}

/** What does not exist yet stands for itself. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
