/** An instant to the nanosecond. */
export interface Instant {
  /** Milliseconds since the Unix epoch, a whole number. */
  readonly epochMs: number;
  /** 0 to 999 999 nanoseconds beyond `epochMs`. */
  readonly nanos: number;
}

const pattern = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** True for an RFC 3339 timestamp with any fraction and any offset. */
export function isTimestamp(text: string): boolean {
  if (!pattern.test(text)) return false;
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  return (
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysInMonth(digits(text, 0, 4), month) &&
    digits(text, 11, 13) <= 23 &&
    digits(text, 14, 16) <= 59 &&
    // A leap second is a valid time.
    digits(text, 17, 19) <= 60 &&
    Math.abs(offsetMinutes(text)) < 24 * 60
  );
}

/** Reads an RFC 3339 timestamp with any fraction and any offset; undefined when it is not one. */
export function parseTimestamp(text: string): Instant | undefined {
  if (!isTimestamp(text)) return undefined;
  // `Date.UTC` takes the years 0 to 99 for 1900 to 1999; a leap second rolls over to the next minute.
  const day = new Date(0).setUTCFullYear(
    digits(text, 0, 4),
    digits(text, 5, 7) - 1,
    digits(text, 8, 10),
  );
  const secondOfDay =
    (digits(text, 11, 13) * 60 + digits(text, 14, 16)) * 60 + digits(text, 17, 19);
  const secondMs = day + secondOfDay * 1000;
  const nanosOfSecond = fractionNanos(text);
  return {
    epochMs: secondMs - offsetMinutes(text) * 60_000 + Math.floor(nanosOfSecond / 1e6),
    nanos: nanosOfSecond % 1e6,
  };
}

/** The number that the digits from `start` to before `end` write. No text is made. */
function digits(text: string, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i += 1) value = value * 10 + text.charCodeAt(i) - zero;
  return value;
}
const zero = 48;

function offsetMinutes(text: string): number {
  const at = text.length - 6;
  const sign = text[at];
  if (sign !== '+' && sign !== '-') return 0;
  const minutes = digits(text, at + 1, at + 3) * 60 + digits(text, at + 4, at + 6);
  return sign === '-' ? -minutes : minutes;
}

/** Digits beyond the ninth are below a nanosecond and dropped. */
function fractionNanos(text: string): number {
  if (text[19] !== '.') return 0;
  let nanos = 0;
  let count = 0;
  for (let i = 20; count < 9; i += 1, count += 1) {
    const digit = text.charCodeAt(i) - zero;
    if (digit < 0 || digit > 9) break;
    nanos = nanos * 10 + digit;
  }
  return nanos * 10 ** (9 - count);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Negative when `a` is earlier than `b`. */
export function compareInstants(a: Instant, b: Instant): number {
  return a.epochMs - b.epochMs || a.nanos - b.nanos;
}

/** RFC 3339, UTC, as this product writes timestamps. */
export function formatTimestamp(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** Milliseconds since the epoch of a timestamp that may be missing or malformed. */
export function timestampMs(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseTimestamp(text)?.epochMs;
}
