import { listOf, tableOf } from '../../core/acp/wireFields.ts';
import type {
  AgentUpdate,
  ToolCallChange,
  ToolContent,
  ToolLocation,
} from '../../core/sessions/agentUpdate.ts';

/** Longest text of one part of an update that is kept, in UTF-16 code units. */
export const maxPartLength = 200_000;
/** Longest that all parts of one update are together, in UTF-16 code units. */
export const maxUpdateLength = 1_000_000;
/** More parts are cut anyway. */
const maxParts = 1000;
/** No system opens a file of a longer path but Windows. */
const maxPlausiblePath = 4096;

/** The `update` of a `session/update` as it came, its long texts cut, each with a mark that says so. */
export function withShortTexts(told: unknown): unknown {
  const fields = tableOf(told);
  const { content } = fields;
  if (Array.isArray(content)) {
    const parts = listOf(content, maxParts).map((part) => {
      const table = tableOf(part);
      return 'content' in table ? { ...table, content: shortPart(table.content) } : part;
    });
    return { ...fields, content: parts };
  }
  return content === undefined ? told : { ...fields, content: shortPart(content) };
}

function shortPart(part: unknown): unknown {
  const { text, ...rest } = tableOf(part);
  if (typeof text !== 'string' || text.length <= maxPartLength) return part;
  return {
    ...rest,
    text: `${text.slice(0, maxPartLength)}\n${leftOut(text.length - maxPartLength)}`,
  };
}

function leftOut(length: number): string {
  return `[… ${length} more characters were left out]`;
}

/** An update that is no longer than the log of a session can take, whatever an agent puts into it. */
export function boundedUpdate(update: AgentUpdate): AgentUpdate {
  switch (update.kind) {
    case 'tool-call':
      return { ...update, call: boundedCall(update.call) };
    case 'tool-call-update':
      return { ...update, call: boundedCall(update.call) };
    default:
      return update;
  }
}

/** The same for a tool call that somebody is asked about. */
export function boundedCall<T extends ToolCallChange>(call: T): T {
  const { content, locations } = call;
  return {
    ...call,
    ...(content && { content: boundedParts(content) }),
    ...(locations && { locations: boundedLocations(locations) }),
  };
}

/** What does not fit is left out, but which files are changed is never. */
function boundedParts(parts: readonly ToolContent[]): readonly ToolContent[] {
  let room = maxUpdateLength;
  let missing = 0;
  const kept = parts.flatMap((part): readonly ToolContent[] => {
    const length = lengthOf(part);
    if (length <= room) {
      room -= length;
      return [part];
    }
    if (part.kind === 'diff') {
      return [{ kind: 'other', name: 'long-diff', value: { path: part.path, length } }];
    }
    missing += length;
    return [];
  });
  return missing === 0 ? kept : [...kept, { kind: 'text', text: leftOut(missing) }];
}

function boundedLocations(locations: readonly ToolLocation[]): readonly ToolLocation[] {
  const length = locations.reduce((sum, { path }) => sum + path.length, 0);
  if (length <= maxUpdateLength) return locations;
  return locations.filter(({ path }) => path.length <= maxPlausiblePath);
}

function lengthOf(part: ToolContent): number {
  switch (part.kind) {
    case 'text':
      return part.text.length;
    case 'diff':
      return part.newText.length + (part.oldText?.length ?? 0);
    case 'terminal':
      return part.terminalId.length;
    case 'other':
      return JSON.stringify(part.value ?? null).length;
  }
}
