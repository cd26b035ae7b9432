import type { PlacedIdentity } from './placedIdentity.ts';

/**
 * The agents of several checkouts without those that only last and are described in another checkout of
 * the same root; what no checkout describes is told once, in the first one.
 */
export function shownOnce(identities: readonly PlacedIdentity[]): readonly PlacedIdentity[] {
  const told = new Set<string>();
  const keyOf = ({ root, listed }: PlacedIdentity): string => `${listed.identity}@${root}`;
  for (const placed of identities) if (isDescribed(placed)) told.add(keyOf(placed));
  return identities.filter((placed) => {
    if (isDescribed(placed)) return true;
    const key = keyOf(placed);
    if (told.has(key)) return false;
    told.add(key);
    return true;
  });
}

/** Also a file that cannot be used is one. */
function isDescribed({ listed }: PlacedIdentity): boolean {
  return listed.specPath !== undefined;
}
