import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../base/errorText.ts';
import { isSessionId } from '../../core/agents/sessionId.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import { isPlainFolder } from '../harnessSessions/plainFile.ts';
import type { HeddleRoot } from '../heddleRoot.ts';
import { makeFolders, writeOnce } from '../makeStateFolder.ts';

/** The folder of the sessions of a root: one folder for each, under its id. */
export function sessionsFolder(location: HeddleRoot): string {
  return join(location.heddleFolder, 'sessions');
}

/** What is known of a session from its start. */
export const headerFileName = 'session.json';
/** What happened in a session, one event a line. */
export const eventsFileName = 'events.jsonl';
/** Where the host of a session listens, while it does. */
export const hostFileName = 'host.json';

/** Held by whoever writes the ends of sessions whose hosts are gone. */
export const endsLockName = '.ends.lock';

/** The folder of one session. @throws Error for what is no session id, which could lead anywhere */
export function sessionFolder(folder: string, sessionId: SessionId): string {
  if (!isSessionId(sessionId)) {
    throw new Error(`${JSON.stringify(sessionId.slice(0, 80))} is not a session id`);
  }
  return join(folder, sessionId);
}

/** Prompts and answers may be secret, so nobody else reads them. */
const privateMode = 0o700;

/** Makes the folder of all sessions where it is missing. @throws system errors, Error when something else is there */
export async function makeSessionsFolder(folder: string): Promise<void> {
  // What else is in it may be meant for version control.
  await makeFolders(join(folder, '..'));
  try {
    await mkdir(folder, { mode: privateMode });
    await writeOnce(join(folder, '.gitignore'), '*\n');
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  if (!isPlainFolder(folder)) throw new Error(`${folder} is not a folder; move it away`);
}

/** Makes the folder of a new session. @throws system errors, EEXIST when there is one of that id */
export async function makeSessionFolder(folder: string, sessionId: SessionId): Promise<void> {
  const path = sessionFolder(folder, sessionId);
  await makeSessionsFolder(folder);
  await mkdir(path, { mode: privateMode });
}

/** True when a session has a folder of its own in the folder of all sessions, and neither is a link. */
export async function hasOwnFolder(folder: string, sessionId: SessionId): Promise<boolean> {
  const own = sessionFolder(folder, sessionId);
  return (await isPlainFolderAt(folder)) && (await isPlainFolderAt(own));
}

/** False for a link as well: it would lead out of the repository. */
export async function isPlainFolderAt(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isDirectory() === true;
}
