import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../base/errorText.ts';
import { isSameValue } from '../base/sameValue.ts';
import { AgentIndex } from '../core/agents/agentIndex.ts';
import { isBroken, type StoredRecord } from '../core/agents/agentRecord.ts';
import type { RefreshScope } from '../core/agents/agentStore.ts';
import {
  isEntryFileName,
  isSameIdentity,
  readEntryFile,
  scratchBytes,
  toIdentity,
  type FileIdentity,
} from './readEntryFile.ts';
import { forEachYielding } from './yieldingLoop.ts';

/** A time stamp younger than this may still be shared by a change that is yet to come. */
const settleMs = 50;
/** The same where time stamps are whole seconds, of two at a time on FAT. */
const coarseSettleMs = 2100;

/** How a file looked when it was read. A racy one may have changed since without looking different. */
interface SeenFile {
  readonly identity: FileIdentity;
  readonly isRacy: boolean;
}

/**
 * Keeps an `AgentIndex` equal to a folder, at a cost that follows what changed: an unchanged folder
 * costs one stat, a named file one read, and otherwise each file one stat.
 *
 * Each file is read and stored in one synchronous step, so that scans which overlap never put an
 * older content over a newer one.
 */
export class AgentFolderScan {
  readonly index = new AgentIndex();
  private readonly seen = new Map<string, SeenFile>();
  private readonly scratch = Buffer.allocUnsafe(scratchBytes);
  /** Modification time of the folder at the last complete look, if it had settled by then. */
  private settledFolderMtimeMs: number | undefined;

  constructor(private readonly folder: string) {}

  /** True when there is anything at the folder's path. */
  exists(): boolean {
    return this.folderMtimeMs() !== undefined;
  }

  /** Brings the index up to date. @throws system errors other than a missing folder */
  async refresh(scope: RefreshScope = {}): Promise<void> {
    const mtimeMs = this.folderMtimeMs();
    if (mtimeMs === undefined) {
      this.forgetAll();
      return;
    }
    if (scope.fileNames) {
      for (const name of scope.fileNames) if (isEntryFileName(name)) this.reread(name);
      return;
    }
    if (mtimeMs === this.settledFolderMtimeMs && scope.isForced !== true) return;
    const startedMs = Date.now();
    await forEachYielding(this.listAndForgetRemoved(), (fileName) => this.look(fileName));
    this.settledFolderMtimeMs = hasSettled(mtimeMs, startedMs) ? mtimeMs : undefined;
  }

  /** Reads one file anew, whatever is known of it. */
  reread(fileName: string): StoredRecord | undefined {
    const file = readEntryFile(this.folder, fileName, this.scratch);
    if (file === undefined) {
      this.seen.delete(fileName);
      this.index.delete(fileName);
      return undefined;
    }
    const isRacy = !hasSettled(file.identity.mtimeMs, Date.now());
    this.seen.set(fileName, { identity: file.identity, isRacy });
    const record = keepIdentity(this.index.getFile(fileName), file.record);
    this.index.put(record);
    return record;
  }

  /** Entry files now in the folder. Listing and forgetting is one step, so no new file is lost. */
  private listAndForgetRemoved(): readonly string[] {
    const names = readdirSync(this.folder).filter(isEntryFileName);
    if (names.length < this.index.fileCount || names.some((name) => !this.seen.has(name))) {
      const present = new Set(names);
      for (const known of [...this.index.fileNames()]) {
        if (present.has(known)) continue;
        this.seen.delete(known);
        this.index.delete(known);
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
    for (const fileName of [...this.index.fileNames()]) this.index.delete(fileName);
    this.seen.clear();
    this.settledFolderMtimeMs = undefined;
  }

  private folderMtimeMs(): number | undefined {
    try {
      return statSync(this.folder).mtimeMs;
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw error;
    }
  }
}

function hasSettled(mtimeMs: number, nowMs: number): boolean {
  return nowMs - mtimeMs >= (mtimeMs % 1000 === 0 ? coarseSettleMs : settleMs);
}

/** The known object while the content is the same; a broken file remembers what it last held. */
function keepIdentity(previous: StoredRecord | undefined, next: StoredRecord): StoredRecord {
  if (previous === undefined) return next;
  if (isBroken(next)) {
    const lastGood = isBroken(previous) ? previous.lastGood : previous;
    const withLastGood = { ...next, lastGood };
    return isSameValue(previous, withLastGood) ? previous : withLastGood;
  }
  return isSameValue(previous, next) ? previous : next;
}
