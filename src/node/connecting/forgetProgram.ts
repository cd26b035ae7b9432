import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../base/errorText.ts';
import { ownHomeFolder } from './connectionPlaces.ts';
import { formatTargets, parseTargets } from './launcherTargets.ts';
import { replaceFile } from './replaceFile.ts';

/**
 * Takes a program off the list of the launcher, so that it is not looked for any more. The launcher
 * stays, because settings of agents still name it: with an empty list it ends in silence.
 *
 * @param cli the program, absolute
 * @throws system errors
 */
export async function forgetProgram(home: string, cli: string): Promise<void> {
  const list = join(ownHomeFolder(home), 'bin', 'targets');
  const before = await readFile(list, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (before === undefined) return;
  const targets = parseTargets(before);
  const left = targets.filter(({ kind, path }) => kind !== 'cli' || path !== cli);
  if (left.length === targets.length) return;
  await replaceFile(list, Buffer.from(formatTargets(left), 'utf8'), 0o644);
}
