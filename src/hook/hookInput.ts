import { fstatSync, readSync } from 'node:fs';
import { errorCode } from '../base/errorText.ts';
import type { HookPayload } from '../harnesses/harness.ts';

/** Larger payloads are not read: no tool call is as long. */
const maxBytes = 64 * 1024 * 1024;
const chunkBytes = 64 * 1024;

/** Reads standard input to its end. @throws Error when it is too long or cannot be read */
export function readInput(fd = 0): string {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(sizeOfChunk(fd));
    const length = readChunk(fd, chunk);
    if (length === 0) break;
    total += length;
    if (total > maxBytes) throw new Error(`its input is longer than ${maxBytes} bytes`);
    chunks.push(chunk.subarray(0, length));
  }
  const [only, ...more] = chunks;
  return (only && more.length === 0 ? only : Buffer.concat(chunks)).toString('utf8');
}

function sizeOfChunk(fd: number): number {
  const stats = fstatSync(fd);
  return stats.isFile() ? Math.max(chunkBytes, Math.min(stats.size + 1, maxBytes)) : chunkBytes;
}

function readChunk(fd: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(fd, chunk, 0, chunk.length, null);
    } catch (error) {
      // A pipe that its writer made non-blocking is empty for a moment; Windows tells an end so.
      if (errorCode(error) === 'EOF') return 0;
      if (errorCode(error) !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

/** The payload in a text. Undefined when it is none. */
export function parsePayload(text: string): HookPayload | undefined {
  try {
    const value: unknown = JSON.parse(text.startsWith('\u{feff}') ? text.slice(1) : text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as HookPayload) : undefined;
  } catch {
    return undefined;
  }
}
