import { toPlainLine } from '../presentation/plainText.ts';
import type { ParserOf } from './options.ts';
import { UsageError } from './usageError.ts';

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 60 * 60_000 };
const maxHistory = 1000;

/** `90s`, `10m` or `2h`, in milliseconds. */
export const timeSpan: ParserOf<number> = (flag) => (text) => {
  const [, count = '', unit = ''] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  const length = unitMs[unit];
  if (length !== undefined) return Number(count) * length;
  throw new UsageError(
    `${flag} must be a time span such as 90s, 10m or 2h, not "${toPlainLine(text, 40)}".`,
  );
};

/** How many lines of a history. */
export const historyCount: ParserOf<number> = (flag) => (text) => {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : -1;
  if (count >= 0 && count <= maxHistory) return count;
  throw new UsageError(
    `${flag} must be a whole number from 0 to ${maxHistory}, not "${toPlainLine(text, 40)}".`,
  );
};
