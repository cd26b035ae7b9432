/** Names an unreadable file of a root; what commands get from its row. */
export interface BrokenRef {
  /** The folder that contains `.heddle`. */
  readonly root: string;
  /** Name of the file inside the agents folder. */
  readonly fileName: string;
}

const pattern = /^broken:([^@]+)@(.+)$/s;

/** The element of an unreadable file's row. A file name may hold anything, so it is encoded. */
export function toBrokenElement(ref: BrokenRef): string {
  return `broken:${encodeName(ref.fileName)}@${ref.root}`;
}

/** The file that an element names, always a plain name that ends in `.toml`; else undefined. */
export function parseBrokenElement(element: unknown): BrokenRef | undefined {
  const match = typeof element === 'string' ? pattern.exec(element) : null;
  const [, encoded, root] = match ?? [];
  if (encoded === undefined || root === undefined) return undefined;
  const fileName = decodeName(encoded);
  return fileName !== undefined && isPlainTomlName(fileName) ? { root, fileName } : undefined;
}

/** Half a surrogate pair, which a file name may hold, cannot be encoded as it is. */
function encodeName(fileName: string): string {
  return encodeURIComponent(fileName.replace(/\p{Surrogate}/gu, '\ufffd'));
}

function decodeName(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    // Not something that we encoded.
    return undefined;
  }
}

function isPlainTomlName(fileName: string): boolean {
  return fileName.endsWith('.toml') && !/[/\\\0]/.test(fileName);
}
