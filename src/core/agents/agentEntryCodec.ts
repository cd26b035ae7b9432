import {
  agentStatuses,
  type AgentEntry,
  type AgentStatus,
  type AgentUsageSummary,
  type ContextQueryEntry,
} from './agentEntry.ts';
import { parseTimestamp } from './timestamp.ts';

/** A TOML table as data: integers are bigint, floats are number, date-times are Date. */
export type EntryTable = Readonly<Record<string, unknown>>;

/** What keeps a table from being an entry. `field` is the TOML name, for finding the line. */
export interface EntryProblem {
  readonly problem: string;
  readonly field: string | undefined;
}

export type DecodedEntry =
  { readonly entry: AgentEntry } | { readonly problems: readonly EntryProblem[] };

type FieldKind =
  'text' | 'timestamp' | 'u32' | 'u64' | 'float' | 'status' | 'texts' | 'usage' | 'queries';

interface FieldSpec {
  /** Name in the file; its camel-case form is the property name. */
  readonly name: string;
  readonly kind: FieldKind;
  readonly isRequired?: true;
}

interface Field extends FieldSpec {
  readonly property: string;
}

const maxU32 = 0xffff_ffffn;
const maxU64 = 0xffff_ffff_ffff_ffffn;

/** The fields of an entry in the order in which Heddle declares them, then ours. */
const entryFields = fieldTable([
  { name: 'session_id', kind: 'text', isRequired: true },
  { name: 'client_instance_id', kind: 'text' },
  { name: 'native_actor_key', kind: 'text' },
  { name: 'native_parent_actor_key', kind: 'text' },
  { name: 'native_instance_key', kind: 'text' },
  { name: 'heddle_session_id', kind: 'text' },
  { name: 'thread_id', kind: 'text' },
  { name: 'thread', kind: 'text', isRequired: true },
  { name: 'pid', kind: 'u32' },
  { name: 'boot_id', kind: 'text' },
  { name: 'liveness_path', kind: 'text' },
  { name: 'heartbeat_at', kind: 'timestamp' },
  { name: 'anchor_state', kind: 'text' },
  { name: 'anchor_root', kind: 'text' },
  { name: 'reservation_token', kind: 'text' },
  { name: 'path', kind: 'text' },
  { name: 'base_state', kind: 'text', isRequired: true },
  { name: 'started_at', kind: 'timestamp', isRequired: true },
  { name: 'provider', kind: 'text' },
  { name: 'model', kind: 'text' },
  { name: 'harness', kind: 'text' },
  { name: 'thinking_level', kind: 'text' },
  { name: 'usage_summary', kind: 'usage' },
  { name: 'last_progress_at', kind: 'timestamp' },
  { name: 'report_flush_state', kind: 'text' },
  { name: 'attach_reason', kind: 'text' },
  { name: 'attach_precedence', kind: 'texts' },
  { name: 'winning_attach_rule', kind: 'text' },
  { name: 'probe_source', kind: 'text' },
  { name: 'probe_confidence', kind: 'float' },
  { name: 'status', kind: 'status', isRequired: true },
  { name: 'completed_at', kind: 'timestamp' },
  { name: 'context_queries', kind: 'queries' },
  { name: 'process_start', kind: 'text' },
  { name: 'pid_namespace', kind: 'text' },
]);

const usageFields = fieldTable([
  { name: 'input_tokens', kind: 'u64' },
  { name: 'output_tokens', kind: 'u64' },
  { name: 'reasoning_tokens', kind: 'u64' },
  { name: 'tool_calls', kind: 'u32' },
  { name: 'cost_micros_usd', kind: 'u64' },
]);

const queryFields = fieldTable([
  { name: 'path', kind: 'text', isRequired: true },
  { name: 'scope', kind: 'text' },
  { name: 'queried_at', kind: 'timestamp', isRequired: true },
]);

/** TOML names of the fields of an entry, its usage and its queries, in declaration order. */
export const entryFieldNames = [...entryFields.values()].map(toNames);
export const usageFieldNames = [...usageFields.values()].map(toNames);
export const queryFieldNames = [...queryFields.values()].map(toNames);

/** Reads a table as an entry. Unknown fields are kept; all problems are reported, not only the first. */
export function decodeEntry(table: EntryTable): DecodedEntry {
  const problems: EntryProblem[] = [];
  const decoded = decodeTable(table, entryFields, '', problems);
  if (problems.length > 0) return { problems };

  decoded.usageSummary ??= { unknownFields: {} };
  decoded.attachPrecedence ??= [];
  decoded.contextQueries ??= [];
  return { entry: decoded as unknown as AgentEntry };
}

/** The table of an entry: declared fields in Heddle's order, absent ones left out, unknown ones last. */
export function encodeEntry(entry: AgentEntry): EntryTable {
  return encodeTable(entry as unknown as Readonly<Record<string, unknown>>, entryFields);
}

function fieldTable(specs: readonly FieldSpec[]): ReadonlyMap<string, Field> {
  return new Map(specs.map((spec) => [spec.name, { ...spec, property: toCamelCase(spec.name) }]));
}

function toNames(field: Field): { readonly name: string; readonly property: string } {
  return { name: field.name, property: field.property };
}

function toCamelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function decodeTable(
  table: EntryTable,
  fields: ReadonlyMap<string, Field>,
  prefix: string,
  problems: EntryProblem[],
): Record<string, unknown> {
  const decoded: Record<string, unknown> = {};
  const unknownFields: Record<string, unknown> = {};
  for (const name of Object.keys(table)) {
    const field = fields.get(name);
    if (field === undefined) {
      // `__proto__` as a key must stay a key.
      Object.defineProperty(unknownFields, name, ownProperty(table[name]));
      continue;
    }
    const value = decodeValue(table[name], field, `${prefix}${name}`, problems);
    if (value !== undefined) decoded[field.property] = value;
  }
  for (const field of fields.values()) {
    if (field.isRequired && !Object.hasOwn(table, field.name)) {
      problems.push({ problem: `"${prefix}${field.name}" is missing.`, field: undefined });
    }
  }
  decoded.unknownFields = unknownFields;
  return decoded;
}

function ownProperty(value: unknown): PropertyDescriptor {
  return { value, enumerable: true, configurable: true, writable: true };
}

function decodeValue(
  value: unknown,
  field: Field,
  label: string,
  problems: EntryProblem[],
): unknown {
  const refuse = (expected: string): undefined => {
    problems.push({ problem: `"${label}" must be ${expected}.`, field: field.name });
    return undefined;
  };
  switch (field.kind) {
    case 'text':
      return typeof value === 'string' ? value : void refuse('a text');
    case 'timestamp':
      return (
        decodeTimestamp(value) ?? void refuse('an RFC 3339 time such as "2026-01-31T12:00:00Z"')
      );
    case 'u32':
      return isBetween(value, maxU32)
        ? Number(value)
        : void refuse('a whole number from 0 to 2^32-1');
    case 'u64':
      return isBetween(value, maxU64) ? value : void refuse('a whole number from 0 to 2^64-1');
    case 'float':
      if (typeof value === 'bigint') return Number(value);
      return typeof value === 'number' ? value : void refuse('a number');
    case 'status':
      return isStatus(value) ? value : void refuse(`one of ${agentStatuses.join(', ')}`);
    case 'texts':
      return isTexts(value) ? value : void refuse('a list of texts');
    case 'usage':
      return isTable(value)
        ? decodeTable(value, usageFields, `${label}.`, problems)
        : void refuse('a table');
    case 'queries':
      return Array.isArray(value) && value.every(isTable)
        ? value.map((query) => decodeTable(query, queryFields, `${label}.`, problems))
        : void refuse('a list of tables');
  }
}

function encodeTable(
  source: Readonly<Record<string, unknown>>,
  fields: ReadonlyMap<string, Field>,
): Record<string, unknown> {
  const table: Record<string, unknown> = {};
  for (const field of fields.values()) {
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
  return typeof text === 'string' && parseTimestamp(text) !== undefined ? text : undefined;
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
