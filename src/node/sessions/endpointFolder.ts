import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, type Stats } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { errorText } from '../../base/errorText.ts';

/** Who is asking, and where. */
export interface EndpointPlace {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly temporary: string;
  /** Undefined on Windows. */
  readonly userId: number | undefined;
}

/** The place of this process. */
export function ownEndpointPlace(env: NodeJS.ProcessEnv = process.env): EndpointPlace {
  return {
    platform: process.platform,
    env,
    home: homedir(),
    temporary: tmpdir(),
    userId: process.getuid?.(),
  };
}

/** What a socket's path may take on every system, with its terminator. */
const maxSocketPathBytes = 103;
const nameBytes = 6;
const pipeBytes = 16;
const socketName = /^[0-9a-f]{12}\.sock$/;
const pipeName = /^\\\\\.\\pipe\\heddle-agents-[0-9a-f]{32}$/;

/**
 * An address for a new host: a socket in a folder that is this user's alone, or a named pipe. Where the
 * usual folder is somebody else's, the next is taken. @throws Error when none can be used
 */
export function newEndpointPath(place: EndpointPlace): string {
  if (place.platform === 'win32') {
    return `\\\\.\\pipe\\heddle-agents-${randomBytes(pipeBytes).toString('hex')}`;
  }
  const problems: string[] = [];
  for (const folder of privateFolders(place)) {
    const path = join(folder, `${randomBytes(nameBytes).toString('hex')}.sock`);
    const problem = pathProblem(path) ?? makePrivateFolder(folder, place);
    if (problem === undefined) return path;
    problems.push(problem);
  }
  throw new Error(`There is no folder for the socket of the session. ${problems.join(' ')}`);
}

/**
 * Why an address that was read from a file is not to be connected to; undefined when it may be. Only what
 * this user alone can have put there is: anything else could be made to take our words for its own.
 */
export function endpointProblem(path: string, place: EndpointPlace): string | undefined {
  if (place.platform === 'win32') {
    return pipeName.test(path) ? undefined : `${quoted(path)} is no pipe of a session.`;
  }
  const folder = dirname(path);
  const isPlausible =
    isAbsolute(path) && socketName.test(basename(path)) && basename(folder) === folderName(place);
  if (!isPlausible) return `${quoted(path)} is no socket of a session.`;
  const problem = folderProblem(folder, place);
  if (problem !== undefined) return problem;
  const stats = statsOf(path);
  if (stats === undefined) return `${path} is gone.`;
  if (!stats.isSocket()) return `${path} is no socket.`;
  return stats.uid === place.userId ? undefined : `${path} belongs to somebody else.`;
}

/** The folders in which hosts of this user may listen. */
export function privateFolders(place: EndpointPlace): readonly string[] {
  const runtime = place.env.XDG_RUNTIME_DIR;
  const bases = [
    ...(runtime !== undefined && isAbsolute(runtime) ? [runtime] : []),
    place.temporary,
    join(place.home, '.heddle-agents'),
  ];
  return bases.map((base) => join(base, folderName(place)));
}

export function isSocketName(name: string): boolean {
  return socketName.test(name);
}

function folderName({ userId }: EndpointPlace): string {
  return `heddle-agents-${userId ?? 0}`;
}

function makePrivateFolder(folder: string, place: EndpointPlace): string | undefined {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stats = lstatSync(folder);
    // Our own, made by an older version or under another umask.
    if (stats.isDirectory() && stats.uid === place.userId && (stats.mode & 0o077) !== 0) {
      chmodSync(folder, 0o700);
    }
  } catch (error) {
    return `${folder} cannot be made (${errorText(error)}).`;
  }
  return folderProblem(folder, place);
}

/** Why others could have a hand in a folder. */
export function folderProblem(folder: string, { userId }: EndpointPlace): string | undefined {
  const stats = statsOf(folder);
  if (stats === undefined) return `${folder} is not there.`;
  if (!stats.isDirectory()) return `${folder} is not a folder.`;
  if (stats.uid !== userId) return `${folder} belongs to somebody else.`;
  return (stats.mode & 0o077) === 0 ? undefined : `${folder} is open to others.`;
}

function pathProblem(path: string): string | undefined {
  const isShort = Buffer.byteLength(path) <= maxSocketPathBytes;
  return isShort ? undefined : `${path} is too long for a socket.`;
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function quoted(path: string): string {
  return JSON.stringify(path.slice(0, 200));
}
