import { sep } from 'node:path';
import { runOf, type ListedSession } from '../../presentation/sessions/rows/listedSession.ts';

/** Whether a session works in, below or around one of the folders of a window. */
export function concernsFolders(
  session: Pick<ListedSession, 'record' | 'digest'>,
  folders: readonly string[],
): boolean {
  const cwd = runOf(session)?.cwd;
  if (cwd === undefined) return false;
  return folders.some((folder) => isWithin(cwd, folder) || isWithin(folder, cwd));
}

/** Whether a path is a folder itself or below it, as far as their names tell. */
export function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);
}
