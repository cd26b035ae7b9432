/** A table out of parsed JSON; undefined for anything else. */
export function asTable(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** More tokens than any answer of a model or any session has. */
export const maxCount = 1e12;

/** A count out of parsed JSON, 0 where it is absent or null; undefined for what is no count. */
export function asCount(value: unknown): number | undefined {
  if (value === undefined || value === null) return 0;
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maxCount
    ? value
    : undefined;
}

/** The instant of an RFC 3339 text in milliseconds; undefined for anything else. */
export function asInstant(value: unknown): number | undefined {
  if (typeof value !== 'string' || value.length > 40) return undefined;
  const instant = Date.parse(value);
  return Number.isNaN(instant) ? undefined : instant;
}

/** A short text out of parsed JSON, such as an id; undefined for what is longer or no text. */
export function asShortText(value: unknown, maxLength = 128): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= maxLength ? value : undefined;
}
