import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../base/errorText.ts';

/**
 * Makes a folder for state, and those above it, and has git ignore its content. Returns whether it was
 * made; a folder that was there before is left as it is. @throws system errors
 */
export async function makeStateFolder(folder: string): Promise<boolean> {
  if (!(await makeFolders(folder))) return false;
  await writeOnce(join(folder, '.gitignore'), '*\n');
  return true;
}

/** Writes a file unless there is one of that name. */
export async function writeOnce(path: string, content: string): Promise<void> {
  try {
    await writeFile(path, content, { flag: 'wx' });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

export async function isExistingFolder(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isDirectory() ?? false;
}

/**
 * True when the folder was made. Not left to `mkdir` with `recursive`: where a file system answers
 * ENOENT to any new name, such as /proc, that never returns.
 */
async function makeFolders(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if (await isExistingFolder(folder)) return false;
    const parent = dirname(folder);
    if (errorCode(error) !== 'ENOENT' || (await isExistingFolder(parent))) throw error;
    await makeFolders(parent);
    // Somebody else may be making the same folders.
    return makeFolders(folder);
  }
}
