import { join } from 'node:path';
import type { HeddleRoot } from './heddleRoot.ts';

/** The folder of the holders of a root. */
export function fileLocksFolder(location: HeddleRoot): string {
  return join(location.heddleFolder, 'file-locks');
}
