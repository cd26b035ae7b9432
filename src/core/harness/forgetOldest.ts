/** Lets the entry go that was set first, when there are more than `most`. */
export function forgetOldest(kept: Map<string, unknown>, most: number): void {
  if (kept.size <= most) return;
  const oldest = kept.keys().next().value;
  if (oldest !== undefined) kept.delete(oldest);
}
