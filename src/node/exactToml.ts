import { randomBytes } from 'node:crypto';
import { parse, stringify, TomlDate } from 'smol-toml';

/**
 * A TOML date-time that is written back to the letter. `Date` writes milliseconds,
 * but files carry anything from none to nanoseconds.
 */
export class ExactTomlDate extends TomlDate {
  constructor(private readonly text: string) {
    super(text);
  }

  override toISOString(): string {
    return this.text;
  }
}

/** Times, with or without a date. No bare key can contain a colon. */
const timeLiteral =
  /(?:\d{4}-\d{2}-\d{2}[Tt ])?\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})?/y;
const timeOutsideQuotes = /[=,[\s](?:\d{4}-\d{2}-\d{2}[Tt ])?\d{2}:\d{2}:\d{2}(?:\.\d+)?/;

/**
 * Parses TOML without losing a type: integers become bigint, floats number, date-times `Date` whose
 * `toISOString` returns the text of the file. @throws TomlError with line and column
 */
export function parseToml(text: string): Record<string, unknown> {
  const options = { integersAsBigInt: true, useLegacyDate: true } as const;
  if (!timeOutsideQuotes.test(text)) return parse(text, options);

  const marker = unusedMarker(text);
  const marked = markTimes(text, marker);
  return restoreTimes(parse(marked, options), marker) as Record<string, unknown>;
}

/** The inverse of `parseToml`: numbers are written as floats, bigints as integers. */
export function stringifyToml(table: Readonly<Record<string, unknown>>): string {
  return stringify(table, { numbersAsFloat: true });
}

function unusedMarker(text: string): string {
  for (;;) {
    const marker = `exact-time-${randomBytes(12).toString('hex')}:`;
    if (!text.includes(marker)) return marker;
  }
}

/** Turns each time outside strings and comments into a marked string of the same line. */
function markTimes(text: string, marker: string): string {
  let marked = '';
  let position = 0;
  while (position < text.length) {
    const skipped = endOfStringOrComment(text, position);
    if (skipped > position) {
      marked += text.slice(position, skipped);
      position = skipped;
      continue;
    }
    timeLiteral.lastIndex = position;
    const time = timeLiteral.exec(text)?.[0];
    if (time === undefined) {
      marked += text.charAt(position);
      position += 1;
    } else {
      marked += `"${marker}${time}"`;
      position += time.length;
    }
  }
  return marked;
}

/** Where the string or comment that starts here ends; `start` itself when none does. */
function endOfStringOrComment(text: string, start: number): number {
  const first = text[start];
  if (first === '#') return indexOrEnd(text.indexOf('\n', start), text);
  if (first !== '"' && first !== "'") return start;

  const triple = first.repeat(3);
  if (!text.startsWith(triple, start)) return endOfString(text, start + 1, first);
  let end = endOfString(text, start + 3, triple);
  // A multi-line string may end with up to two quotes of its own.
  while (text[end] === first && end < text.length) end += 1;
  return end;
}

function endOfString(text: string, start: number, delimiter: string): number {
  const hasEscapes = delimiter.startsWith('"');
  for (let i = start; i < text.length; i += 1) {
    if (hasEscapes && text[i] === '\\') i += 1;
    else if (text.startsWith(delimiter, i)) return i + delimiter.length;
  }
  return text.length;
}

function indexOrEnd(index: number, text: string): number {
  return index === -1 ? text.length : index;
}

function exactDate(text: string): ExactTomlDate {
  const date = new ExactTomlDate(text);
  if (Number.isNaN(date.getTime())) throw new Error(`${text} is not a date and time`);
  return date;
}

function restoreTimes(value: unknown, marker: string): unknown {
  if (typeof value === 'string') {
    return value.startsWith(marker) ? exactDate(value.slice(marker.length)) : value;
  }
  if (Array.isArray(value)) return value.map((item) => restoreTimes(item, marker));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const restored = Object.create(null) as Record<string, unknown>;
  for (const [key, item] of Object.entries(value)) restored[key] = restoreTimes(item, marker);
  return restored;
}
