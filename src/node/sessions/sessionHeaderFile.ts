import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '../../base/errorText.ts';
import {
  encodeSessionHeader,
  parseSessionHeader,
  type SessionHeader,
} from '../../core/sessions/sessionHeader.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import { atomicWrite } from '../atomicWrite.ts';
import { readPlainFile } from '../harnessSessions/plainFile.ts';
import { headerFileName, isPlainFolderAt, sessionFolder } from './sessionsFolder.ts';

/** A prompt has at most a million characters, each of at most six bytes of JSON. */
const maxHeaderBytes = 16 * 1024 * 1024;

/** What stands in the place of a session and is none. */
export interface BrokenSession {
  readonly sessionId: SessionId;
  readonly path: string;
  /** A sentence for people. */
  readonly problem: string;
}

/** The header of a session, why there is none that can be read, or undefined when there is no session. */
export async function readHeaderFile(
  folder: string,
  sessionId: SessionId,
): Promise<SessionHeader | BrokenSession | undefined> {
  const own = sessionFolder(folder, sessionId);
  const path = join(own, headerFileName);
  const broken = (problem: string): BrokenSession => ({ sessionId, path, problem });
  if (!(await isPlainFolderAt(folder))) return undefined;
  // The folder first: a link to a folder elsewhere would be followed by everything below it.
  const isThere = (await lstat(own).catch(() => undefined)) !== undefined;
  if (!isThere) return undefined;
  if (!(await isPlainFolderAt(own))) return broken('It is not a folder of its own.');
  if ((await lstat(path).catch(() => undefined)) === undefined) return undefined;
  const text = readPlainFile(path, maxHeaderBytes);
  if (text === undefined) {
    return broken(`It cannot be read, or has more than ${maxHeaderBytes} bytes.`);
  }
  try {
    const header = parseSessionHeader(JSON.parse(text) as unknown);
    return header.sessionId === sessionId ? header : broken('It belongs to another session.');
  } catch (error) {
    return broken(errorText(error));
  }
}

/** @throws system errors */
export async function writeHeaderFile(folder: string, header: SessionHeader): Promise<void> {
  const path = join(sessionFolder(folder, header.sessionId), headerFileName);
  await atomicWrite(path, `${JSON.stringify(encodeSessionHeader(header))}\n`);
}
