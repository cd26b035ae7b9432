import { basename } from 'node:path';
import { toPlainLine } from '../../presentation/plainText.ts';

/** A short name for a root where there are several: its last folder. */
export function rootName(root: string): string {
  return toPlainLine(basename(root) || root, 60);
}
