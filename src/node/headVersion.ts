import { execFile } from 'node:child_process';
import { basename, dirname } from 'node:path';

const timeoutMs = 10_000;
const maxBytes = 4 * 1024 * 1024;

/**
 * The bytes of a file in the last commit of its checkout, as git keeps them; undefined when they are
 * not there, are too many, or git cannot be asked.
 *
 * @param file absolute; its folder must exist
 */
export async function headVersion(file: string): Promise<Uint8Array | undefined> {
  const args = ['cat-file', 'blob', `HEAD:./${basename(file)}`];
  const options = {
    cwd: dirname(file),
    encoding: 'buffer',
    timeout: timeoutMs,
    maxBuffer: maxBytes,
    windowsHide: true,
  } as const;
  return new Promise((resolve) => {
    execFile('git', args, options, (error, stdout) => resolve(error === null ? stdout : undefined));
  });
}
