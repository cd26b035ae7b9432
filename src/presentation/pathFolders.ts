import { isGlob, wholeRepository, type LockPath } from '../core/locks/lockPath.ts';

/** The folder that contains a path; undefined for the repository itself. */
export function folderOf(path: LockPath): LockPath | undefined {
  if (path === wholeRepository) return undefined;
  const end = path.lastIndexOf('/');
  return end === -1 ? wholeRepository : path.slice(0, end);
}

/** The folders that contain a path, the nearest first, the repository last. */
export function foldersAbove(path: LockPath): readonly LockPath[] {
  const folders: LockPath[] = [];
  for (let at = folderOf(path); at !== undefined; at = folderOf(at)) folders.push(at);
  return folders;
}

/** The path up to its first segment with a wildcard: the deepest folder that contains all it matches. */
export function literalPart(path: LockPath): LockPath {
  if (!isGlob(path)) return path;
  const segments = path.split('/');
  const end = segments.findIndex(isGlob);
  return end === 0 ? wholeRepository : segments.slice(0, end).join('/');
}

/** The last name of a folder as the system writes it. */
export function lastSegment(folder: string): string {
  return folder.split(/[/\\]/).findLast((segment) => segment !== '') ?? folder;
}
