import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Where programs are looked for. */
export interface ProgramPlaces {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/** A program that starts an agent. */
export interface WantedProgram {
  /** A name, or an absolute path. */
  readonly name: string;
  readonly args: readonly string[];
}

/** The first of these programs that is on this machine, by its absolute path. Starts nothing. */
export function findProgram(
  programs: readonly WantedProgram[],
  places: ProgramPlaces,
): { readonly command: string; readonly args: readonly string[] } | undefined {
  for (const { name, args } of programs) {
    const command = pathOf(name, places);
    if (command !== undefined) return { command, args };
  }
  return undefined;
}

/** A relative path is none: what it means would depend on the folder that somebody has opened. */
function pathOf(name: string, places: ProgramPlaces): string | undefined {
  if (isAbsolute(name)) return isProgram(name) ? name : undefined;
  if (/[\\/]/.test(name)) return undefined;
  const isNamedWhole = places.platform !== 'win32' || /\.(?:exe|cmd|bat)$/i.test(name);
  const names = isNamedWhole ? [name] : ['.exe', '.cmd', '.bat'].map((end) => name + end);
  return foldersOf(places)
    .flatMap((folder) => names.map((each) => join(folder, each)))
    .find(isProgram);
}

/** Those of the path first, then where installers put programs that a window's path often lacks. */
function foldersOf({ home, env, platform }: ProgramPlaces): readonly string[] {
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

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
