import type { ActorChainNode, AgentEntry } from '../core/agents/agentEntry.ts';
import {
  entryFieldNames,
  queryFieldNames,
  usageFieldNames,
} from '../core/agents/agentEntryFields.ts';
import type { BrokenRecord } from '../core/agents/agentRecord.ts';
import type { LivenessVerdict } from '../core/agents/liveness.ts';

/** Values that JSON can hold once bigints are printed as whole numbers. */
export type JsonValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/**
 * An entry under the names of its file. Every declared field is present, null when the file leaves it
 * out; fields that this version does not know follow as they are.
 */
export function entryToJson(entry: AgentEntry): Record<string, JsonValue> {
  const json = fieldsToJson(entry, entryFieldNames);
  json.usage_summary = fieldsToJson(entry.usageSummary, usageFieldNames);
  json.context_queries = entry.contextQueries.map((query) => fieldsToJson(query, queryFieldNames));
  if (entry.probeConfidence !== undefined) {
    json.probe_confidence = shortestFloat32(entry.probeConfidence);
  }
  return json;
}

/** An entry with the verdict on its process. */
export function agentToJson(
  entry: AgentEntry,
  verdict: LivenessVerdict,
): Record<string, JsonValue> {
  return {
    ...entryToJson(entry),
    liveness: verdict.liveness,
    liveness_reason: verdict.reason,
  };
}

export function brokenToJson(record: BrokenRecord): Record<string, JsonValue> {
  return { file: record.fileName, problem: record.problem, line: record.line ?? null };
}

export function chainNodeToJson(node: ActorChainNode): Record<string, JsonValue> {
  return {
    session_id: node.sessionId,
    native_actor_key: node.nativeActorKey ?? null,
    native_parent_actor_key: node.nativeParentActorKey ?? null,
    thread: node.thread,
    status: node.status,
    provider: node.provider ?? null,
    model: node.model ?? null,
    harness: node.harness ?? null,
  };
}

function fieldsToJson(
  source: object,
  names: readonly { readonly name: string; readonly property: string }[],
): Record<string, JsonValue> {
  const values = source as Readonly<Record<string, unknown>>;
  const json: Record<string, JsonValue> = {};
  for (const { name, property } of names) json[name] = toJson(values[property]);
  for (const [name, value] of Object.entries(values.unknownFields ?? {})) {
    Object.defineProperty(json, name, {
      value: toJson(value),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return json;
}

function toJson(value: unknown): JsonValue {
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'object') return fieldsToJson({ unknownFields: value }, []);
  // JSON has no infinity and no NaN, TOML has.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return value as JsonValue;
}

/** 0.800000011920929 is how a 32-bit 0.8 reads as a 64-bit number; people wrote 0.8. */
function shortestFloat32(value: number): number {
  if (Math.fround(value) !== value) return value;
  for (let digits = 1; digits < 9; digits += 1) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return value;
}
