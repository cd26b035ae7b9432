import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { SerialQueue } from '../../base/serialQueue.ts';
import { isTerminalEvent, type ProgressEvent } from '../../core/sessions/progressEvent.ts';
import { encodeEventLine } from '../../core/sessions/progressEventCodec.ts';
import { orZero } from '../activityFolder.ts';
import {
  maxLineBytes,
  maxLogBytes,
  maxWaitingBytes,
  reservedLogBytes,
} from './sessionLogLimits.ts';

/** Never follows a link out of the folder and never waits for the reader of a FIFO. */
const appendFlags =
  constants.O_WRONLY |
  constants.O_APPEND |
  constants.O_CREAT |
  orZero(constants.O_NOFOLLOW) |
  orZero(constants.O_NONBLOCK);

interface Waiting {
  readonly line: string;
  readonly isDurable: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Appends the events of one session to its log, in the order of the calls: what comes within one turn of
 * the event loop, or while the disk is busy, goes down in one write. Ends and questions are synced.
 */
export class SessionLogWriter {
  private readonly writes = new SerialQueue();
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private isScheduled = false;
  private handle: FileHandle | undefined;
  private sizeBytes = 0;
  /** A write was cut short, so what comes next begins a line of its own. */
  private isLineOpen = false;

  /** @param ready resolves when the folder of the log is there */
  constructor(
    private readonly path: string,
    private readonly ready: Promise<void>,
  ) {}

  /** Resolves when the event is written. @throws system errors, Error for what does not fit (as rejection) */
  append(event: ProgressEvent): Promise<void> {
    const isDurable = isSynced(event);
    const line = fittingLine(event);
    const lineBytes = Buffer.byteLength(line);
    const problem = this.whyNot(lineBytes, isDurable);
    if (problem !== undefined) return Promise.reject(new Error(problem));
    this.waitingBytes += lineBytes;
    return new Promise((resolve, reject) => {
      this.waiting.push({ line, isDurable, resolve, reject });
      this.schedule();
    });
  }

  /** Resolves when all that was appended before is written, or has failed. */
  async flush(): Promise<void> {
    await this.writes.run(() => this.writeWaiting());
  }

  /** Writes what waits and closes the file; a later event opens it again. */
  async close(): Promise<void> {
    await this.flush();
    await this.writes.run(() => this.closeFile());
  }

  private whyNot(lineBytes: number, isDurable: boolean): string | undefined {
    if (lineBytes > maxLineBytes) return `one event takes more than ${maxLineBytes} bytes`;
    if (isDurable) return undefined;
    if (this.waitingBytes + lineBytes > maxWaitingBytes) return 'the disk does not keep up';
    const isFull = this.sizeBytes + this.waitingBytes + lineBytes > maxLogBytes - reservedLogBytes;
    return isFull ? `its log has reached ${maxLogBytes - reservedLogBytes} bytes` : undefined;
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      void this.flush();
    });
  }

  private async writeWaiting(): Promise<void> {
    const batch = this.waiting;
    if (batch.length === 0) return;
    this.waiting = [];
    this.waitingBytes = 0;
    try {
      await this.write(batch);
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  private async write(batch: readonly Waiting[]): Promise<void> {
    await this.ready;
    const handle = await this.file();
    const text = batch.map(({ line }) => line).join('');
    const bytes = Buffer.from(this.isLineOpen ? `\n${text}` : text, 'utf8');
    this.isLineOpen = true;
    await handle.writeFile(bytes);
    this.isLineOpen = false;
    this.sizeBytes += bytes.length;
    if (batch.some(({ isDurable }) => isDurable)) await handle.sync();
  }

  private async file(): Promise<FileHandle> {
    if (this.handle !== undefined) return this.handle;
    const handle = await open(this.path, appendFlags, 0o600);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw new Error(`${this.path} is not a regular file; move it away`);
      this.sizeBytes = stats.size;
    } catch (error) {
      await handle.close();
      throw error;
    }
    this.handle = handle;
    return handle;
  }

  private async closeFile(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    await handle?.close();
  }
}

/** What must not be lost: how it ended, and what somebody was asked or answered. */
function isSynced(event: ProgressEvent): boolean {
  return (
    isTerminalEvent(event) ||
    ['pause-requested', 'resume-accepted', 'cancel-requested'].includes(event.kind)
  );
}

/** That a session ended is worth more than all that it came to. */
function fittingLine(event: ProgressEvent): string {
  const line = encodeEventLine(event);
  if (Buffer.byteLength(line) <= maxLineBytes || event.kind !== 'state-transition') return line;
  const { outcome, ...rest } = event;
  if (outcome?.state !== 'done') return encodeEventLine(rest);
  return encodeEventLine({
    ...rest,
    outcome: { ...outcome, result: { ...outcome.result, value: null } },
  });
}
