/** Where the folders of a recorded payload are to be. */
export interface Rebasing {
  /** The folder in which it was recorded, as the payload spells it. */
  readonly from: string;
  /** What stands for that folder. */
  readonly to: string;
  /** Below this folder everything is put that lay elsewhere. */
  readonly outside: string;
  /** `/` or `\`, of the machine on which it is used. */
  readonly separator: string;
}

/** The longest nesting that is followed; no agent sends more. */
const maxDepth = 20;

/**
 * The payload as if it had been recorded in another folder. Every path in it, also inside of longer
 * texts, follows the folder; a text that is a path of elsewhere is put below `outside`, so that nothing
 * of the machine is named.
 */
export function rebasePayload(payload: unknown, rebasing: Rebasing): unknown {
  return rebased(payload, rebasing, 0);
}

/** The reverse for texts: what they say of the new folder, they say of the recorded one. */
export function restorePaths(text: string, { from, to, outside }: Rebasing): string {
  const inner = replaceFolder(replaceFolder(text, to, from), escapedForJson(to), from);
  return inner.replaceAll(outside, '').replaceAll(escapedForJson(outside), '');
}

function rebased(value: unknown, rebasing: Rebasing, depth: number): unknown {
  if (typeof value === 'string') return rebasedText(value, rebasing);
  if (typeof value !== 'object' || value === null || depth > maxDepth) return value;
  if (Array.isArray(value)) return value.map((each) => rebased(each, rebasing, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, rebased(each, rebasing, depth + 1)]),
  );
}

const absolutePath = /^(?:\/[^\n]*|[A-Za-z]:[\\/][^\n]*)$/;

function rebasedText(text: string, { from, to, outside, separator }: Rebasing): string {
  if (from !== '' && (text === from || startsBelow(text, from))) {
    if (!text.includes('\n')) return to + toNative(text.slice(from.length), separator);
  } else if (absolutePath.test(text) && !/\s/.test(text)) {
    return outside + toNative(`/${text.replace(/^\//, '').replace(':', '')}`, separator);
  }
  return from === '' ? text : replaceFolder(text, from, to);
}

function startsBelow(path: string, folder: string): boolean {
  return path.startsWith(folder) && /[\\/]/.test(path.charAt(folder.length));
}

function toNative(path: string, separator: string): string {
  return path.replace(/[\\/]/g, () => separator);
}

/** Replaces a folder where its name ends, so that `/a/b` leaves `/a/bc` alone. */
function replaceFolder(text: string, from: string, to: string): string {
  const pieces = text.split(from);
  return pieces.reduce((before, piece) => before + (/^[\w.-]/.test(piece) ? from : to) + piece);
}

function escapedForJson(path: string): string {
  return path.replaceAll('\\', '\\\\');
}
