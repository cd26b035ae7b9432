import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../base/errorText.ts';

/**
 * Makes a folder for state, and those above it, and has git ignore its content. Returns whether it was
 * made; a folder that was there before is left as it is. @throws system errors
 */
export async function makeStateFolder(folder: string): Promise<boolean> {
  if (!(await makeFolders(folder))) return false;
  try {
    await writeOnce(join(folder, '.gitignore'), '*\n');
  } catch (error) {
    // Somebody removed it again; whoever makes it next has git ignore it.
    if (errorCode(error) !== 'ENOENT') throw error;
  }
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
 * Makes a folder and those above it, and leaves git as it is. True when it was made. Others may make or
 * remove the same folders meanwhile, so it tries again; but not for ever, as `mkdir` with `recursive`
 * does where a file system answers ENOENT to any new name, such as /proc.
 */
export async function makeFolders(folder: string, attempts = 10): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if (await isExistingFolder(folder)) return false;
    if (errorCode(error) !== 'ENOENT' || attempts === 0) throw error;
    const parent = dirname(folder);
    if (!(await isExistingFolder(parent))) await makeFolders(parent, attempts - 1);
    return makeFolders(folder, attempts - 1);
  }
}
