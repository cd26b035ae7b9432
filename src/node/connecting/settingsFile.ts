import { lstat, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, sep, isAbsolute } from 'node:path';
import { isRegistryError } from '../../core/agents/registryError.ts';
import { errorCode, errorText } from '../../base/errorText.ts';
import { LinkResolution } from '../linkResolution.ts';

/** A settings file as it is on the disk. */
export type SettingsFile =
  | { readonly kind: 'absent'; readonly path: string }
  | {
      readonly kind: 'present';
      /** Where it really is: links are followed. */
      readonly path: string;
      readonly bytes: Buffer;
      /** Without the byte order mark. */
      readonly text: string;
      readonly hasMark: boolean;
      /** Permissions. */
      readonly mode: number;
    }
  /** It cannot be used; a whole sentence says why and what to do. */
  | { readonly kind: 'problem'; readonly message: string };

const maxBytes = 4 * 1024 * 1024;
const mark = '\uFEFF';

/**
 * Reads a settings file.
 *
 * @param within a folder that no link may lead out of; undefined where links may lead anywhere
 */
export async function readSettingsFile(
  file: string,
  within: string | undefined,
): Promise<SettingsFile> {
  const resolved = resolveLinks(file, within);
  if (resolved.kind === 'problem') return resolved;
  const { path } = resolved;
  try {
    const stats = await stat(path);
    if (!stats.isFile()) {
      return problem(`${file} is not a file. Move away what stands there, then try again.`);
    }
    if (stats.size > maxBytes)
      return problem(`${file} is too large for settings. Look what it is.`);
    return present({ file, path, bytes: await readFile(path), mode: stats.mode & 0o7777 });
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return await absent(file, path);
    if (code === 'ENOTDIR') {
      return problem(
        `${dirname(file)} is not a folder. Move away what stands there, then try again.`,
      );
    }
    return problem(`${file} cannot be read (${errorText(error)}). Check its permissions.`);
  }
}

/** The text with its byte order mark, as bytes. */
export function encodeSettings(text: string, hasMark: boolean): Buffer {
  return Buffer.from(hasMark ? mark + text : text, 'utf8');
}

/** Without the byte order mark. */
export function withoutMark(text: string): string {
  return text.startsWith(mark) ? text.slice(mark.length) : text;
}

/** A sentence when nobody may write the file, as its permissions say. The superuser heeds them here too. */
export function readOnlyProblem(file: SettingsFile): string | undefined {
  if (file.kind !== 'present' || (file.mode & 0o222) !== 0) return undefined;
  return `${file.path} is read-only. Make it writable, then try again.`;
}

function present(read: {
  readonly file: string;
  readonly path: string;
  readonly bytes: Buffer;
  readonly mode: number;
}): SettingsFile {
  const { file, path, bytes, mode } = read;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const hasMark = text.startsWith(mark);
    return { kind: 'present', path, bytes, text: withoutMark(text), hasMark, mode };
  } catch {
    return problem(`${file} is not UTF-8 text. Repair it, then try again.`);
  }
}

/** A file on the way to a folder answers ENOENT on some platforms. */
async function absent(file: string, path: string): Promise<SettingsFile> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const stats = await lstat(folder).catch(() => undefined);
    if (stats !== undefined && !stats.isDirectory()) {
      return problem(
        `${folder} is not a folder, but ${file} needs one. Move it away, then try again.`,
      );
    }
    if (stats !== undefined || dirname(folder) === folder) return { kind: 'absent', path };
  }
}

function resolveLinks(
  file: string,
  within: string | undefined,
):
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'problem'; readonly message: string } {
  const links = new LinkResolution();
  try {
    const { folder, rest } = links.resolve(file);
    const path = join(folder, ...rest);
    if (within === undefined || isInside(links.folder(within) ?? within, path)) {
      return { kind: 'path', path };
    }
    return problem(
      `${file} is a link out of the repository, to ${path}. Nothing is written there; use --user, or make it a file.`,
    );
  } catch (error) {
    if (!isRegistryError(error, 'invalid-path')) throw error;
    return problem(error.message);
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function problem(message: string): { readonly kind: 'problem'; readonly message: string } {
  return { kind: 'problem', message };
}
