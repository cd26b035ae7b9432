import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode } from '../../base/errorText.ts';
import { isTerminalEvent, type ProgressEvent } from '../../core/sessions/progressEvent.ts';
import type { SessionHeader } from '../../core/sessions/sessionHeader.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import type { SessionArchive, SessionStore } from '../../core/sessions/sessionStore.ts';
import { readSessionLog } from './readSessionLog.ts';
import { readHeaderFile, writeHeaderFile } from './sessionHeaderFile.ts';
import { SessionLogWriter } from './sessionLogWriter.ts';
import {
  eventsFileName,
  hasOwnFolder,
  makeSessionFolder,
  sessionFolder,
} from './sessionsFolder.ts';

/** The sessions in a folder, also those of other processes. Everything in it is taken as untrusted. */
export class SessionFiles implements SessionArchive {
  /** @param folder the absolute path of `.heddle/sessions`; it need not exist */
  constructor(readonly folder: string) {}

  async header(sessionId: SessionId): Promise<SessionHeader | undefined> {
    const read = await readHeaderFile(this.folder, sessionId);
    if (read === undefined || !('problem' in read)) return read;
    throw new Error(`${read.path}: ${read.problem}`);
  }

  /** In the order of their numbers, whatever the file says; it ends with the terminal event. */
  async *history(sessionId: SessionId, fromSequence: number): AsyncGenerator<ProgressEvent> {
    const own = sessionFolder(this.folder, sessionId);
    if (!(await hasOwnFolder(this.folder, sessionId))) return;
    let lastSequence = 0;
    for await (const { event } of readSessionLog(join(own, eventsFileName))) {
      if (event.sequence <= lastSequence) continue;
      lastSequence = event.sequence;
      if (event.sequence >= fromSequence) yield event;
      if (isTerminalEvent(event)) return;
    }
  }
}

const endAttempts = 20;
const endRetryMs = 250;
/** Problems of a disk that somebody may be about to solve. */
const mayPass: readonly string[] = ['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE', 'EBUSY'];

/** `.heddle/sessions`: a folder for each session with its header and its events. */
export class JsonlSessionStore extends SessionFiles implements SessionStore {
  private readonly writers = new Map<SessionId, SessionLogWriter>();
  private readonly created = new Map<SessionId, Promise<void>>();

  create(header: SessionHeader): Promise<void> {
    const created = this.createNow(header);
    this.created.set(header.sessionId, created);
    return created;
  }

  append(sessionId: SessionId, event: ProgressEvent): Promise<void> {
    const writer = this.writer(sessionId);
    if (!isTerminalEvent(event)) return writer.append(event);
    return this.appendEnd(writer, event).finally(() => void this.close(sessionId, writer));
  }

  override async *history(
    sessionId: SessionId,
    fromSequence: number,
  ): AsyncGenerator<ProgressEvent> {
    await this.writers.get(sessionId)?.flush();
    yield* super.history(sessionId, fromSequence);
  }

  /** Resolves when all that was appended before is on disk, or has failed. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.created.values());
    await Promise.all([...this.writers.values()].map((writer) => writer.flush()));
  }

  /** Writes what waits, as `flush` does, and closes all files. */
  async dispose(): Promise<void> {
    await this.flush();
    await Promise.all([...this.writers].map(([id, writer]) => this.close(id, writer)));
  }

  /** Without its end a session reads as one whose host has died, so that a full disk is given some time. */
  private async appendEnd(writer: SessionLogWriter, event: ProgressEvent): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await writer.append(event);
        return;
      } catch (error) {
        if (attempt === endAttempts || !mayPass.includes(errorCode(error) ?? '')) throw error;
        await delay(endRetryMs, undefined, { ref: false });
      }
    }
  }

  private async createNow(header: SessionHeader): Promise<void> {
    await makeSessionFolder(this.folder, header.sessionId);
    await writeHeaderFile(this.folder, header);
  }

  private writer(sessionId: SessionId): SessionLogWriter {
    const known = this.writers.get(sessionId);
    if (known) return known;
    const path = join(sessionFolder(this.folder, sessionId), eventsFileName);
    // Without its folder nothing can be written, and each write says why.
    const ready = this.created.get(sessionId) ?? Promise.resolve();
    const writer = new SessionLogWriter(path, ready);
    this.writers.set(sessionId, writer);
    return writer;
  }

  private async close(sessionId: SessionId, writer: SessionLogWriter): Promise<void> {
    await writer.close().catch(() => undefined);
    this.writers.delete(sessionId);
    this.created.delete(sessionId);
  }
}
