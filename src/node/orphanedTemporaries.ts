import { readdirSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryNamePattern } from './atomicWrite.ts';
import { isProcessGone } from './processGone.ts';

/**
 * Removes what writers who are gone left in a folder. Only whoever holds the folder's lock may ask for
 * it: nobody else writes then, so it is rubbish. What cannot be removed stays.
 */
export function removeOrphanedTemporaries(folder: string): void {
  for (const name of namesIn(folder)) {
    const pid = Number(temporaryNamePattern.exec(name)?.[1]);
    if (pid > 0 && isProcessGone(pid)) void unlink(join(folder, name)).catch(() => undefined);
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Whether the folder can be used shows at the next step.
    return [];
  }
}
