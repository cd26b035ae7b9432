import { maxNameLength, maxPathLength, type JsonTable } from '../sessions/fieldReaders.ts';

/** An object that an agent sent; empty for anything else. */
export function tableOf(value: unknown): JsonTable {
  const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isTable ? (value as JsonTable) : {};
}

/** A list that an agent sent, at most `most` of it; empty for anything else. */
export function listOf(value: unknown, most: number): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, most) : [];
}

/** A text, cut to `longest` characters; undefined for anything else. */
export function textOf(value: unknown, longest: number): string | undefined {
  if (typeof value !== 'string') return undefined;
  return value.length > longest ? `${value.slice(0, longest)}…` : value;
}

/** An id or a name; undefined for what is none. It is never cut: half an id is another id. */
export function nameOf(value: unknown): string | undefined {
  const isName = typeof value === 'string' && value !== '' && value.length <= maxNameLength;
  return isName ? value : undefined;
}

/** A path as it is written; undefined for what is none. */
export function pathOf(value: unknown): string | undefined {
  const isPath = typeof value === 'string' && value !== '' && value.length <= maxPathLength;
  return isPath ? value : undefined;
}

/** A whole number of at least 0; undefined for anything else. */
export function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** A finite number; undefined for anything else. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The word of this product for a word of the protocol, which joins its parts by `_`. */
export function wordOf<const T extends string>(value: unknown, words: readonly T[]): T | undefined {
  if (typeof value !== 'string') return undefined;
  const word = value.replaceAll('_', '-');
  return words.find((each) => each === word);
}

/** The value when it is small enough to be kept: about `budget` characters of JSON. Else undefined. */
export function boundedJson(value: unknown, budget = 65_536): unknown {
  return costOf(value, budget) > budget ? undefined : value;
}

/** Counts until the budget is used up, so that it never takes longer than that. */
function costOf(value: unknown, budget: number): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 8;
  let cost = 2;
  for (const [key, item] of Object.entries(value)) {
    cost += key.length + costOf(item, budget - cost);
    if (cost > budget) break;
  }
  return cost;
}
