import { maxHolderNameLength, maxReasonLength, maxTtlMs } from '../core/locks/lockConfig.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import type { ParserOf } from './options.ts';
import { UsageError } from './usageError.ts';

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 60 * 60_000,
};

/** `500ms`, `30s`, `10m` or `2h`, in milliseconds: more than 0 and at most 24 hours. */
export const timeSpan: ParserOf<number> = (flag) => (text) => {
  const shown = toPlainLine(text, 40);
  if (/^[-+]?\d+(?:\.\d+)?$/.test(text)) {
    throw new UsageError(`${flag} needs a unit, such as 30s, 10m or 2h, not just "${shown}".`);
  }
  const [, count = '', unit = ''] = /^(\d{1,20})(ms|s|m|h)$/.exec(text) ?? [];
  const ms = Number(count) * (unitMs[unit] ?? Number.NaN);
  if (ms >= 1 && ms <= maxTtlMs) return ms;
  throw new UsageError(
    Number.isNaN(ms)
      ? `${flag} must be a time span such as 500ms, 30s, 10m or 2h, not "${shown}".`
      : `${flag} must be more than 0 and at most 24h, not "${shown}".`,
  );
};

/** Who it is: a session id, a number or a name. */
export const agentText: ParserOf<string> = (flag) => (text) => {
  const problem = agentProblem(text);
  if (problem === undefined) return text;
  throw new UsageError(`${flag} ${problem}. Give a session id, a number or any other name.`);
};

function agentProblem(text: string): string | undefined {
  if (text.trim() === '') return 'names nobody';
  if (text.length > maxHolderNameLength) return `is longer than ${maxHolderNameLength} characters`;
  return /[\p{Cc}\p{Surrogate}]/u.test(text) ? 'contains a control character' : undefined;
}

/** Why somebody does something: it is told to others, so that it must say something. */
export const reasonText: ParserOf<string> = (flag) => (text) => {
  if (text.trim() === '') {
    throw new UsageError(`${flag} needs a text: it is told to whoever is concerned.`);
  }
  if (text.length <= maxReasonLength) return text;
  throw new UsageError(`The text of ${flag} is longer than ${maxReasonLength} characters.`);
};

/** The number that came with a grant. */
export const lockToken: ParserOf<number> = (flag) => (text) => {
  const token = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(token)) return token;
  throw new UsageError(
    `${flag} must be the whole number that "lock" printed, not "${toPlainLine(text, 40)}".`,
  );
};
