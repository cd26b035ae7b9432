import { asCount } from '../../core/harness/usage/figures.ts';

/** A count that a payload tells; undefined where it tells none. */
export function toldCount(value: unknown): number | undefined {
  return typeof value === 'number' ? asCount(value) : undefined;
}

/** A sum of US dollars that a payload tells; undefined where it tells none. */
export function toldAmount(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= 1e9 ? value : undefined;
}
