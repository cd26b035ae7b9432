import { readdirSync, readFileSync } from 'node:fs';

import { eventually } from '../../../support/eventually.ts';
import { removeTempFolder } from '../../../support/tempFolder.ts';

/**
 * Removes a folder below which programs had their homes, once all of them have ended.
 * @throws Error when one of them goes on, where the system tells of it
 */
export async function removeWithPrograms(root: string): Promise<void> {
  await eventually('nothing runs any more', () => programsIn(root).length === 0);
  await eventually('the folder can be removed', () => {
    try {
      removeTempFolder(root);
      return true;
    } catch {
      return false; // something that has just ended still wrote
    }
  });
}

/** The processes whose home is below a folder. */
function programsIn(root: string): readonly string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => environmentOf(pid).some((line) => line.startsWith(`HOME=${root}`)));
}

function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return []; // it ended, or is somebody else's
  }
}
