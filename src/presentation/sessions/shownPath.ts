import { toPlainLine } from '../plainText.ts';

const maxLength = 200;

/** A path as it is shown: below the folder of the session without that, in one line. */
export function shownPath(path: string, cwd: string): string {
  const below = [`${cwd}/`, `${cwd}\\`].find((start) => path.startsWith(start));
  const inner = below === undefined || cwd === '' ? path : path.slice(below.length);
  return toPlainLine(inner === '' ? path : inner, maxLength);
}
