import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { testOutputDir } from './projectPaths.ts';

/** What an earlier run left of its failures would look like this run's. */
export async function removeOldFailures(): Promise<void> {
  const folder = join(testOutputDir, 'screenshots');
  for (const name of await readdir(folder).catch((): string[] => [])) {
    if (name.startsWith('FAILED-')) await rm(join(folder, name));
  }
}
