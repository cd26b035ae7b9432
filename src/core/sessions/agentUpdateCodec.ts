import {
  planPriorities,
  planStatuses,
  toolKinds,
  toolStatuses,
  type AgentUpdate,
  type ContentPart,
  type Cost,
  type OtherPart,
  type PlanEntry,
  type ToolCall,
  type ToolCallChange,
  type ToolContent,
  type ToolLocation,
} from './agentUpdate.ts';
import {
  asCount,
  asJson,
  asKnownOr,
  asListOf,
  asName,
  asNumber,
  asOneOf,
  asPath,
  asText,
  fieldsOf,
  optional,
  present,
  type Reader,
} from './fieldReaders.ts';
import { readTokenUsage } from './tokenUsage.ts';

const maxItems = 10_000;

/** What an agent told, out of a file or a message; of newer kinds as it came. @throws MalformedField */
export const readAgentUpdate: Reader<AgentUpdate> = (value, field) => {
  const at = fieldsOf(value, field);
  const kind = at('kind', asName);
  switch (kind) {
    case 'message-chunk':
      return {
        kind,
        role: at('role', asOneOf(['agent', 'user'])),
        content: at('content', readContentPart),
      };
    case 'thought-chunk':
      return { kind, content: at('content', readContentPart) };
    case 'tool-call':
      return { kind, call: at('call', readToolCall) };
    case 'tool-call-update':
      return { kind, call: at('call', readToolCallChange) };
    case 'plan':
      return { kind, entries: at('entries', asListOf(readPlanEntry, maxItems)) };
    case 'usage':
      return present({
        kind,
        contextUsed: at('contextUsed', optional(asCount)),
        contextSize: at('contextSize', optional(asCount)),
        cost: at('cost', optional(readCost)),
        tokens: at('tokens', optional(readTokenUsage)),
      });
    case 'mode':
      return { kind, modeId: at('modeId', asName) };
    default:
      return readOther(value, field);
  }
};

/** A kind that only a newer version knows is kept whole. */
const readOther: Reader<OtherPart> = (value, field) => {
  const at = fieldsOf(value, field);
  const name = at('kind', asName);
  if (name !== 'other') return { kind: 'other', name, value };
  return { kind: 'other', name: at('name', asName), value: at('value', asJson) };
};

const readContentPart: Reader<ContentPart> = (value, field) => {
  const at = fieldsOf(value, field);
  if (at('kind', asName) === 'text') return { kind: 'text', text: at('text', asText) };
  return readOther(value, field);
};

const readToolContent: Reader<ToolContent> = (value, field) => {
  const at = fieldsOf(value, field);
  const kind = at('kind', asName);
  if (kind === 'terminal') return { kind, terminalId: at('terminalId', asName) };
  if (kind !== 'diff') return readContentPart(value, field);
  return present({
    kind,
    path: at('path', asPath),
    oldText: at('oldText', optional(asText)),
    newText: at('newText', asText),
  });
};

const readLocation: Reader<ToolLocation> = (value, field) => {
  const at = fieldsOf(value, field);
  return present({ path: at('path', asPath), line: at('line', optional(asCount)) });
};

const asToolKind = asKnownOr(toolKinds, 'other' as const);
const asToolStatus = asKnownOr(toolStatuses, 'in-progress' as const);
const asContentList = asListOf(readToolContent, maxItems);
const asLocationList = asListOf(readLocation, maxItems);

/** A tool call out of a file or a message. @throws MalformedField */
export const readToolCall: Reader<ToolCall> = (value, field) => {
  const at = fieldsOf(value, field);
  return present({
    callId: at('callId', asName),
    title: at('title', asText),
    toolKind: at('toolKind', asToolKind),
    status: at('status', asToolStatus),
    content: at('content', asContentList),
    locations: at('locations', asLocationList),
    rawInput: at('rawInput', optional(asJson)),
    rawOutput: at('rawOutput', optional(asJson)),
  });
};

const readToolCallChange: Reader<ToolCallChange> = (value, field) => {
  const at = fieldsOf(value, field);
  return present({
    callId: at('callId', asName),
    title: at('title', optional(asText)),
    toolKind: at('toolKind', optional(asToolKind)),
    status: at('status', optional(asToolStatus)),
    content: at('content', optional(asContentList)),
    locations: at('locations', optional(asLocationList)),
    rawInput: at('rawInput', optional(asJson)),
    rawOutput: at('rawOutput', optional(asJson)),
  });
};

const readPlanEntry: Reader<PlanEntry> = (value, field) => {
  const at = fieldsOf(value, field);
  return {
    content: at('content', asText),
    priority: at('priority', asKnownOr(planPriorities, 'medium')),
    status: at('status', asKnownOr(planStatuses, 'pending')),
  };
};

const readCost: Reader<Cost> = (value, field) => {
  const at = fieldsOf(value, field);
  return { amount: at('amount', asNumber), currency: at('currency', asName) };
};
