import { field, isTable, listField, textField, type Table } from './payloadFields.ts';

const absolutePath = /^(?:\/|[A-Za-z]:[\\/]|\\\\)/;
const slashBeforeDrive = /^\/(?=[A-Za-z]:(?:[\\/]|$))/;
const otherScheme = /^[A-Za-z][A-Za-z\d+.-]+:\/\//;

/** Where the arguments of a tool name files. */
export interface PathFields {
  /** Fields that hold one path. */
  readonly single: readonly string[];
  /** Fields with a list of paths, or of objects that have the fields above. */
  readonly lists?: readonly string[] | undefined;
}

export function isAbsolutePath(path: string): boolean {
  return absolutePath.test(path);
}

/**
 * The path that a value means: a path, a `file:` URI, or an object that editors write for a URI.
 * Undefined for what is no file, such as `untitled:` things. `/c:/x` is `c:/x`.
 */
export function filePathOf(value: unknown): string | undefined {
  if (isTable(value)) {
    const scheme = field(value, 'scheme');
    if (scheme !== undefined && scheme !== 'file') return undefined;
    return filePathOf(textField(value, 'fsPath', 'path'));
  }
  if (typeof value !== 'string' || value === '') return undefined;
  if (value.startsWith('file://')) return pathOfUri(value.slice('file://'.length));
  return otherScheme.test(value) ? undefined : value.replace(slashBeforeDrive, '');
}

/** Every file that the arguments of a tool name, each once, in order. */
export function filePathsIn(input: Table, fields: PathFields): readonly string[] {
  const found = new Set<string>();
  addPaths(found, input, fields.single);
  for (const name of fields.lists ?? []) {
    for (const item of listField(input, name)) {
      if (isTable(item)) addPaths(found, item, fields.single);
      else addPath(found, item);
    }
  }
  return [...found];
}

function addPaths(found: Set<string>, table: Table, names: readonly string[]): void {
  for (const name of names) addPath(found, field(table, name));
}

function addPath(found: Set<string>, value: unknown): void {
  const path = filePathOf(value);
  if (path !== undefined) found.add(path);
}

/** What follows `file://`: `/home/x`, `/c%3A/x`, or a server and its share. */
function pathOfUri(rest: string): string | undefined {
  const decoded = percentDecoded(rest.replace(/^localhost(?=\/)/, ''));
  if (decoded === '') return undefined;
  return decoded.startsWith('/') ? decoded.replace(slashBeforeDrive, '') : `//${decoded}`;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that is just one
  }
}
