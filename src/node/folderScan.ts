import { lstatSync, readdirSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../base/errorText.ts';
import type { RefreshScope } from '../core/agents/agentStore.ts';
import { isSameIdentity, scratchBytes, toIdentity, type FileIdentity } from './readFolderFile.ts';
import { hasSettled } from './settledTime.ts';
import { forEachYielding } from './yieldingLoop.ts';

/** How a file looked when it was read. A racy one may have changed since without looking different. */
interface SeenFile {
  readonly identity: FileIdentity;
  readonly isRacy: boolean;
}

/** What is kept of the files of a folder. */
export interface FolderContent<R> {
  readonly fileCount: number;
  fileNames(): Iterable<string>;
  isFileName(fileName: string): boolean;
  /** Reads and decodes a file; undefined when there is none. */
  read(fileName: string, scratch: Buffer): { identity: FileIdentity; record: R } | undefined;
  /** Keeps what a file holds now, and returns it as it is kept. */
  put(fileName: string, record: R): R;
  delete(fileName: string): void;
}

/**
 * Keeps content equal to a folder, at a cost that follows what changed: an unchanged folder costs one
 * stat, a named file one read, and otherwise each file one stat.
 *
 * Each file is read and stored in one synchronous step, so that scans which overlap never put an
 * older content over a newer one.
 */
export class FolderScan<R> {
  private readonly seen = new Map<string, SeenFile>();
  private readonly scratch = Buffer.allocUnsafe(scratchBytes);
  /** Modification time of the folder at the last complete look, if it had settled by then. */
  private settledFolderMtimeMs: number | undefined;
  private folderIdentity: string | undefined;

  constructor(
    private readonly folder: string,
    private readonly content: FolderContent<R>,
  ) {}

  /** True when there is anything at the folder's path. */
  exists(): boolean {
    return this.folderMtimeMs() !== undefined;
  }

  /** Brings the content up to date. @throws system errors other than a missing folder */
  async refresh(scope: RefreshScope = {}): Promise<void> {
    const stats = this.folderStats();
    if (stats === undefined) {
      this.forgetAll();
      return;
    }
    const isOther = this.isOtherFolder(stats);
    const { mtimeMs } = stats;
    if (scope.fileNames && !isOther) {
      for (const name of scope.fileNames) if (this.content.isFileName(name)) this.reread(name);
      return;
    }
    const isSettled = mtimeMs === this.settledFolderMtimeMs && !isOther;
    if (isSettled && scope.isForced !== true) return;
    const startedMs = Date.now();
    await forEachYielding(this.listAndForgetRemoved(), (fileName) => this.look(fileName));
    this.settledFolderMtimeMs = hasSettled(mtimeMs, startedMs) ? mtimeMs : undefined;
  }

  /** Reads one file anew, whatever is known of it. */
  reread(fileName: string): R | undefined {
    const file = this.content.read(fileName, this.scratch);
    if (file === undefined) {
      this.seen.delete(fileName);
      this.content.delete(fileName);
      return undefined;
    }
    const isRacy = !hasSettled(file.identity.mtimeMs, Date.now());
    this.seen.set(fileName, { identity: file.identity, isRacy });
    return this.content.put(fileName, file.record);
  }

  /** Files now in the folder. Listing and forgetting is one step, so no new file is lost. */
  private listAndForgetRemoved(): readonly string[] {
    const names = readdirSync(this.folder).filter((name) => this.content.isFileName(name));
    if (names.length < this.content.fileCount || names.some((name) => !this.seen.has(name))) {
      const present = new Set(names);
      for (const known of [...this.content.fileNames()]) {
        if (present.has(known)) continue;
        this.seen.delete(known);
        this.content.delete(known);
      }
    }
    return names;
  }

  private look(fileName: string): void {
    const seen = this.seen.get(fileName);
    if (seen !== undefined && !seen.isRacy) {
      const stats = lstatSync(join(this.folder, fileName), { throwIfNoEntry: false });
      if (stats !== undefined && isSameIdentity(seen.identity, toIdentity(stats))) return;
    }
    this.reread(fileName);
  }

  private forgetAll(): void {
    for (const fileName of [...this.content.fileNames()]) this.content.delete(fileName);
    this.seen.clear();
    this.settledFolderMtimeMs = undefined;
  }

  /** True when the folder has exactly the files that are known. @throws system errors */
  hasKnownNames(): boolean {
    const names = readdirSync(this.folder).filter((name) => this.content.isFileName(name));
    return names.length === this.content.fileCount && names.every((name) => this.seen.has(name));
  }

  /**
   * Takes the content as complete for a folder of this modification time, on the word of somebody who
   * knows what changed until then.
   */
  trust(mtimeMs: number | undefined): void {
    this.settledFolderMtimeMs = mtimeMs;
  }

  /** Modification time of the folder; undefined when there is none. @throws system errors */
  folderMtimeMs(): number | undefined {
    return this.folderStats()?.mtimeMs;
  }

  /**
   * True when the folder was made anew since the last look, so that nothing that is known of its files
   * or of what changed in it holds. Its inode alone may be that of the one before.
   */
  private isOtherFolder({ ino, birthtimeMs }: Stats): boolean {
    const identity = `${ino} ${birthtimeMs}`;
    const isOther = this.folderIdentity !== undefined && this.folderIdentity !== identity;
    this.folderIdentity = identity;
    return isOther;
  }

  private folderStats(): Stats | undefined {
    try {
      return statSync(this.folder);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw error;
    }
  }
}
