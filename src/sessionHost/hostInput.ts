import { createReadStream, openSync, closeSync, writeSync } from 'node:fs';
import { errorCode } from '../base/errorText.ts';

const devNull = process.platform === 'win32' ? String.raw`\\.\nul` : '/dev/null';

/** Reads all of an input and closes it. @throws Error when it is too long or cannot be read */
export async function readAllInput(fd: number, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of createReadStream('', { fd, autoClose: false })) {
    const bytes = chunk as Buffer;
    total += bytes.length;
    if (total > maxBytes) throw new Error(`the request has more than ${maxBytes} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Prints a line. Whoever started this may be gone already, which is none of its business. */
export function printLine(fd: number, text: string): void {
  const bytes = Buffer.from(`${text}\n`, 'utf8');
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      if (errorCode(error) !== 'EAGAIN') return;
    }
  }
}

/** Lets go of the input and the output of this process, so that nobody waits for their end. */
export function leaveParent(): void {
  for (const [fd, flags] of [
    [0, 'r'],
    [1, 'w'],
  ] as const) {
    try {
      closeSync(fd);
      // The lowest free number, so nothing else is ever taken for input or output.
      openSync(devNull, flags);
    } catch {
      // It was closed before.
    }
  }
}
