import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { errorCode, errorText } from '../base/errorText.ts';
import { RegistryError } from '../core/agents/registryError.ts';
import { atomicWrite } from '../node/atomicWrite.ts';
import { UsageError } from './usageError.ts';

/** Larger snapshots are not read. */
export const maxSnapshotBytes = 64 * 1024 * 1024;

/** The name that stands for standard input and output. */
export const standardStream = '-';

/**
 * Writes a whole file or nothing. A link stays one.
 * @throws UsageError for what is no ordinary file, RegistryError `io`
 */
export async function writeSnapshotFile(path: string, text: string): Promise<void> {
  try {
    const target = await ordinaryFile(path);
    await atomicWrite(target, text);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new RegistryError(
      'io',
      `${path} cannot be written (${reasonOf(error)}). Name a file in a folder that exists.`,
      { file: path },
      { cause: error },
    );
  }
}

/** Replacing a device or a pipe would take it from everybody else. */
async function ordinaryFile(path: string): Promise<string> {
  try {
    const stats = await stat(path);
    if (stats.isFile()) return await realpath(path);
    const kind = stats.isDirectory() ? 'a folder' : 'no ordinary file';
    throw new UsageError(`${path} is ${kind}. Name a file, or "-" for standard output.`);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return path;
    throw error;
  }
}

/**
 * The text of a file, or of standard input under the name `-`.
 * @throws RegistryError `invalid-snapshot` when it is too large or no text, `not-found`, `io`
 */
export async function readSnapshotText(
  path: string,
  stdin: () => NodeJS.ReadableStream,
): Promise<string> {
  const isStdin = path === standardStream;
  const shown = isStdin ? 'Standard input' : path;
  const bytes = await readAll(() => (isStdin ? stdin() : createReadStream(path)), shown);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const message = `${shown} is not valid UTF-8. Nothing was changed.`;
    throw new RegistryError('invalid-snapshot', message);
  }
}

async function readAll(
  open: () => AsyncIterable<string | Buffer>,
  shown: string,
): Promise<Uint8Array> {
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of open()) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      size += bytes.length;
      if (size > maxSnapshotBytes) throw tooLarge(shown);
      chunks.push(bytes);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof RegistryError) throw error;
    const isMissing = errorCode(error) === 'ENOENT';
    throw new RegistryError(
      isMissing ? 'not-found' : 'io',
      `${shown} cannot be read (${reasonOf(error)}). Name a file that "locks export" wrote.`,
      {},
      { cause: error },
    );
  }
}

function tooLarge(shown: string): RegistryError {
  const megabytes = maxSnapshotBytes / 1024 / 1024;
  return new RegistryError(
    'invalid-snapshot',
    `${shown} has more than ${megabytes} MB, which no snapshot needs. Nothing was changed.`,
  );
}

/** The texts of the system repeat the path, or name a temporary file that means nothing to anybody. */
function reasonOf(error: unknown): string {
  const code = errorCode(error);
  return code === undefined ? errorText(error) : (knownReasons[code] ?? code);
}

const knownReasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EISDIR: 'it is a folder',
  EACCES: 'no permission',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a file stands where a folder is needed',
  ENAMETOOLONG: 'its name is too long',
};
