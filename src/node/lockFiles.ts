import { isSameValue } from '../base/sameValue.ts';
import { RegistryError } from '../core/agents/registryError.ts';
import type { FileLock } from '../core/locks/fileLock.ts';
import { maxNamedId } from '../core/locks/lockConfig.ts';
import type { LockHolder } from '../core/locks/lockHolder.ts';
import type { PathRules } from '../core/locks/lockPath.ts';
import type { BrokenHolder } from '../core/locks/lockStore.ts';
import { LockTable } from '../core/locks/lockTable.ts';
import type { FolderContent } from './folderScan.ts';
import {
  brokenFile,
  duplicateOf,
  holderFileName,
  holderFileText,
  holderIn,
  isHolderFileName,
  maxHolderBytes,
  parseHolderFile,
  type BrokenFile,
  type HolderFile,
  type HolderRecord,
} from './holderFile.ts';
import { readFolderFile, type FileIdentity } from './readFolderFile.ts';

/** The files of all holders, and the table that they make. */
export class LockFiles implements FolderContent<HolderRecord> {
  readonly table: LockTable;
  private readonly byFile = new Map<string, HolderRecord>();
  private readonly fileOf = new Map<number, string>();
  private sortedBroken: readonly BrokenHolder[] | undefined = [];
  /** What is about to be written, so that reading it back costs no second look at its text. */
  private readonly prepared = new Map<string, HolderFile>();
  private readonly duplicates = new Set<string>();

  constructor(
    private readonly folder: string,
    rules: PathRules,
  ) {
    this.table = new LockTable(rules);
  }

  get fileCount(): number {
    return this.byFile.size;
  }

  /** By file name; the same list while none comes, goes or changes. */
  get broken(): readonly BrokenHolder[] {
    this.sortedBroken ??= [...this.byFile.values()]
      .flatMap((record) => (record.kind === 'broken' ? [record.broken] : []))
      .sort((a, b) => (a.fileName < b.fileName ? -1 : 1));
    return this.sortedBroken;
  }

  fileNames(): Iterable<string> {
    return this.byFile.keys();
  }

  isFileName(fileName: string): boolean {
    return isHolderFileName(fileName);
  }

  get(fileName: string): HolderRecord | undefined {
    return this.byFile.get(fileName);
  }

  read(
    fileName: string,
    scratch: Buffer,
  ): { identity: FileIdentity; record: HolderRecord } | undefined {
    const limits = { maxBytes: maxHolderBytes, what: 'a holder' };
    const file = readFolderFile(this.folder, fileName, limits, scratch);
    if (file === undefined) return undefined;
    const { identity } = file;
    if ('problem' in file) return { identity, record: brokenFile(fileName, file.problem) };
    return { identity, record: this.decode(fileName, file.bytes) };
  }

  /**
   * The text of the file of a holder, checked as if it were read.
   * @throws RegistryError `invalid-holder` when it would be too large, or could not be read again
   */
  prepare(holder: LockHolder): { readonly fileName: string; readonly text: string } {
    const fileName = holderFileName(holder);
    const text = holderFileText(holder);
    const bytes = Buffer.from(text);
    const record = bytes.length <= maxHolderBytes ? this.decode(fileName, bytes) : undefined;
    if (record?.kind === 'holder') {
      this.prepared.set(fileName, record);
      return { fileName, text };
    }
    const problem =
      record?.broken.problem ??
      `It would have ${bytes.length} bytes, but ${maxHolderBytes} is the most; lock folders instead of files.`;
    const message = `${fileName} cannot be written: ${problem} Nothing was changed.`;
    throw new RegistryError('invalid-holder', message, { file: fileName });
  }

  /** Keeps what is left of a holder whose file cannot be read: in this process alone. */
  keepLastGood(lastGood: LockHolder): void {
    const fileName = holderFileName(lastGood);
    const record = this.byFile.get(fileName);
    if (record?.kind !== 'broken' || record.broken.lastGood === undefined) return;
    this.byFile.set(fileName, { ...record, broken: { ...record.broken, lastGood } });
    this.table.put(lastGood);
    this.sortedBroken = undefined;
  }

  put(fileName: string, next: HolderRecord): HolderRecord {
    this.raiseFor(fileName);
    const before = this.byFile.get(fileName);
    if (before === next) return next;
    const record = next.kind === 'holder' ? this.unlessTaken(fileName, next) : next;
    if (record.kind === 'broken') this.putBroken(fileName, { before, record });
    else this.putHolder(fileName, { before, record });
    return this.byFile.get(fileName) ?? record;
  }

  delete(fileName: string): void {
    const record = this.byFile.get(fileName);
    if (record === undefined) return;
    this.byFile.delete(fileName);
    this.duplicates.delete(fileName);
    this.forgetHolder(fileName, holderIn(record));
    if (record.kind === 'broken') this.sortedBroken = undefined;
  }

  private decode(fileName: string, bytes: Buffer): HolderRecord {
    const text = bytes.toString('utf8');
    const known = this.byFile.get(fileName);
    if (known?.kind === 'holder' && known.text === text) return known;
    const prepared = this.prepared.get(fileName);
    this.prepared.delete(fileName);
    return prepared?.text === text ? prepared : parseHolderFile(fileName, text, this.table.rules);
  }

  /** Of two files with one number the first by name counts, so that all processes agree. */
  private unlessTaken(fileName: string, record: HolderFile): HolderRecord {
    const other = this.fileOf.get(record.holder.id);
    if (other === undefined || other === fileName) return record;
    const known = this.byFile.get(other);
    if (known?.kind !== 'holder' || other < fileName) {
      return duplicateOf(other, { fileName, holder: record.holder });
    }
    this.fileOf.delete(known.holder.id);
    this.table.remove(known.holder.id);
    this.byFile.set(other, duplicateOf(fileName, { fileName: other, holder: known.holder }));
    this.duplicates.add(other);
    this.sortedBroken = undefined;
    return record;
  }

  private putHolder(
    fileName: string,
    {
      before,
      record,
    }: {
      readonly before: HolderRecord | undefined;
      readonly record: HolderFile;
    },
  ): void {
    const previous = before && holderIn(before);
    const holder = previous ? withKnownLocks(record.holder, previous) : record.holder;
    if (previous && previous.id !== holder.id) this.forgetHolder(fileName, previous);
    this.duplicates.delete(fileName);
    this.byFile.set(fileName, { ...record, holder });
    this.fileOf.set(holder.id, fileName);
    this.table.put(holder);
    if (before?.kind === 'broken') this.sortedBroken = undefined;
  }

  /** What the file held last still counts, as long as the file is there. */
  private putBroken(
    fileName: string,
    {
      before,
      record,
    }: {
      readonly before: HolderRecord | undefined;
      readonly record: BrokenFile;
    },
  ): void {
    const previous = before && holderIn(before);
    const lastGood = record.duplicate ? undefined : previous;
    const isKnown = before?.kind === 'broken' && before.broken.problem === record.broken.problem;
    if (isKnown && !before.duplicate && !record.duplicate) return;
    if (lastGood === undefined) this.forgetHolder(fileName, previous);
    if (record.duplicate) this.duplicates.add(fileName);
    else this.duplicates.delete(fileName);
    this.byFile.set(fileName, { ...record, broken: { ...record.broken, lastGood } });
    this.sortedBroken = undefined;
  }

  private forgetHolder(fileName: string, holder: LockHolder | undefined): void {
    if (holder === undefined || this.fileOf.get(holder.id) !== fileName) return;
    this.fileOf.delete(holder.id);
    this.table.remove(holder.id);
    for (const other of [...this.duplicates].sort()) {
      const record = this.byFile.get(other);
      if (record?.kind !== 'broken' || record.duplicate?.id !== holder.id) continue;
      const text = holderFileText(record.duplicate);
      this.put(other, { kind: 'holder', holder: record.duplicate, text });
      return;
    }
  }

  /** The number in a file's name is taken, whatever the file holds. */
  private raiseFor(fileName: string): void {
    const id = Number(/^holder-(\d{1,16})\.json$/.exec(fileName)?.[1] ?? 0);
    if (id <= maxNamedId) this.table.raise({ nextId: id + 1, lastToken: 0 });
  }
}

/** Locks that did not change keep their object, so that whoever compares sees what changed. */
function withKnownLocks(holder: LockHolder, previous: LockHolder): LockHolder {
  const locks = new Map<string, FileLock>();
  for (const [key, lock] of holder.locks) {
    const known = previous.locks.get(key);
    locks.set(key, known && isSameValue(known, lock) ? known : lock);
  }
  return { ...holder, locks };
}
