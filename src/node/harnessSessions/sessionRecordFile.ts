import { lstatSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode } from '../../base/errorText.ts';
import type { HarnessId } from '../../core/harness/harnessEvent.ts';
import type { SessionRecord } from '../../core/harness/hookPorts.ts';
import { encodeSessionLine, type SessionLine } from '../../core/harness/sessionLine.ts';
import { compactLines, SessionFold, type SessionState } from '../../core/harness/sessionState.ts';
import { appendLines } from '../activityAppend.ts';
import type { HeddleRoot } from '../heddleRoot.ts';

/** The folder of the records of a root. */
export function sessionRecordsFolder(location: HeddleRoot): string {
  return join(location.heddleFolder, 'harness-sessions');
}

export const sessionRecordSuffix = '.jsonl';

/** Longer records are not read: nothing writes so much between two prompts. */
const maxRecordBytes = 16 * 1024 * 1024;
const compactAboveBytes = 128 * 1024;
const safeName = /^[\w-][\w.-]{0,99}$/;

/** The name of the record of a session; what cannot be a name of a file is replaced by its digest. */
export function sessionRecordName(harness: HarnessId, sessionKey: string): string {
  const name = safeName.test(sessionKey) ? sessionKey : `x${textDigest(sessionKey)}`;
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
  try {
    const stats = lstatSync(path);
    if (!stats.isFile() || stats.size > maxRecordBytes) return undefined;
    const text = readFileSync(path, 'utf8');
    // The last line may still be being written.
    return text.slice(0, text.lastIndexOf('\n') + 1);
  } catch {
    return undefined;
  }
}

/** The record of one session on disk. Every line is one write, so those of parallel hooks never mix. */
export class SessionRecordFile implements SessionRecord {
  private readonly fold: SessionFold;
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

  /** @throws system errors, Error when the folder or the file is something else */
  append(...lines: readonly SessionLine[]): void {
    if (lines.length === 0) return;
    for (const line of lines) this.fold.add(line);
    const text = lines.map(encodeSessionLine).join('');
    try {
      this.sizeBytes = appendLines(this.path, text);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      makeRecordsFolder(this.folder);
      this.sizeBytes = appendLines(this.path, text);
    }
  }

  /** A line that a parallel hook appends at this very moment may be lost; it would only be told anew. */
  compact(): void {
    const { state } = this.fold;
    if (state === undefined || this.sizeBytes < compactAboveBytes) return;
    const text = compactLines(state).map(encodeSessionLine).join('');
    const temporary = join(this.folder, `.${this.name}.${process.pid}.tmp`);
    writeFileSync(temporary, text, { mode: 0o644 });
    renameSync(temporary, this.path);
  }
}

function makeRecordsFolder(folder: string): void {
  // Only below a `.heddle` that is there: nothing is made where nobody asked for it.
  if (!statSync(dirname(folder)).isDirectory())
    throw new Error(`${dirname(folder)} is not a folder`);
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(join(folder, '.gitignore'), '*\n', { flag: 'wx' });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}
