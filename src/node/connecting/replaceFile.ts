import { randomBytes } from 'node:crypto';
import { open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder } from '../atomicWrite.ts';

/**
 * Replaces a file by these bytes with exactly this mode, which it has from its first byte on: settings
 * may hold secrets. At every instant the path holds the old content or the new. @throws system errors
 */
export async function replaceFile(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const folder = dirname(path);
  const suffix = `${process.pid}-${process.hrtime.bigint()}-${randomBytes(4).toString('hex')}`;
  const temporary = join(folder, `.${basename(path)}.tmp-${suffix}`);
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      // The umask has no say in the mode of a file that was there before.
      await handle.chmod(mode);
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncFolder(folder);
}
