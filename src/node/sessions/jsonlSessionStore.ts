import { join } from 'node:path';
import { isTerminalEvent, type ProgressEvent } from '../../core/sessions/progressEvent.ts';
import type { SessionHeader } from '../../core/sessions/sessionHeader.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import type { SessionArchive, SessionStore } from '../../core/sessions/sessionStore.ts';
import { readSessionLog } from './readSessionLog.ts';
import { readHeaderFile, writeHeaderFile } from './sessionHeaderFile.ts';
import { SessionLogWriter } from './sessionLogWriter.ts';
import {
  eventsFileName,
  isPlainFolderAt,
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
    if (!(await isPlainFolderAt(own))) return;
    let lastSequence = 0;
    for await (const { event } of readSessionLog(join(own, eventsFileName))) {
      if (event.sequence <= lastSequence) continue;
      lastSequence = event.sequence;
      if (event.sequence >= fromSequence) yield event;
      if (isTerminalEvent(event)) return;
    }
  }
}

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
    const appended = writer.append(event);
    if (isTerminalEvent(event)) void this.close(sessionId, writer);
    return appended;
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
