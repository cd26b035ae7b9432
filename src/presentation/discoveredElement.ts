/** Names an agent that was seen at work and is not connected. */
export interface DiscoveredRef {
  /** The folder that contains `.heddle`. */
  readonly root: string;
  readonly id: string;
}

const pattern = /^discovered:([^@]{1,1000})@(.+)$/s;

/** The element of the row of an agent that is not connected. */
export function toDiscoveredElement({ root, id }: DiscoveredRef): string {
  return `discovered:${encodeURIComponent(id)}@${root}`;
}

/** The agent that an element names; undefined for anything else that a command may be given. */
export function parseDiscoveredElement(element: unknown): DiscoveredRef | undefined {
  const match = typeof element === 'string' ? pattern.exec(element) : null;
  const [, encoded, root] = match ?? [];
  if (encoded === undefined || root === undefined) return undefined;
  try {
    return { root, id: decodeURIComponent(encoded) };
  } catch {
    // Not something that we encoded.
    return undefined;
  }
}
