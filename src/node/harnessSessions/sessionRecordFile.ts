import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../base/errorText.ts';
import type { HarnessId } from '../../core/harness/harnessEvent.ts';
import type { SessionRecord } from '../../core/harness/hookPorts.ts';
import { encodeSessionLine, type SessionLine } from '../../core/harness/sessionLine.ts';
import { compactLines } from '../../core/harness/sessionCompaction.ts';
import { SessionFold, type SessionState } from '../../core/harness/sessionState.ts';
import { appendLines } from '../activityAppend.ts';
import { orZero } from '../activityFolder.ts';
import type { HeddleRoot } from '../heddleRoot.ts';
import { isPlainFolder, readPlainFile } from './plainFile.ts';

/** The folder of the records of a root. */
export function sessionRecordsFolder(location: HeddleRoot): string {
  return join(location.heddleFolder, 'harness-sessions');
}

export const sessionRecordSuffix = '.jsonl';

/** Longer records are not read; they are begun anew. */
const maxRecordBytes = 16 * 1024 * 1024;
const compactAboveBytes = 128 * 1024;
/** A compaction takes moments. Whoever left this behind was killed. */
const staleTemporaryMs = 60_000;
const safeName = /^[a-z\d_-][a-z\d_.-]{0,99}$/;

/**
 * The name of the record of a session. What cannot be a name of a file, and what another key could be
 * taken for where case does not count, is replaced by its digest.
 */
export function sessionRecordName(harness: HarnessId, sessionKey: string): string {
  const name = safeName.test(sessionKey) ? sessionKey : `X${textDigest(sessionKey)}`;
  return `${harness}-${name}`;
}

/** FNV-1a over UTF-16 code units, twice with different starts: 64 bits, enough to tell names apart. */
export function textDigest(text: string): string {
  return [0x811c9dc5, 0x01234567].map((start) => fnv1a(text, start)).join('');
}

function fnv1a(text: string, start: number): string {
  let hash = start;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** Reads the whole lines of a record. Undefined when it is missing, no plain file, or too long. */
export function readSessionRecord(path: string): SessionFold | undefined {
  const text = readRecordText(path);
  if (text === undefined) return undefined;
  const fold = new SessionFold();
  fold.addText(text);
  return fold;
}

export function readRecordText(path: string): string | undefined {
  const text = readPlainFile(path, maxRecordBytes);
  // The last line may still be being written.
  return text?.slice(0, text.lastIndexOf('\n') + 1);
}

/** The record of one session on disk. Every line is one write, so those of parallel hooks never mix. */
export class SessionRecordFile implements SessionRecord {
  readonly hook = `${process.pid}-${performance.timeOrigin}`;
  private fold: SessionFold;
  private sizeBytes = 0;

  /** @param folder the absolute path of `.heddle/harness-sessions`; it need not exist */
  constructor(
    private readonly folder: string,
    readonly name: string,
  ) {
    this.fold = readSessionRecord(this.path) ?? new SessionFold();
  }

  get path(): string {
    return join(this.folder, `${this.name}${sessionRecordSuffix}`);
  }

  get state(): SessionState | undefined {
    return this.fold.state;
  }

  get faults(): SessionRecord['faults'] {
    return this.fold.faults;
  }

  get unguardedCalls(): SessionRecord['unguardedCalls'] {
    return this.fold.unguardedCalls;
  }

  /** @throws system errors, Error when the folder or the file is something else */
  append(...lines: readonly SessionLine[]): void {
    if (lines.length === 0) return;
    for (const line of lines) this.fold.add(line);
    const text = lines.map(encodeSessionLine).join('');
    if (!isPlainFolder(this.folder)) makeRecordsFolder(this.folder);
    this.sizeBytes = appendLines(this.path, text);
    if (this.sizeBytes > maxRecordBytes) this.beginAnew();
  }

  reread(): void {
    this.fold = readSessionRecord(this.path) ?? this.fold;
  }

  /** Lines that parallel hooks append meanwhile go over to the new file. */
  compact(): void {
    if (this.sizeBytes < compactAboveBytes) return;
    this.replacing((temporary) => {
      const old = openSync(this.path, constants.O_RDONLY | orZero(constants.O_NOFOLLOW));
      try {
        const bytes = readFileSync(old);
        const end = bytes.lastIndexOf(lineFeed) + 1;
        const text = compacted(bytes.toString('utf8', 0, end));
        if (text === undefined || text.length > end / 2) return false;
        writeFileSync(temporary, Buffer.concat([Buffer.from(text), bytes.subarray(end)]));
        renameSync(this.temporary, this.path);
        // From where it was read to; most often there is nothing.
        const rest = readFileSync(old);
        if (rest.length > 0) appendLines(this.path, rest.toString('utf8'));
        return true;
      } finally {
        closeSync(old);
      }
    });
  }

  /** What is too long to be read is worth nothing; what this hook knows of it is kept. */
  private beginAnew(): void {
    this.replacing((temporary) => {
      const text = (compactLines(this.fold) ?? []).map(encodeSessionLine).join('');
      writeFileSync(temporary, text);
      renameSync(this.temporary, this.path);
      return true;
    });
  }

  private get temporary(): string {
    return join(this.folder, `.${this.name}.tmp`);
  }

  /** One hook at a time; the record stays as it is when that fails. */
  private replacing(write: (temporary: number) => boolean): void {
    let fd: number | undefined;
    let isDone = false;
    try {
      fd = openSync(this.temporary, 'wx', 0o644);
      isDone = write(fd);
    } catch {
      this.removeStaleTemporary();
    } finally {
      if (fd !== undefined) closeSync(fd);
      if (fd !== undefined && !isDone) removeIfThere(this.temporary);
    }
  }

  private removeStaleTemporary(): void {
    const writtenMs = statSync(this.temporary, { throwIfNoEntry: false })?.mtimeMs;
    if (writtenMs === undefined) return;
    if (Math.abs(Date.now() - writtenMs) > staleTemporaryMs) removeIfThere(this.temporary);
  }
}

const lineFeed = 0x0a;

function compacted(text: string): string | undefined {
  const fold = new SessionFold();
  fold.addText(text);
  return compactLines(fold)?.map(encodeSessionLine).join('');
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Another process removed it.
  }
}

/** Only in a `.heddle` that is there: nothing is made where nobody asked for it. */
function makeRecordsFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    if (!isPlainFolder(folder)) throw new Error(`${folder} is not a folder; move it away`);
  }
  try {
    writeFileSync(join(folder, '.gitignore'), '*\n', { flag: 'wx' });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}
