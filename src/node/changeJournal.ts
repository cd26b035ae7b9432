import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { errorCode } from '../base/errorText.ts';
import { atomicWrite } from './atomicWrite.ts';

/** Beyond this it starts anew, upon which every reader looks at everything once. */
const maxBytes = 256 * 1024;
/** No journal of ours gets so long; whoever made it, it is not read. */
const maxReadableBytes = 4 * 1024 * 1024;
const readFlags = constants.O_RDONLY | orZero(constants.O_NOFOLLOW) | orZero(constants.O_NONBLOCK);

/**
 * Says which files of a folder were changed, so that a reader need not look at the others. Whoever
 * holds the folder's write lock notes each change before it is made and after: a reader that comes
 * between the two reads the file again later, also when the writer died there.
 *
 * It is a hint for speed and nothing else. It is not synced; whoever starts anew looks at everything.
 */
export class ChangeJournal {
  /** Which file was read: an inode alone may come back. */
  private identity: string | undefined;
  private offset = 0;
  /** Begun and not ended, as far as was read. */
  private readonly open = new Set<string>();

  constructor(private readonly path: string) {}

  /**
   * The names of files that may have changed since the last call; undefined when any may have: at the
   * first call and when the journal was replaced or cannot be read.
   */
  changed(): ReadonlySet<string> | undefined {
    const fd = this.openForReading();
    if (fd === undefined) {
      this.identity = undefined;
      return undefined;
    }
    try {
      const stats = fstatSync(fd);
      const { size } = stats;
      if (!stats.isFile() || size > maxReadableBytes) {
        this.identity = undefined;
        return undefined;
      }
      const identity = `${stats.ino} ${stats.birthtimeMs}`;
      const isKnown = identity === this.identity && size >= this.offset;
      if (isKnown && size === this.offset) return new Set(this.open);
      if (!isKnown) this.startAt(identity);
      const names = this.readOn(fd, size);
      return isKnown ? names : undefined;
    } catch {
      // Whatever kept it from being read, everything is looked at.
      this.identity = undefined;
      return undefined;
    } finally {
      closeSync(fd);
    }
  }

  /** Notes that a file is about to be changed. Only under the write lock. @throws system errors */
  begin(fileName: string): void {
    this.append(`+${fileName}\n`);
  }

  /** Notes that it has been. @throws system errors */
  end(fileName: string): void {
    this.append(`-${fileName}\n`);
  }

  /** Starts it anew when it has become long. Only under the write lock. */
  async shorten(): Promise<void> {
    if (this.offset > maxBytes) await atomicWrite(this.path, '', { isDurable: false });
  }

  private append(line: string): void {
    const fd = openSync(this.path, appendFlags, 0o644);
    try {
      writeSync(fd, line);
    } finally {
      closeSync(fd);
    }
  }

  private startAt(identity: string): void {
    this.identity = identity;
    this.offset = 0;
    this.open.clear();
  }

  /** Reads whole lines up to `size`; what was begun by then and not ended counts as changed. */
  private readOn(fd: number, size: number): ReadonlySet<string> {
    const buffer = Buffer.allocUnsafe(size - this.offset);
    let length = 0;
    while (length < buffer.length) {
      const count = readSync(fd, buffer, length, buffer.length - length, this.offset + length);
      if (count === 0) break;
      length += count;
    }
    const names = new Set(this.open);
    const end = buffer.subarray(0, length).lastIndexOf('\n') + 1;
    for (const line of buffer.toString('utf8', 0, end).split('\n')) {
      const fileName = line.slice(1);
      // Whatever stands in it, no other folder is read.
      if (fileName === '' || /[/\\]/.test(fileName)) continue;
      names.add(fileName);
      if (line.startsWith('+')) this.open.add(fileName);
      else this.open.delete(fileName);
    }
    this.offset += end;
    return names;
  }

  private openForReading(): number | undefined {
    try {
      return openSync(this.path, readFlags);
    } catch (error) {
      if (['EMFILE', 'ENFILE'].includes(errorCode(error) ?? '')) throw error;
      return undefined;
    }
  }
}

const appendFlags =
  constants.O_WRONLY |
  constants.O_APPEND |
  constants.O_CREAT |
  orZero(constants.O_NOFOLLOW) |
  orZero(constants.O_NONBLOCK);

/** Windows has neither flag. */
function orZero(flag: number | undefined): number {
  return flag ?? 0;
}
