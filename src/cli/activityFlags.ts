import type { ActivityKind } from '../core/activity/activityEvent.ts';
import { parseTimestamp } from '../core/agents/timestamp.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import type { ParserOf } from './options.ts';
import { UsageError } from './usageError.ts';

export interface ActivityFlags {
  readonly since?: Since;
  readonly follow?: boolean;
  readonly limit: number;
  readonly kind?: readonly ActivityKind[];
  readonly path?: string;
}

/** A moment, or how long before now it was. */
export type Since =
  { readonly kind: 'ago'; readonly ms: number } | { readonly kind: 'at'; readonly ms: number };

export const defaultActivityLimit = 100;
const maxActivityLimit = 100_000;

const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 60 * 60_000,
  d: 24 * 60 * 60_000,
};

/** `90s`, `10m`, `2h`, `3d`, or a time such as `2026-01-31T12:00:00Z`. */
export const since: ParserOf<Since> = (flag) => (text) => {
  const [, count = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const unitLength = unitMs[unit];
  if (unitLength !== undefined) return { kind: 'ago', ms: Number(count) * unitLength };
  const instant = parseTimestamp(text);
  if (instant !== undefined) return { kind: 'at', ms: instant.epochMs };
  throw new UsageError(
    `${flag} must be a time span such as 10m or 2h, or a time such as 2026-01-31T12:00:00Z, not "${toPlainLine(text, 40)}".`,
  );
};

export const activityLimit: ParserOf<number> = (flag) => (text) => {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= maxActivityLimit) return value;
  throw new UsageError(
    `${flag} must be a whole number from 1 to ${maxActivityLimit}, not "${toPlainLine(text, 40)}".`,
  );
};
