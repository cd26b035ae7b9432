import { join } from 'node:path';
import type { HighWater } from '../core/locks/lockTable.ts';
import { atomicWrite, type AtomicWriteOptions } from './atomicWrite.ts';
import { readFolderFile } from './readFolderFile.ts';

/** The leading dot keeps it out of listings and of what watchers tell. */
const fileName = '.counters.json';
const limits = { maxBytes: 4096, what: 'the file of counters' };

/**
 * The numbers that holders who were removed took with them. A file that says nothing sensible counts
 * as none: ids then follow from the holders that there are, tokens from the clock.
 */
export function readCounters(folder: string): HighWater {
  const file = readFolderFile(folder, fileName, limits);
  if (file === undefined || 'problem' in file) return none;
  try {
    const value: unknown = JSON.parse(file.bytes.toString('utf8'));
    if (typeof value !== 'object' || value === null) return none;
    const { next_id: nextId, last_token: lastToken } = value as Record<string, unknown>;
    return { nextId: sensible(nextId) ?? 1, lastToken: sensible(lastToken) ?? 0 };
  } catch {
    return none;
  }
}

/** Durable before it resolves, so that it can be written before the holders are removed. */
export async function writeCounters(
  folder: string,
  { nextId, lastToken }: HighWater,
  options: AtomicWriteOptions,
): Promise<void> {
  const content = `${JSON.stringify({ version: 1, next_id: nextId, last_token: lastToken })}\n`;
  await atomicWrite(join(folder, fileName), content, options);
}

const none: HighWater = { nextId: 1, lastToken: 0 };

/** Far enough from 2^53 to count on from. */
function sensible(value: unknown): number | undefined {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return undefined;
  return value >= 0 && value <= 2 ** 52 ? value : undefined;
}
