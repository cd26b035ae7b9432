import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../base/errorText.ts';
import type { RecordPosition, SessionRecordSource } from '../../core/harness/sessionMonitor.ts';
import { orZero } from '../activityFolder.ts';
import { sessionRecordSuffix } from './sessionRecordFile.ts';

const maxRecordBytes = 16 * 1024 * 1024;
const lineFeed = 0x0a;

/** Reads records as they grow. What is no plain file, or too long, counts as not there. */
export class SessionRecordFiles implements SessionRecordSource {
  /** @param folder the absolute path of `.heddle/harness-sessions`; it need not exist */
  constructor(private readonly folder: string) {}

  isRecord(fileName: string): boolean {
    return fileName.endsWith(sessionRecordSuffix) && !fileName.startsWith('.');
  }

  async list(): Promise<readonly string[]> {
    try {
      return (await readdir(this.folder)).filter((name) => this.isRecord(name));
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return [];
      throw error;
    }
  }

  async read(
    name: string,
    from: RecordPosition | undefined,
  ): ReturnType<SessionRecordSource['read']> {
    const flags = constants.O_RDONLY | orZero(constants.O_NOFOLLOW) | orZero(constants.O_NONBLOCK);
    const file = await open(join(this.folder, name), flags).catch(() => undefined);
    if (file === undefined) return undefined;
    try {
      const stats = await file.stat();
      if (!stats.isFile() || stats.size > maxRecordBytes) return undefined;
      const fileId = `${stats.dev}-${stats.ino}`;
      const isSame = from?.fileId === fileId && from.bytes <= stats.size;
      const start = isSame ? from.bytes : 0;
      const bytes = Buffer.alloc(stats.size - start);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
      // The last line may still be being written.
      const length = bytes.subarray(0, bytesRead).lastIndexOf(lineFeed) + 1;
      const text = bytes.subarray(0, length).toString('utf8');
      return { text, position: { fileId, bytes: start + length }, isAnew: !isSame };
    } finally {
      await file.close();
    }
  }
}
