import { lstatSync, readFileSync } from 'node:fs';
import { errorCode, errorText } from '../base/errorText.ts';
import { RegistryError } from '../core/agents/registryError.ts';

/** Another process held the lock for longer than one waits. */
export function lockTimeout(path: string): RegistryError {
  const holder = describeHolder(path) ?? 'another process';
  return new RegistryError(
    'lock-timeout',
    `${path} is locked by ${holder}, so nothing was changed. Try again; if it stays locked, end that process.`,
    { file: path },
  );
}

/** The lock cannot be had here at all. */
export function lockUnavailable(path: string, cause: unknown): RegistryError {
  const advice =
    errorCode(cause) === 'EISDIR' || errorCode(cause) === 'ENOTDIR'
      ? 'Something else stands where the lock file belongs; move it away.'
      : 'Check the permissions of the folder, or open the store for every process with "heddle-agents init --portable".';
  return new RegistryError(
    'lock-unavailable',
    `${path} cannot be locked on this machine (${errorText(cause)}), so nothing is written. ${advice}`,
    { file: path },
    { cause },
  );
}

/** Who holds the kernel's lock, where the kernel tells (Linux). */
function describeHolder(path: string): string | undefined {
  try {
    const inode = lstatSync(path).ino;
    const pattern = new RegExp(`^\\d+: FLOCK +ADVISORY +WRITE (\\d+) \\S+:${inode} `, 'm');
    const pid = pattern.exec(readFileSync('/proc/locks', 'utf8'))?.[1];
    if (pid === undefined) return undefined;
    // A process names itself as it likes.
    const name = readFileSync(`/proc/${pid}/comm`, 'utf8').replace(/[^\x20-\x7e]+/g, '');
    return `process ${pid} (${name})`;
  } catch {
    // Another platform, another pid namespace, or it has just ended.
    return undefined;
  }
}
