import { parseLockPath, type LockPath } from './lockPath.ts';
import { maxReasonLength } from './lockConfig.ts';
import { maxToken } from './nextToken.ts';

/** What a file of a holder should not be. Its message is one sentence for people. */
export class Malformed extends Error {}

export type Table = Readonly<Record<string, unknown>>;

export function toPath(value: unknown): LockPath {
  const text = expectText(value, 'A path', 4096);
  try {
    return parseLockPath(text);
  } catch (error) {
    throw new Malformed(error instanceof Error ? error.message : 'A path is not valid.');
  }
}

export function expectTable(value: unknown, what: string): Table {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Table;
  throw new Malformed(`${what} must be an object.`);
}

export function expectList(value: unknown, what: string, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new Malformed(`${what} must be a list.`);
  if (value.length > most) throw new Malformed(`${what} has more than ${most} items.`);
  return value;
}

export function expectText(value: unknown, what: string, longest: number): string {
  if (typeof value === 'string' && value !== '' && value.length <= longest) return value;
  throw new Malformed(`${what} must be a text of 1 to ${longest} characters.`);
}

export function optionalText(value: unknown, what: string): string | undefined {
  return value === undefined ? undefined : expectText(value, what, maxReasonLength);
}

export function expectInteger(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new Malformed(`${what} must be a whole number below 2^53.`);
}

export function expectCount(value: unknown, what: string): number {
  const count = expectInteger(value, what);
  if (count < 0) throw new Malformed(`${what} must not be negative.`);
  return count;
}

export function expectToken(value: unknown, what: string): number {
  const token = expectCount(value, what);
  if (token > maxToken) throw new Malformed(`${what} is larger than any token can be.`);
  return token;
}

export function expectOneOf<T extends string>(
  value: unknown,
  what: string,
  allowed: readonly T[],
): T {
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  throw new Malformed(`${what} must be one of ${allowed.join(', ')}.`);
}

/** True when lists and objects are nested more deeply than that. */
export function isDeeperThan(value: unknown, depth: number): boolean {
  let level: readonly unknown[] = [value];
  for (let i = 0; i <= depth; i += 1) {
    level = level.flatMap((each): readonly unknown[] =>
      typeof each === 'object' && each !== null ? Object.values(each) : [],
    );
    if (level.length === 0) return false;
  }
  return true;
}
