import { shortened } from '../core/activity/utf8.ts';

/** An object of parsed JSON. Only its own fields count. */
export type Table = Readonly<Record<string, unknown>>;

/** The most UTF-16 code units of a text that is kept from a payload, such as a prompt or a command. */
export const maxTextLength = 500;

const maxKeyLength = 256;
const controlCharacter = /\p{Cc}/u;

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a field of the table itself holds; what it inherits counts as missing. */
export function field(table: Table, name: string): unknown {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** The first of these fields that is a text with something in it. As long as it came. */
export function textField(table: Table, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = field(table, name);
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/** As `textField`, cut to what may be kept. */
export function shortTextField(table: Table, ...names: readonly string[]): string | undefined {
  const text = textField(table, ...names);
  return text === undefined ? undefined : shortened(text, maxTextLength);
}

/** As `textField`, for ids: one that is too long or has control characters counts as missing. */
export function keyField(table: Table, ...names: readonly string[]): string | undefined {
  const key = textField(table, ...names);
  if (key === undefined || key.length > maxKeyLength || controlCharacter.test(key))
    return undefined;
  return key;
}

/** The field as an object; an empty one when it is none. */
export function tableField(table: Table, name: string): Table {
  const value = field(table, name);
  return isTable(value) ? value : {};
}

/** The field as a list; an empty one when it is none. */
export function listField(table: Table, name: string): readonly unknown[] {
  const value = field(table, name);
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** A number that can be counted with: finite and not below zero. */
export function countField(table: Table, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = field(table, name);
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  }
  return undefined;
}

/** True only for `true` itself. */
export function flagField(table: Table, ...names: readonly string[]): boolean {
  return names.some((name) => field(table, name) === true);
}
