import { isSameValue } from '../base/sameValue.ts';
import { AgentIndex } from '../core/agents/agentIndex.ts';
import { isBroken, type StoredRecord } from '../core/agents/agentRecord.ts';
import { FolderScan, type FolderContent } from './folderScan.ts';
import { isEntryFileName, readEntryFile, type EntryFile } from './readEntryFile.ts';

/** Keeps an `AgentIndex` equal to a folder of entries. */
export class AgentFolderScan extends FolderScan<StoredRecord> {
  readonly index: AgentIndex;

  constructor(folder: string) {
    const index = new AgentIndex();
    super(folder, new EntryFiles(folder, index));
    this.index = index;
  }
}

class EntryFiles implements FolderContent<StoredRecord> {
  constructor(
    private readonly folder: string,
    private readonly index: AgentIndex,
  ) {}

  get fileCount(): number {
    return this.index.fileCount;
  }

  fileNames(): Iterable<string> {
    return this.index.fileNames();
  }

  isFileName(fileName: string): boolean {
    return isEntryFileName(fileName);
  }

  read(fileName: string, scratch: Buffer): EntryFile | undefined {
    return readEntryFile(this.folder, fileName, scratch);
  }

  put(fileName: string, next: StoredRecord): StoredRecord {
    const record = keepIdentity(this.index.getFile(fileName), next);
    this.index.put(record);
    return record;
  }

  delete(fileName: string): void {
    this.index.delete(fileName);
  }
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
