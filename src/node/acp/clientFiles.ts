import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RequestError } from '@agentclientprotocol/sdk';
import { errorCode, errorText } from '../../base/errorText.ts';
import type { EditorPort } from '../../core/acp/editorPort.ts';
import type { Clock } from '../../base/clock.ts';
import { replaceFile } from '../connecting/replaceFile.ts';
import type { RepositoryPaths } from '../repositoryPath.ts';
import type { EditRecord } from './editRecord.ts';
import { refused, repositoryFile, type RepositoryFile } from './repositoryFile.ts';
import type { SessionLocks, Taking } from './sessionLocks.ts';

/** Larger files are nothing for an agent. */
const maxFileBytes = 20 * 1024 * 1024;
const newFileMode = 0o644;

/** What reading and writing for an agent needs. */
export interface ClientFilesPorts {
  readonly cwd: string;
  readonly paths: RepositoryPaths;
  readonly locks: SessionLocks;
  readonly edits: EditRecord;
  readonly editor: EditorPort | undefined;
  readonly clock: Pick<Clock, 'now'>;
  /** True when an edit that nobody could check is refused. */
  readonly failClosed: boolean;
  /** Tells those who watch why a write was refused. */
  readonly onRefused: (reason: string) => void;
}

/** Reads and writes files of the repository for an agent, and no others. */
export class ClientFiles {
  constructor(private readonly ports: ClientFilesPorts) {}

  /**
   * The text of a file as the person sees it, or some lines of it, counted from 1.
   * @throws RequestError
   */
  async read(
    named: string,
    {
      line,
      limit,
    }: {
      readonly line?: number | null | undefined;
      readonly limit?: number | null | undefined;
    } = {},
  ): Promise<string> {
    await this.ports.editor?.ready?.();
    const file = await repositoryFile(named, this.ports);
    const text = (await this.ports.editor?.read(file.realPath)) ?? (await readText(file, named));
    const isWhole = (line ?? limit ?? undefined) === undefined;
    if (isWhole) return text;
    const first = Math.max(0, (line ?? 1) - 1);
    const last = first + Math.max(0, limit ?? Number.POSITIVE_INFINITY);
    return text.split('\n').slice(first, last).join('\n');
  }

  /**
   * Writes a file that nobody else holds, through the editor where it is open.
   * @throws RequestError that says who holds it, or why else it was not written
   */
  async write(named: string, content: string): Promise<void> {
    const { locks, edits, clock } = this.ports;
    if (Buffer.byteLength(content) > maxFileBytes) throw refused(tooLarge(named));
    await this.ports.editor?.ready?.();
    const file = await repositoryFile(named, this.ports);
    const sinceMs = clock.now();
    const taking = await locks.take([file.realPath]);
    this.expectTaken(taking);
    await this.put(file, content, taking);
    if (taking.kind === 'unknown') await edits.noteUnguarded([file.path]);
    else await edits.note({ paths: [file.path], sinceMs });
  }

  private expectTaken(taking: Taking): void {
    if (taking.kind === 'refused') throw this.refuse(taking.reason);
    if (taking.kind === 'gone') throw this.refuse('The agent is gone.');
    if (taking.kind === 'unknown' && this.ports.failClosed) {
      throw this.refuse(`Nobody could look whether the file is free: ${taking.problem}`);
    }
    if (taking.kind !== 'taken') return;
    const saved = taking.grants.find(({ savedOver }) => savedOver !== undefined)?.savedOver;
    if (saved === undefined) return;
    // Told once: with the next grant it is forgotten.
    throw this.refuse(
      `${saved.path} was changed by ${saved.by} while you held it. Read it again, then write it.`,
    );
  }

  /** The last look at the lock comes right before the write. */
  private async put({ realPath }: RepositoryFile, content: string, taking: Taking): Promise<void> {
    const grants = taking.kind === 'taken' ? taking.grants : [];
    for (const grant of grants) {
      if (await this.ports.locks.stands(grant)) continue;
      throw this.refuse(
        `The lock of ${grant.path} was lost meanwhile. Read it again, then write it.`,
      );
    }
    const written = await this.ports.editor?.write(realPath, content);
    if (written?.kind === 'applied') return;
    if (written?.kind === 'refused')
      throw this.refuse(`The editor did not take it: ${written.reason}`);
    try {
      await writeText(realPath, content);
    } catch (error) {
      if (error instanceof RequestError) throw error;
      throw refused(`${realPath} could not be written: ${errorText(error)}`);
    }
  }

  private refuse(reason: string): RequestError {
    this.ports.onRefused(reason);
    return refused(reason);
  }
}

async function readText({ realPath }: RepositoryFile, named: string): Promise<string> {
  try {
    const stats = await stat(realPath);
    if (!stats.isFile()) throw refused(`${named} is not a file.`);
    if (stats.size > maxFileBytes) throw refused(tooLarge(named));
    return await readFile(realPath, 'utf8');
  } catch (error) {
    if (error instanceof RequestError) throw error;
    if (errorCode(error) === 'ENOENT') throw RequestError.resourceNotFound(named);
    throw refused(`${named} could not be read: ${errorText(error)}`);
  }
}

/** In a folder that is made where it is missing; the mode of the file stays. */
async function writeText(realPath: string, content: string): Promise<void> {
  const stats = await stat(realPath).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (stats && !stats.isFile()) throw refused(`${realPath} is not a file.`);
  if (stats === undefined) await mkdir(dirname(realPath), { recursive: true });
  const mode = stats === undefined ? newFileMode : stats.mode & 0o7777;
  await replaceFile(realPath, Buffer.from(content, 'utf8'), mode);
}

function tooLarge(named: string): string {
  return `${named} has more than ${maxFileBytes / 1024 / 1024} MiB.`;
}
