import { tryParseLockPath, type LockPath } from '../core/locks/lockPath.ts';

/** What a row of the locks names; what commands get from it. `root` is the folder that contains `.heddle`. */
export type LockElementRef =
  /** A path that one holder has. */
  | {
      readonly kind: 'lock';
      readonly root: string;
      readonly holderId: number;
      readonly path: LockPath;
    }
  /** Somebody's place in a queue, shown at this path. */
  | {
      readonly kind: 'wait';
      readonly root: string;
      readonly holderId: number;
      readonly ticket: number;
      readonly path: LockPath;
    }
  | { readonly kind: 'holder'; readonly root: string; readonly holderId: number }
  /** A path that several share. */
  | { readonly kind: 'path'; readonly root: string; readonly path: LockPath }
  /** A folder that contains locked files. */
  | { readonly kind: 'folder'; readonly root: string; readonly path: LockPath }
  /** A path that was refused or waited for. */
  | { readonly kind: 'contended'; readonly root: string; readonly path: LockPath };

export type LockElementKind = LockElementRef['kind'];

const words = {
  lock: 'lock',
  wait: 'wait',
  holder: 'lockHolder',
  path: 'lockPath',
  folder: 'lockFolder',
  contended: 'contended',
} as const satisfies Record<LockElementKind, string>;

/** The element of a row: the same thing has the same element after every refresh. */
export function toLockElement(ref: LockElementRef): string {
  return `${words[ref.kind]}:${detailOf(ref)}@${ref.root}`;
}

function detailOf(ref: LockElementRef): string {
  switch (ref.kind) {
    case 'lock':
      return `${ref.holderId}:${encodePath(ref.path)}`;
    case 'wait':
      return `${ref.holderId}:${ref.ticket}:${encodePath(ref.path)}`;
    case 'holder':
      return String(ref.holderId);
    case 'path':
    case 'folder':
    case 'contended':
      return encodePath(ref.path);
  }
}

const pattern = /^([a-zA-Z]{1,20}):([^@]{1,4000})@(.+)$/s;

/** What an element names; undefined for anything else that a command may be given. */
export function parseLockElement(element: unknown): LockElementRef | undefined {
  const match = typeof element === 'string' ? pattern.exec(element) : null;
  const [, word, detail = '', root] = match ?? [];
  if (root === undefined) return undefined;
  switch (word) {
    case words.lock:
      return parseLock(root, detail);
    case words.wait:
      return parseWait(root, detail);
    case words.holder: {
      const holderId = parseNumber(detail);
      return holderId === undefined ? undefined : { kind: 'holder', root, holderId };
    }
    case words.path:
      return withPath('path', root, detail);
    case words.folder:
      return withPath('folder', root, detail);
    case words.contended:
      return withPath('contended', root, detail);
    default:
      return undefined;
  }
}

function parseLock(root: string, detail: string): LockElementRef | undefined {
  const [id, encoded, ...rest] = detail.split(':');
  const holderId = parseNumber(id);
  const path = decodePath(encoded);
  if (holderId === undefined || path === undefined || rest.length > 0) return undefined;
  return { kind: 'lock', root, holderId, path };
}

function parseWait(root: string, detail: string): LockElementRef | undefined {
  const [id, place, encoded, ...rest] = detail.split(':');
  const holderId = parseNumber(id);
  const ticket = parseNumber(place);
  const path = decodePath(encoded);
  if (holderId === undefined || ticket === undefined || path === undefined) return undefined;
  return rest.length > 0 ? undefined : { kind: 'wait', root, holderId, ticket, path };
}

function withPath(
  kind: 'path' | 'folder' | 'contended',
  root: string,
  detail: string,
): LockElementRef | undefined {
  const path = decodePath(detail);
  return path === undefined ? undefined : { kind, root, path };
}

function parseNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^(?:0|[1-9]\d{0,15})$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Half a surrogate pair, which what others wrote may hold, cannot be encoded as it is. */
function encodePath(path: LockPath): string {
  return encodeURIComponent(path.replace(/\p{Surrogate}/gu, '\ufffd'));
}

/** Only a path as the rules write it, so that nothing outside the repository can be named. */
function decodePath(encoded: string | undefined): LockPath | undefined {
  if (encoded === undefined) return undefined;
  try {
    const text = decodeURIComponent(encoded);
    return tryParseLockPath(text) === text ? text : undefined;
  } catch {
    // Not something that we encoded.
    return undefined;
  }
}
