import {
  planPriorities,
  planStatuses,
  toolKinds,
  toolStatuses,
  type AgentUpdate,
  type ContentPart,
  type OtherPart,
  type PlanEntry,
  type ToolCall,
  type ToolCallChange,
  type ToolContent,
  type ToolLocation,
} from '../sessions/agentUpdate.ts';
import { present } from '../sessions/fieldReaders.ts';
import {
  boundedJson,
  countOf,
  listOf,
  nameOf,
  numberOf,
  pathOf,
  tableOf,
  textOf,
  wordOf,
} from './wireFields.ts';

/** Longer texts are cut. */
export const maxTextLength = 262_144;
const maxTitleLength = 2000;
const maxItems = 1000;

/** What the protocol has and this product only hands on. */
const handedOn = ['session_info_update', 'notice', 'compaction_update', 'compaction_summary_chunk'];

/**
 * What an agent told, out of the `update` of a `session/update`. Undefined for kinds that mean nothing
 * here and for what cannot be understood; what is malformed in a part is left out or cut.
 */
export function toAgentUpdate(value: unknown): AgentUpdate | undefined {
  const fields = tableOf(value);
  const name = fields.sessionUpdate;
  switch (name) {
    case 'user_message_chunk':
    case 'agent_message_chunk': {
      const role = name === 'user_message_chunk' ? 'user' : 'agent';
      return { kind: 'message-chunk', role, content: toContentPart(fields.content) };
    }
    case 'agent_thought_chunk':
      return { kind: 'thought-chunk', content: toContentPart(fields.content) };
    case 'tool_call': {
      const call = toToolCall(fields);
      return call && { kind: 'tool-call', call };
    }
    case 'tool_call_update': {
      const call = toToolCallChange(fields);
      return call && { kind: 'tool-call-update', call };
    }
    case 'plan':
      return { kind: 'plan', entries: listOf(fields.entries, maxItems).flatMap(toPlanEntry) };
    case 'usage_update':
      return toUsage(fields);
    case 'current_mode_update': {
      const modeId = nameOf(fields.currentModeId);
      return modeId === undefined ? undefined : { kind: 'mode', modeId };
    }
    default:
      if (typeof name !== 'string' || !handedOn.includes(name)) return undefined;
      return other(name, fields);
  }
}

/** A tool call as it is first told; undefined when it has no id. */
export function toToolCall(value: unknown): ToolCall | undefined {
  const change = toToolCallChange(value);
  return change && wholeCall(change);
}

/** The same with what an agent may leave out filled in. */
export function wholeCall(change: ToolCallChange): ToolCall {
  return present({
    title: '',
    toolKind: 'other' as const,
    status: 'pending' as const,
    content: [],
    locations: [],
    ...present(change),
  }) as ToolCall;
}

/** What is new of a tool call; undefined when it has no id. */
export function toToolCallChange(value: unknown): ToolCallChange | undefined {
  const fields = tableOf(value);
  const callId = nameOf(fields.toolCallId);
  if (callId === undefined) return undefined;
  const { content, locations } = fields;
  return present<ToolCallChange>({
    callId,
    title: textOf(fields.title, maxTitleLength),
    toolKind:
      typeof fields.kind === 'string' ? (wordOf(fields.kind, toolKinds) ?? 'other') : undefined,
    status: wordOf(fields.status, toolStatuses),
    content: Array.isArray(content) ? listOf(content, maxItems).flatMap(toToolContent) : undefined,
    locations: Array.isArray(locations)
      ? listOf(locations, maxItems).flatMap(toLocation)
      : undefined,
    rawInput: boundedJson(fields.rawInput) ?? undefined,
    rawOutput: boundedJson(fields.rawOutput) ?? undefined,
  });
}

function toContentPart(value: unknown): ContentPart {
  const fields = tableOf(value);
  const text = fields.type === 'text' ? textOf(fields.text, maxTextLength) : undefined;
  if (text !== undefined) return { kind: 'text', text };
  return other(nameOf(fields.type) ?? 'unknown', fields);
}

function other(name: string, fields: Readonly<Record<string, unknown>>): OtherPart {
  return { kind: 'other', name, value: boundedJson(fields, maxTextLength) ?? null };
}

function toToolContent(value: unknown): readonly ToolContent[] {
  const fields = tableOf(value);
  switch (fields.type) {
    case 'content':
      return [toContentPart(fields.content)];
    case 'diff':
      return toDiff(fields);
    case 'terminal': {
      const terminalId = nameOf(fields.terminalId);
      return terminalId === undefined ? [] : [{ kind: 'terminal', terminalId }];
    }
    default:
      return [other(nameOf(fields.type) ?? 'unknown', fields)];
  }
}

/** Half a diff would show a change that nobody makes, so that one that is too long is none. */
function toDiff({
  path: from,
  oldText,
  newText,
}: Readonly<Record<string, unknown>>): readonly ToolContent[] {
  const path = pathOf(from);
  if (path === undefined || typeof newText !== 'string') return [];
  const before = typeof oldText === 'string' ? oldText : undefined;
  const length = newText.length + (before?.length ?? 0);
  if (length > 2 * maxTextLength) {
    return [{ kind: 'other', name: 'long-diff', value: { path, length } }];
  }
  return [present({ kind: 'diff' as const, path, oldText: before, newText })];
}

function toLocation(value: unknown): readonly ToolLocation[] {
  const fields = tableOf(value);
  const path = pathOf(fields.path);
  return path === undefined ? [] : [present({ path, line: countOf(fields.line) })];
}

function toPlanEntry(value: unknown): readonly PlanEntry[] {
  const fields = tableOf(value);
  const content = textOf(fields.content, maxTitleLength);
  if (content === undefined) return [];
  const priority = wordOf(fields.priority, planPriorities) ?? 'medium';
  return [{ content, priority, status: wordOf(fields.status, planStatuses) ?? 'pending' }];
}

function toUsage(fields: Readonly<Record<string, unknown>>): AgentUpdate {
  const cost = tableOf(fields.cost);
  const amount = numberOf(cost.amount);
  const currency = nameOf(cost.currency);
  return present({
    kind: 'usage' as const,
    contextUsed: countOf(fields.used),
    contextSize: countOf(fields.size),
    cost: amount === undefined || currency === undefined ? undefined : { amount, currency },
  });
}
