export interface InstalledExtensions {
  /** `publisher.name` of the extension. */
  readonly id: string;
  /** The name of the folder of the version that runs. */
  readonly own: string;
  /** The names of all folders beside it, itself among them. */
  readonly folders: readonly string[];
  /** The editor's list of what is installed, `extensions.json`, when the extension was started. */
  readonly listedBefore: string;
  readonly listedNow: string;
  /** What it has noted of folders that it is going to remove, `.obsolete`; empty for nothing. */
  readonly obsolete: string;
}

/**
 * True when the editor has taken the extension off its list, or marked the folder of the version that
 * runs and left no other one: an update marks the old one as well. A list of which it never was a part
 * says nothing, for editors have others for other profiles.
 */
export function isUninstalled(installed: InstalledExtensions): boolean {
  const { listedBefore, listedNow, own, folders, obsolete } = installed;
  const id = installed.id.toLowerCase();
  const now = listedIds(listedNow);
  if (listedIds(listedBefore)?.has(id) === true && now !== undefined) return !now.has(id);
  const marked = markedFolders(obsolete);
  const isLeft = (name: string): boolean => name !== own && !marked.has(name);
  const hasOther = folders.some((name) => name.toLowerCase().startsWith(`${id}-`) && isLeft(name));
  return marked.has(own) && !hasOther;
}

/** Undefined for what is no list, such as a half of one. */
function listedIds(text: string): ReadonlySet<string> | undefined {
  const list = parsed(text);
  if (!Array.isArray(list)) return undefined;
  const ids = list.flatMap((entry: unknown) => {
    const id = field(field(entry, 'identifier'), 'id');
    return typeof id === 'string' ? [id.toLowerCase()] : [];
  });
  return new Set(ids);
}

function markedFolders(text: string): ReadonlySet<string> {
  const marks = parsed(text);
  if (typeof marks !== 'object' || marks === null) return new Set();
  return new Set(Object.entries(marks).flatMap(([name, mark]) => (mark === true ? [name] : [])));
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
