/** What a field may hold. */
export type FieldKind =
  'text' | 'timestamp' | 'u32' | 'u64' | 'float' | 'status' | 'texts' | 'usage' | 'queries';

interface FieldSpec {
  /** Name in the file; its camel-case form is the property name. */
  readonly name: string;
  readonly kind: FieldKind;
  readonly isRequired?: true;
}

/** A field of a table in the file and its property in memory. */
export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  readonly isRequired: boolean;
  readonly property: string;
}

/** The fields of one kind of table. */
export interface FieldTable {
  readonly byName: ReadonlyMap<string, Field>;
  readonly requiredCount: number;
  /** Every property, undefined: all entries get one shape, which halves what they cost. */
  readonly blank: Readonly<Record<string, undefined>>;
}

/** The fields of an entry in the order in which Heddle declares them, then ours. */
export const entryFields = fieldTable([
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

export const usageFields = fieldTable([
  { name: 'input_tokens', kind: 'u64' },
  { name: 'output_tokens', kind: 'u64' },
  { name: 'reasoning_tokens', kind: 'u64' },
  { name: 'tool_calls', kind: 'u32' },
  { name: 'cost_micros_usd', kind: 'u64' },
]);

export const queryFields = fieldTable([
  { name: 'path', kind: 'text', isRequired: true },
  { name: 'scope', kind: 'text' },
  { name: 'queried_at', kind: 'timestamp', isRequired: true },
]);

/** TOML names of the fields of an entry, its usage and its queries, in declaration order. */
export const entryFieldNames = [...entryFields.byName.values()].map(toNames);
export const usageFieldNames = [...usageFields.byName.values()].map(toNames);
export const queryFieldNames = [...queryFields.byName.values()].map(toNames);

function fieldTable(specs: readonly FieldSpec[]): FieldTable {
  const fields = specs.map(({ name, kind, isRequired = false }) => ({
    name,
    kind,
    isRequired,
    property: toCamelCase(name),
  }));
  return {
    byName: new Map(fields.map((field) => [field.name, field])),
    requiredCount: fields.filter((field) => field.isRequired).length,
    blank: Object.fromEntries([
      ...fields.map((field) => [field.property, undefined] as const),
      ['unknownFields', undefined] as const,
    ]),
  };
}

function toNames(field: Field): { readonly name: string; readonly property: string } {
  return { name: field.name, property: field.property };
}

function toCamelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
