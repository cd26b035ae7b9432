import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import {
  asPath,
  asTable,
  asTextOfAtMost,
  fieldsOf,
  optional,
} from '../../core/sessions/fieldReaders.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import { encodeProcess, toProcess } from '../../core/locks/lockCodec.ts';
import type { HolderProcess } from '../../core/locks/lockHolder.ts';
import { replaceFile } from '../connecting/replaceFile.ts';
import { readPlainFile } from '../harnessSessions/plainFile.ts';
import { hasOwnFolder, hostFileName, sessionFolder } from './sessionsFolder.ts';

/** Where the host of a session listens, and what proves that somebody may talk to it. */
export interface HostAddress {
  readonly endpoint: string;
  readonly token: string;
  readonly process?: HolderProcess | undefined;
}

const addressVersion = 1;
const maxAddressBytes = 64 * 1024;
const asToken = asTextOfAtMost(1000);

/** Makes it known. Only this user can read it. @throws system errors */
export async function writeHostAddress(
  folder: string,
  sessionId: SessionId,
  { endpoint, token, process }: HostAddress,
): Promise<void> {
  const record = {
    ...{ v: addressVersion, endpoint, token },
    ...(process && { process: encodeProcess(process) }),
  };
  const path = join(sessionFolder(folder, sessionId), hostFileName);
  await replaceFile(path, Buffer.from(`${JSON.stringify(record)}\n`, 'utf8'), 0o600);
}

/** Undefined when there is none, or none that can be read. */
export async function readHostAddress(
  folder: string,
  sessionId: SessionId,
): Promise<HostAddress | undefined> {
  if (!(await hasOwnFolder(folder, sessionId))) return undefined;
  const path = join(sessionFolder(folder, sessionId), hostFileName);
  const text = readPlainFile(path, maxAddressBytes);
  if (text === undefined) return undefined;
  try {
    const at = fieldsOf(JSON.parse(text) as unknown, '');
    const process = at('process', optional(asTable));
    return {
      ...{ endpoint: at('endpoint', asPath), token: at('token', asToken) },
      ...(process && { process: toProcess(process) }),
    };
  } catch {
    // A host that never finished writing it listens nowhere.
    return undefined;
  }
}

export async function removeHostAddress(folder: string, sessionId: SessionId): Promise<void> {
  await unlink(join(sessionFolder(folder, sessionId), hostFileName)).catch(() => undefined);
}
