import {
  agentStatuses,
  type AgentEntry,
  type AgentStatus,
  type AgentUsageSummary,
  type ContextQueryEntry,
  type UnknownFields,
} from './agentEntry.ts';
import {
  entryFields,
  queryFields,
  usageFields,
  type Field,
  type FieldKind,
  type FieldTable,
} from './agentEntryFields.ts';
import { isTimestamp } from './timestamp.ts';

/** A TOML table as data: integers are bigint, floats are number, date-times are Date. */
export type EntryTable = Readonly<Record<string, unknown>>;

/** What keeps a table from being an entry. `field` is the TOML name, for finding the line. */
export interface EntryProblem {
  readonly problem: string;
  readonly field: string | undefined;
}

export type DecodedEntry =
  { readonly entry: AgentEntry } | { readonly problems: readonly EntryProblem[] };

const maxU32 = 0xffff_ffffn;
const maxU64 = 0xffff_ffff_ffff_ffffn;

/** Reads a table as an entry. Unknown fields are kept; all problems are reported, not only the first. */
export function decodeEntry(table: EntryTable): DecodedEntry {
  const problems: EntryProblem[] = [];
  const decoded = decodeTable(table, entryFields, '', problems);
  if (problems.length > 0) return { problems };

  decoded.usageSummary ??= { unknownFields: noUnknownFields };
  decoded.attachPrecedence ??= [];
  decoded.contextQueries ??= [];
  return { entry: decoded as unknown as AgentEntry };
}

/** The table of an entry: declared fields in Heddle's order, absent ones left out, unknown ones last. */
export function encodeEntry(entry: AgentEntry): EntryTable {
  return encodeTable(entry as unknown as Readonly<Record<string, unknown>>, entryFields);
}

function decodeTable(
  table: EntryTable,
  fields: FieldTable,
  prefix: string,
  problems: EntryProblem[],
): Record<string, unknown> {
  const decoded: Record<string, unknown> = { ...fields.blank };
  let unknownFields: UnknownFields = noUnknownFields;
  let missing = fields.requiredCount;
  for (const name of Object.keys(table)) {
    const field = fields.byName.get(name);
    if (field === undefined) {
      if (unknownFields === noUnknownFields) unknownFields = {};
      // `__proto__` as a key must stay a key.
      Object.defineProperty(unknownFields, name, ownProperty(table[name]));
      continue;
    }
    if (field.isRequired) missing -= 1;
    const value = decodeValue(table[name], field, prefix, problems);
    if (value === undefined) problems.push(wrongKind(field, prefix));
    decoded[field.property] = value;
  }
  if (missing > 0) problems.push(...missingFields(table, fields, prefix));
  decoded.unknownFields = unknownFields;
  return decoded;
}

/** Shared by all tables without unknown fields, so that identity tells that there are none. */
export const noUnknownFields: UnknownFields = Object.freeze({});

function wrongKind(field: Field, prefix: string): EntryProblem {
  const problem = `"${prefix}${field.name}" must be ${expectations[field.kind]}.`;
  return { problem, field: field.name };
}

function missingFields(table: EntryTable, fields: FieldTable, prefix: string): EntryProblem[] {
  return [...fields.byName.values()]
    .filter((field) => field.isRequired && !Object.hasOwn(table, field.name))
    .map((field) => ({ problem: `"${prefix}${field.name}" is missing.`, field: undefined }));
}

function ownProperty(value: unknown): PropertyDescriptor {
  return { value, enumerable: true, configurable: true, writable: true };
}

const expectations: Readonly<Record<FieldKind, string>> = {
  text: 'a text',
  timestamp: 'an RFC 3339 time such as "2026-01-31T12:00:00Z"',
  u32: 'a whole number from 0 to 2^32-1',
  u64: 'a whole number from 0 to 2^64-1',
  float: 'a number',
  status: `one of ${agentStatuses.join(', ')}`,
  texts: 'a list of texts',
  usage: 'a table',
  queries: 'a list of tables',
};

/** The value of a field; undefined when it is of the wrong kind. */
function decodeValue(
  value: unknown,
  field: Field,
  prefix: string,
  problems: EntryProblem[],
): unknown {
  switch (field.kind) {
    case 'text':
      return typeof value === 'string' ? value : undefined;
    case 'timestamp':
      return decodeTimestamp(value);
    case 'u32':
      return isBetween(value, maxU32) ? Number(value) : undefined;
    case 'u64':
      return isBetween(value, maxU64) ? value : undefined;
    case 'float':
      if (typeof value === 'bigint') return Number(value);
      return typeof value === 'number' ? value : undefined;
    case 'status':
      return isStatus(value) ? value : undefined;
    case 'texts':
      return isTexts(value) ? value : undefined;
    case 'usage':
      return isTable(value)
        ? decodeTable(value, usageFields, `${prefix}${field.name}.`, problems)
        : undefined;
    case 'queries':
      return Array.isArray(value) && value.every(isTable)
        ? value.map((query) => decodeTable(query, queryFields, `${prefix}${field.name}.`, problems))
        : undefined;
  }
}

function encodeTable(
  source: Readonly<Record<string, unknown>>,
  fields: FieldTable,
): Record<string, unknown> {
  const table: Record<string, unknown> = {};
  for (const field of fields.byName.values()) {
    const value = source[field.property];
    if (value !== undefined) table[field.name] = encodeValue(value, field.kind);
  }
  for (const [name, value] of Object.entries(source.unknownFields ?? {})) {
    Object.defineProperty(table, name, ownProperty(value));
  }
  return table;
}

function encodeValue(value: unknown, kind: FieldKind): unknown {
  switch (kind) {
    case 'u32':
      return BigInt(value as number);
    case 'usage':
      return encodeTable({ ...(value as AgentUsageSummary) }, usageFields);
    case 'queries':
      return (value as readonly ContextQueryEntry[]).map((query) =>
        encodeTable({ ...query }, queryFields),
      );
    default:
      return value;
  }
}

/** Accepts the text that Heddle writes and the TOML date-time that a person may write. */
function decodeTimestamp(value: unknown): string | undefined {
  const text = value instanceof Date ? value.toISOString() : value;
  return typeof text === 'string' && isTimestamp(text) ? text : undefined;
}

function isBetween(value: unknown, max: bigint): value is bigint {
  return typeof value === 'bigint' && value >= 0n && value <= max;
}

function isStatus(value: unknown): value is AgentStatus {
  return typeof value === 'string' && (agentStatuses as readonly string[]).includes(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isTable(value: unknown): value is EntryTable {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}
