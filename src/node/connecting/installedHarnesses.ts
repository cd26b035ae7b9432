import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { delimiter, dirname, basename, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import type { ConnectionRecipe } from '../../core/harness/connectionRecipe.ts';

/** A coding agent that was found on this machine. */
export interface InstalledHarness {
  readonly recipe: ConnectionRecipe;
  /** Its command, absolute; undefined where only traces of it were found. */
  readonly command: string | undefined;
}

interface Machine {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

const versionTimeoutMs = 10_000;

/** The coding agents whose program is found on the path or in the folders of common installers. Starts nothing. */
export function installedHarnesses(
  recipes: readonly ConnectionRecipe[],
  machine: Machine,
): readonly InstalledHarness[] {
  const folders = commandFolders(machine);
  return recipes.flatMap((recipe): readonly InstalledHarness[] => {
    const { commands, inHome, absolute } = recipe.traces;
    const command = commands
      .map((name) => findCommand(name, folders, machine))
      .find((path) => path !== undefined);
    if (command !== undefined) return [{ recipe, command }];
    const isTraced =
      inHome.some((names) => isTrace(join(machine.home, ...names))) || absolute.some(isTrace);
    return isTraced ? [{ recipe, command: undefined }] : [];
  });
}

/** The version that its command prints; undefined when it prints none in time. Starts the command. */
export async function harnessVersion({ command }: InstalledHarness): Promise<string | undefined> {
  if (command === undefined) return undefined;
  const isScript = /\.(?:cmd|bat)$/i.test(command);
  try {
    const { stdout } = await promisify(execFile)(
      isScript ? `"${command}"` : command,
      ['--version'],
      { timeout: versionTimeoutMs, killSignal: 'SIGKILL', windowsHide: true, shell: isScript },
    );
    return /\d+\.\d+(?:\.\d+)?(?:-[\w.]+)?/.exec(stdout)?.[0];
  } catch {
    return undefined;
  }
}

/** Those of the path first, then where installers put commands that a window's path often lacks. */
function commandFolders({ home, env, platform }: Machine): readonly string[] {
  const path = env.PATH ?? env.Path ?? '';
  const known =
    platform === 'win32'
      ? [join(env.APPDATA ?? join(home, 'AppData', 'Roaming'), 'npm')]
      : ['/usr/local/bin', '/opt/homebrew/bin', '/usr/bin'];
  const inHome = ['.local/bin', '.npm-global/bin', '.bun/bin', '.volta/bin', '.opencode/bin'];
  return [...path.split(delimiter), ...inHome.map((each) => join(home, each)), ...known].filter(
    (folder) => isAbsolute(folder),
  );
}

function findCommand(
  name: string,
  folders: readonly string[],
  { platform }: Machine,
): string | undefined {
  const names = platform === 'win32' ? [`${name}.exe`, `${name}.cmd`, `${name}.bat`] : [name];
  return folders
    .flatMap((folder) => names.map((each) => join(folder, each)))
    .find((path) => isCommand(path));
}

function isCommand(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isTrace(path: string): boolean {
  if (!path.endsWith('*')) return existsSync(path);
  const start = basename(path).slice(0, -1);
  try {
    return readdirSync(dirname(path)).some((name) => name.startsWith(start));
  } catch {
    return false;
  }
}
