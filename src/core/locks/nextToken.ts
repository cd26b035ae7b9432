import { RegistryError } from '../agents/registryError.ts';

/** Far above any wall clock, and far enough from 2^53 to count on from. */
export const maxToken = 2 ** 52;

/**
 * The number after the last one, and never below the wall clock, so that numbers go on rising when all
 * that was written is lost. The clock counts in microseconds: however many paths are granted at once,
 * the numbers do not run ahead of it for long.
 * @throws RegistryError `io` when a damaged file has used up all numbers
 */
export function nextToken(last: number, nowMs: number): number {
  const next = Math.max(last + 1, nowMs * 1000);
  if (next <= maxToken) return next;
  throw new RegistryError(
    'io',
    `A file of the locks claims the number ${last}, after which there is none. Look for "token", "ticket" and "last_token" in the folder of the locks and move the file away.`,
  );
}
