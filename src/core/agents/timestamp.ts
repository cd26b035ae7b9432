const pattern =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,12}))?([Zz]|[+-]\d{2}:\d{2})$/;

/** An instant to the nanosecond. */
export interface Instant {
  /** Milliseconds since the Unix epoch, a whole number. */
  readonly epochMs: number;
  /** 0 to 999 999 nanoseconds beyond `epochMs`. */
  readonly nanos: number;
}

/** Reads an RFC 3339 timestamp with any fraction and any offset; undefined when it is not one. */
export function parseTimestamp(text: string): Instant | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;

  const [, date = '', time = '', fraction = '', offset = ''] = match;
  // A leap second is a valid RFC 3339 time that Date.parse refuses.
  const epochSecondMs = Date.parse(`${date}T${time.replace(/:60$/, ':59')}${offset.toUpperCase()}`);
  if (Number.isNaN(epochSecondMs)) return undefined;

  const nanosOfSecond = Number(fraction.slice(0, 9).padEnd(9, '0'));
  return {
    epochMs: epochSecondMs + Math.floor(nanosOfSecond / 1e6),
    nanos: nanosOfSecond % 1e6,
  };
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
