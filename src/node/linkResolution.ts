import { lstatSync, readlinkSync, realpathSync, type Stats } from 'node:fs';
import { basename, dirname, join, parse, resolve, sep } from 'node:path';
import { refusedPath } from './nativePath.ts';

/** A path whose links are resolved as far as it exists. */
export interface ResolvedPath {
  /** The real path of the deepest folder on the way that exists. */
  readonly folder: string;
  /** The names below it: a file, or what does not exist yet. */
  readonly rest: readonly string[];
}

/** As many links in a row as Linux follows. */
const maxLinks = 40;

/**
 * Resolves links, and remembers the folders for as long as it lives: in a folder that it knows, a file
 * costs one system call.
 */
export class LinkResolution {
  private readonly folders = new Map<string, string>();

  get size(): number {
    return this.folders.size;
  }

  /** @param path absolute and without `..` @throws RegistryError `invalid-path` for a loop of links */
  resolve(path: string): ResolvedPath {
    const parent = dirname(path);
    const folder = parent === path ? undefined : this.folder(parent);
    if (folder === undefined || hasShortName(path, parent)) return walk(path);
    const name = basename(path);
    const stats = lookAt(join(folder, name));
    if (stats?.isSymbolicLink() === true) return walk(path);
    if (stats?.isDirectory() !== true) return { folder, rest: [name] };
    const real = this.folder(join(folder, name));
    return real === undefined ? walk(path) : { folder: real, rest: [] };
  }

  /** The real path of what exists; undefined for anything else. */
  folder(path: string): string | undefined {
    const known = this.folders.get(path);
    if (known !== undefined) return known;
    const real = tryRealPath(path);
    if (real !== undefined) this.folders.set(path, real);
    return real;
  }
}

/** True when there is an entry of exactly this name, a dangling link included. */
export function isEntry(path: string): boolean {
  return lookAt(path) !== undefined;
}

/** What Windows calls `LONGNA~1` may have a longer name. */
function hasShortName(path: string, parent: string): boolean {
  return sep === '\\' && path.includes('~', parent.length);
}

/** Follows one name after the other, so that also a link to what does not exist is followed. */
function walk(path: string): ResolvedPath {
  let folder = parse(path).root;
  let pending = namesBelow(path, folder);
  for (let links = 0; ;) {
    const [name, ...rest] = pending;
    if (name === undefined) return { folder: tryRealPath(folder) ?? folder, rest: [] };
    const next = join(folder, name);
    const stats = name === '..' ? undefined : lookAt(next);
    if (name === '..' || stats?.isDirectory() === true) {
      folder = next;
      pending = rest;
    } else if (stats?.isSymbolicLink() === true) {
      links += 1;
      if (links > maxLinks) throw refusedPath(path, 'leads into a loop of links. Repair the link');
      ({ folder, pending } = follow(next, rest));
    } else {
      return ending(path, { folder, rest: pending }, stats !== undefined);
    }
  }
}

function follow(
  link: string,
  rest: readonly string[],
): { readonly folder: string; readonly pending: readonly string[] } {
  const target = tryReadLink(link);
  const { root } = parse(target);
  const folder = root === '' ? dirname(link) : resolve(dirname(link), root);
  return { folder, pending: [...namesBelow(target, root), ...rest] };
}

function ending(path: string, { folder, rest }: ResolvedPath, isFile: boolean): ResolvedPath {
  // Only a link can bring one here: what it goes back from does not exist.
  if (rest.includes('..')) throw refusedPath(path, 'leads through a broken link. Repair the link');
  const [name = '', ...below] = rest;
  const real = isFile ? tryRealPath(join(folder, name)) : undefined;
  if (real !== undefined) return { folder: dirname(real), rest: [basename(real), ...below] };
  return { folder: tryRealPath(folder) ?? folder, rest };
}

function namesBelow(path: string, root: string): readonly string[] {
  const names = path.slice(root.length).split(sep === '\\' ? /[\\/]/ : '/');
  return names.filter((name) => name !== '' && name !== '.');
}

/** A link that went away in the meantime leads to its own folder. */
function tryReadLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function tryRealPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

/** What cannot be looked at (a file in the way, no permission) is taken as not there. */
function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
