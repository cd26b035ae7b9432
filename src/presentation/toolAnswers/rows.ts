import { maxRows, maxTextRows } from './toolBounds.ts';

/** As many as an answer lists, and how many more there are. */
export interface Rows<T> {
  readonly shown: readonly T[];
  readonly more: number;
}

export function firstRows<T>(all: readonly T[], limit = maxRows): Rows<T> {
  return { shown: all.slice(0, limit), more: Math.max(0, all.length - limit) };
}

/** Lines for a model, the rest counted. */
export function boundedLines(lines: readonly string[], limit = maxTextRows): readonly string[] {
  const { shown, more } = firstRows(lines, limit);
  return more > 0 ? [...shown, `… and ${more} more.`] : shown;
}
