import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LockPath } from '../../core/locks/lockPath.ts';
import { keptBeforeFolder, keptBeforePrefix } from './shellWatchFiles.ts';

/** A copy of a held file from before somebody's command. */
export interface KeptBefore {
  /** The copy, absolute. */
  readonly file: string;
  /** When it was made, in milliseconds since the epoch. */
  readonly keptAtMs: number;
}

/** Larger copies are not made. */
const maxBytes = 4 * 1024 * 1024;
/** Times of files and those of the log come from clocks that move in different steps. */
const clockStepMs = 20;

/**
 * The newest copy of a path that was made before an instant; undefined when there is none any more.
 *
 * @param recordsFolder `.heddle/harness-sessions`, absolute
 */
export async function newestKeptBefore(
  recordsFolder: string,
  path: LockPath,
  { beforeMs }: { readonly beforeMs: number },
): Promise<KeptBefore | undefined> {
  const folder = keptBeforeFolder(recordsFolder);
  const prefix = keptBeforePrefix(path);
  const names = await readdir(folder).catch(() => []);
  let newest: KeptBefore | undefined;
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    const file = join(folder, name);
    const stats = await lstat(file).catch(() => undefined);
    // A copy may have the times of what was copied, but never this one.
    const keptAtMs = stats?.ctimeMs ?? 0;
    if (stats?.isFile() !== true || stats.size > maxBytes) continue;
    if (keptAtMs > beforeMs + clockStepMs || keptAtMs <= (newest?.keptAtMs ?? 0)) continue;
    newest = { file, keptAtMs };
  }
  return newest;
}

/** The bytes of a copy; undefined when it has gone meanwhile. */
export async function readKeptBefore({ file }: KeptBefore): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch {
    return undefined;
  }
}
