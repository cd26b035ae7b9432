/** A value from a file or a socket that is not what it should be. Its message names the field. */
export class MalformedField extends Error {
  override readonly name = 'MalformedField';

  constructor(
    /** Where it is, such as `pause.prompts[0].queryId`; empty for the whole value. */
    readonly field: string,
    /** The rest of a sentence that begins with the field. */
    readonly problem: string,
  ) {
    super(`${field === '' ? 'The value' : JSON.stringify(field)} ${problem}`);
  }
}

/** Turns an unknown value into a known one. @throws MalformedField that names `field` */
export type Reader<T> = (value: unknown, field: string) => T;

/** An object of parsed JSON. */
export type JsonTable = Readonly<Record<string, unknown>>;

/** Longest id, key or name that is read. */
export const maxNameLength = 500;
/** Longest path that is read. */
export const maxPathLength = 32_768;

/** Any object that is not a list. */
export const asTable: Reader<JsonTable> = (value, field) => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonTable;
  }
  throw new MalformedField(field, 'must be an object.');
};

/** Gives access to the fields of an object by name, each through a reader. */
export function fieldsOf(value: unknown, field: string): <T>(name: string, read: Reader<T>) => T {
  const table = asTable(value, field);
  return (name, read) =>
    read(
      Object.hasOwn(table, name) ? table[name] : undefined,
      field === '' ? name : `${field}.${name}`,
    );
}

/** A text of any length, also an empty one. */
export const asText: Reader<string> = (value, field) => {
  if (typeof value === 'string') return value;
  throw new MalformedField(field, 'must be a text.');
};

/** A text of 1 to `longest` characters. */
export function asTextOfAtMost(longest: number): Reader<string> {
  return (value, field) => {
    if (typeof value === 'string' && value !== '' && value.length <= longest) return value;
    throw new MalformedField(field, `must be a text of 1 to ${longest} characters.`);
  };
}

/** An id, a key or a name. */
export const asName = asTextOfAtMost(maxNameLength);

/** A path as it is written, not checked further. */
export const asPath = asTextOfAtMost(maxPathLength);

/** A number that JSON can write. */
export const asNumber: Reader<number> = (value, field) => {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new MalformedField(field, 'must be a number.');
};

/** A whole number from 0 to 2^53 - 1. */
export const asCount: Reader<number> = (value, field) => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new MalformedField(field, 'must be a whole number of at least 0.');
};

/** Milliseconds since the Unix epoch, whole and within the range of dates. */
export const asInstantMs: Reader<number> = (value, field) => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) <= maxDateMs) {
    return value;
  }
  throw new MalformedField(field, 'must be a time in whole milliseconds.');
};
const maxDateMs = 8.64e15;

/** Anything that JSON can hold, null included. */
export const asJson: Reader<unknown> = (value, field) => {
  if (value !== undefined) return value;
  throw new MalformedField(field, 'is missing.');
};

/** True, or nothing at all. */
export const asFlag: Reader<true | undefined> = (value) => (value === true ? true : undefined);

/** One of some words. */
export function asOneOf<const T extends string>(words: readonly T[]): Reader<T> {
  return (value, field) => {
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    throw new MalformedField(field, `must be one of ${words.join(', ')}.`);
  };
}

/** One of some words; `fallback` for a text that only a newer version knows. */
export function asKnownOr<T extends string, F>(words: readonly T[], fallback: F): Reader<T | F> {
  return (value, field) => words.find((word) => word === asText(value, field)) ?? fallback;
}

/** Undefined for what is absent or null. */
export function optional<T>(read: Reader<T>): Reader<T | undefined> {
  return (value, field) => (value === undefined || value === null ? undefined : read(value, field));
}

/** A list of at most `most` values. */
export function asListOf<T>(read: Reader<T>, most: number): Reader<readonly T[]> {
  return (value, field) => {
    if (!Array.isArray(value)) throw new MalformedField(field, 'must be a list.');
    if (value.length > most) throw new MalformedField(field, `has more than ${most} items.`);
    return value.map((item, index) => read(item, `${field}[${index}]`));
  };
}

/** The same without the fields that are undefined. */
export function present<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
