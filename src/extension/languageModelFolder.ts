import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import { RegistryError } from '../core/agents/registryError.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import type { RegistrySet, RootRegistry } from './registrySet.ts';

/** The repository that a call is about. */
export interface MeantRepository {
  readonly root: RootRegistry;
  /** Against which relative paths count. */
  readonly folder: vscode.WorkspaceFolder;
}

/** What a call names of a place. */
export interface NamedPlaces {
  readonly folder: string | undefined;
  readonly paths: readonly string[];
}

/** Where a call says that it works: its folder, and all paths that it names. Anything odd counts as nothing. */
export function namedPlaces(input: unknown): NamedPlaces {
  if (typeof input !== 'object' || input === null) return { folder: undefined, paths: [] };
  const { folder, path, paths } = input as Readonly<Record<string, unknown>>;
  const list: readonly unknown[] = Array.isArray(paths) ? paths : [path];
  return {
    folder: typeof folder === 'string' ? folder : undefined,
    paths: list.filter((each): each is string => typeof each === 'string'),
  };
}

/**
 * The one repository that is meant: the only one that is open, that of the folder that is named, or the
 * one in which the paths lie.
 * @throws RegistryError `no-registry` where none is open, `outside-root` where it is not clear
 */
export function meantRepository(
  registries: Pick<RegistrySet, 'forFolder'>,
  { folder: name, paths }: NamedPlaces,
): MeantRepository {
  const open = (vscode.workspace.workspaceFolders ?? []).flatMap((folder) => {
    const root = registries.forFolder(folder);
    return root ? [{ root, folder }] : [];
  });
  const [first] = open;
  if (first === undefined) {
    const message = 'No folder is open in this window, so there is nothing that could be locked.';
    throw new RegistryError('no-registry', message);
  }
  if (name !== undefined) {
    const named = open.find(({ folder }) => folder.name === name || folder.uri.fsPath === name);
    if (named) return named;
    const shown = toPlainLine(name, 60);
    throw new RegistryError('outside-root', `No open folder is named "${shown}". ${choice(open)}`);
  }
  if (open.every(({ root }) => root === first.root)) return placeOf(paths[0], open) ?? first;
  const places = paths.map((path) => placeOf(path, open));
  const [place] = places;
  if (place !== undefined && places.every((each) => each?.root === place.root)) return place;
  const problem =
    paths.length === 0
      ? 'Several repositories are open.'
      : 'It is not clear in which repository these paths lie, or they lie in several.';
  throw new RegistryError('outside-root', `${problem} ${choice(open)}`);
}

/** A path as it counts in a folder: without the name of the folder before it. */
export function pathInFolder(path: string, { name, uri }: vscode.WorkspaceFolder): string {
  if (isAbsolute(path)) return path;
  const folders = vscode.workspace.workspaceFolders ?? [];
  const rest = folders.length > 1 ? afterName(path, name) : undefined;
  return join(uri.fsPath, rest ?? path);
}

function placeOf(
  path: string | undefined,
  open: readonly MeantRepository[],
): MeantRepository | undefined {
  if (path === undefined) return undefined;
  if (!isAbsolute(path)) {
    return open.find(({ folder }) => afterName(path, folder.name) !== undefined);
  }
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(path));
  return open.find((each) => each.folder === folder);
}

function afterName(path: string, name: string): string | undefined {
  if (path === name) return '.';
  return path.startsWith(`${name}/`) ? path.slice(name.length + 1) : undefined;
}

function choice(open: readonly MeantRepository[]): string {
  const names = open.map(({ folder }) => toPlainLine(folder.name, 60)).join(', ');
  return `Give absolute paths, or "folder" as one of: ${names}.`;
}
