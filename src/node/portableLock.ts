import { randomBytes } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode } from '../base/errorText.ts';
import { lockUnavailable } from './lockErrors.ts';
import { makeStateFolder } from './makeStateFolder.ts';

/** Beside the lock, in a store that was opened in portable mode for everyone. */
export const portableMarkerName = '.portable';

/** A lock whose holder died is taken over after this long. */
const staleMs = 4000;

/** A lock directory, for stores where not everybody can have the kernel's lock. */
export interface HeldPortableLock {
  /** False once the lock may have been taken over, for example after a long sleep. */
  isStillHeld(): boolean;
  release(): Promise<void>;
}

/** The marker of the registry in a `.heddle`, which holds for all stores in it. */
export function registryMarker(heddleFolder: string): string {
  return join(heddleFolder, 'agents', portableMarkerName);
}

/**
 * Whether every process locks a store in the portable way: its own folder is marked, the registry beside
 * it, or what `marker` names.
 */
export function isPortable(lockPath: string, marker?: string): boolean {
  const folder = dirname(lockPath);
  const markers = [join(folder, portableMarkerName), registryMarker(dirname(folder)), marker];
  return markers.some((each) => each !== undefined && isFile(each));
}

function isFile(path: string): boolean {
  try {
    return lstatSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Tries to make the lock directory beside the lock file (never `.lock` itself, which Heddle needs to
 * be a file); undefined when another holds it. The owner's token beside it is the fence: a take-over
 * replaces it, so that a holder who slept through one finds out before it writes.
 */
export async function tryPortableLock(lockPath: string): Promise<HeldPortableLock | undefined> {
  // The library installs signal handlers when it is loaded, so only who needs it loads it.
  const { lock } = await import('proper-lockfile');
  const lockfilePath = join(dirname(lockPath), `${basename(lockPath)}.portable`);
  const ownerPath = `${lockfilePath}-owner`;
  const token = randomBytes(16).toString('hex');
  let isCompromised = false;
  let release: () => Promise<void>;
  try {
    release = await lock(dirname(lockPath), {
      lockfilePath,
      stale: staleMs,
      update: staleMs / 4,
      realpath: false,
      onCompromised: () => {
        isCompromised = true;
      },
    });
    await writeFile(ownerPath, token);
  } catch (error) {
    if (errorCode(error) === 'ELOCKED') return undefined;
    if (errorCode(error) !== 'ENOENT') throw lockUnavailable(lockPath, error);
    await makeStateFolder(dirname(lockPath)).catch((cause: unknown) => {
      throw lockUnavailable(lockPath, cause);
    });
    return undefined;
  }
  return {
    isStillHeld: () => !isCompromised && readToken(ownerPath) === token,
    // A lock that was taken over is not ours to release.
    release: () => release().catch(() => undefined),
  };
}

function readToken(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
