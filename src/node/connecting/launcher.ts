import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../base/errorText.ts';
import { ownHomeFolder } from './connectionPlaces.ts';
import { posixLauncher, windowsLauncher } from './launcherText.ts';
import {
  formatTargets,
  isListable,
  parseTargets,
  withTargets,
  type LauncherTarget,
} from './launcherTargets.ts';
import { replaceFile } from './replaceFile.ts';

/** What the launcher is to start. */
export interface LauncherProgram {
  /** The built command-line program, absolute. */
  readonly cli: string;
  readonly version: string;
  /** A Node.js that can run it, absolute. */
  readonly node?: string | undefined;
  /** VS Code's own program, which is a Node.js when asked to be one, absolute. */
  readonly code?: string | undefined;
}

export interface WrittenLauncher {
  /** The file that the settings of agents name. */
  readonly file: string;
  readonly isChanged: boolean;
}

/** What the launcher would do. */
export type LauncherState =
  | { readonly kind: 'ready'; readonly cli: string }
  /** There is none, or it is not what it should be. */
  | { readonly kind: 'missing' }
  /** It is there, and finds no program to start. */
  | { readonly kind: 'no-program' };

interface LauncherPlace {
  readonly home: string;
  readonly platform: NodeJS.Platform;
}

export function launcherPath({ home, platform }: LauncherPlace): string {
  const name = platform === 'win32' ? 'heddle-agents.cmd' : 'heddle-agents';
  return join(launcherFolder(home), name);
}

/**
 * Writes the launcher and enters the program in its list; what is not there any more leaves the list.
 * Doing it again changes nothing. @throws system errors
 */
export async function writeLauncher(
  place: LauncherPlace,
  program: LauncherProgram,
): Promise<WrittenLauncher> {
  const folder = launcherFolder(place.home);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const list = join(folder, 'targets');
  const before = parseTargets((await textOf(list)) ?? '').filter(({ path }) => existsSync(path));
  const targets = formatTargets(withTargets(before, targetsOf(program)));
  const changes = [
    await ensureFile(list, targets, 0o644),
    // Shells of git on Windows run this one too.
    await ensureFile(join(folder, 'heddle-agents'), posixLauncher, 0o755),
    place.platform === 'win32' &&
      (await ensureFile(join(folder, 'heddle-agents.cmd'), windowsLauncher, 0o755)),
  ];
  return { file: launcherPath(place), isChanged: changes.includes(true) };
}

/** Looks at the launcher without starting it. */
export async function launcherState(place: LauncherPlace): Promise<LauncherState> {
  const isThere =
    (await textOf(join(launcherFolder(place.home), 'heddle-agents'))) === posixLauncher;
  if (!isThere || !(await isExecutable(launcherPath(place), place.platform))) {
    return { kind: 'missing' };
  }
  const targets = parseTargets((await textOf(join(launcherFolder(place.home), 'targets'))) ?? '');
  const cli = targets.find(({ kind, path }) => kind === 'cli' && existsSync(path));
  return cli === undefined ? { kind: 'no-program' } : { kind: 'ready', cli: cli.path };
}

function launcherFolder(home: string): string {
  return join(ownHomeFolder(home), 'bin');
}

function targetsOf({ cli, version, node, code }: LauncherProgram): readonly LauncherTarget[] {
  const targets: LauncherTarget[] = [{ kind: 'cli', version, path: cli }];
  if (node !== undefined) targets.push({ kind: 'node', version: '-', path: node });
  if (code !== undefined) targets.push({ kind: 'code', version: '-', path: code });
  return targets.filter(({ path }) => isListable(path));
}

async function ensureFile(file: string, text: string, mode: number): Promise<boolean> {
  if ((await textOf(file)) !== text) {
    await replaceFile(file, Buffer.from(text, 'utf8'), mode);
    return true;
  }
  if (process.platform === 'win32' || ((await stat(file)).mode & 0o777) === mode) return false;
  await chmod(file, mode);
  return true;
}

async function isExecutable(file: string, platform: NodeJS.Platform): Promise<boolean> {
  const stats = await stat(file).catch(() => undefined);
  return stats?.isFile() === true && (platform === 'win32' || (stats.mode & 0o111) !== 0);
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
