import { formatTimestamp } from '../agents/timestamp.ts';
import {
  activityKinds,
  maxActivityPaths,
  type ActivityEvent,
  type ActivityKind,
  type ActivityParty,
} from './activityEvent.ts';
import { bounded, withLess } from './boundedActivity.ts';
import { utf8Length } from './utf8.ts';

/** Longest line of the log, its line feed included. Longer ones hold no event. */
export const maxActivityLineBytes = 4096;

/** An event as the log and the command line write it: absent fields are left out. */
export type ActivityRecord = Readonly<{
  at_ms: number;
  /** The same for people, RFC 3339 in UTC. Not read. */
  at: string;
  kind: string;
  actor: PartyRecord;
  other?: PartyRecord;
  paths: readonly string[];
  path_count?: number;
  thread?: string;
  mode?: string;
  tokens?: readonly number[];
  reason?: string;
  cause?: string;
}>;

export type PartyRecord = Readonly<{
  /** The number of a holder of locks. */
  agent?: number;
  session_id?: string;
  name: string;
}>;

type Fields = Readonly<Record<string, unknown>>;

/**
 * The event as one line with its line feed. What is too long is shortened: first the paths, of which
 * the count is kept, then the longest text.
 */
export function encodeActivityEvent(event: ActivityEvent): string {
  let shown = bounded(event);
  for (;;) {
    const line = `${JSON.stringify(toActivityRecord(shown))}\n`;
    const excessBytes = utf8Length(line) - maxActivityLineBytes;
    if (excessBytes <= 0) return line;
    shown = withLess(shown, excessBytes);
  }
}

/** The fields of an event in the order and under the names of the log. */
export function toActivityRecord(event: ActivityEvent): ActivityRecord {
  const { atMs, kind, otherKind, actor, other, paths, pathCount } = event;
  const { thread, mode, tokens, reason, cause } = event;
  return {
    at_ms: atMs,
    at: formatTimestamp(atMs),
    kind: kind === 'other' ? (otherKind ?? kind) : kind,
    actor: toPartyRecord(actor),
    ...(other && { other: toPartyRecord(other) }),
    paths,
    ...(pathCount !== undefined && { path_count: pathCount }),
    ...(thread !== undefined && { thread }),
    ...(mode !== undefined && { mode }),
    ...(tokens !== undefined && { tokens }),
    ...(reason !== undefined && { reason }),
    ...(cause !== undefined && { cause }),
  };
}

/** Reads a line that anybody may have written. Undefined when it holds no event. */
export function decodeActivityLine(line: string): ActivityEvent | undefined {
  if (line.length > maxActivityLineBytes) return undefined;
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isFields(fields) ? decodeFields(fields) : undefined;
}

function decodeFields(fields: Fields): ActivityEvent | undefined {
  const atMs = wholeNumber(fields.at_ms);
  const word = text(fields.kind);
  if (atMs === undefined || Math.abs(atMs) > maxTimeMs || word === undefined || word === '') {
    return undefined;
  }
  const kind = isActivityKind(word) ? word : 'other';
  const listed = listOf(fields.paths, text);
  const paths = listed.slice(0, maxActivityPaths);
  const pathCount = Math.max(wholeNumber(fields.path_count) ?? 0, listed.length);
  return withoutUndefined<ActivityEvent>({
    atMs,
    kind,
    otherKind: kind === 'other' ? word : undefined,
    actor: decodeParty(fields.actor) ?? { name: '' },
    other: decodeParty(fields.other),
    paths,
    pathCount: pathCount > paths.length ? pathCount : undefined,
    thread: text(fields.thread),
    mode: fields.mode === 'exclusive' || fields.mode === 'shared' ? fields.mode : undefined,
    tokens: Array.isArray(fields.tokens) ? listOf(fields.tokens, wholeNumber) : undefined,
    reason: text(fields.reason),
    cause: text(fields.cause),
  });
}

/** Beyond it there are no dates. */
const maxTimeMs = 8.64e15;

export function isActivityKind(word: string): word is ActivityKind {
  return (activityKinds as readonly string[]).includes(word);
}

function toPartyRecord({ holderId, sessionId, name }: ActivityParty): PartyRecord {
  return {
    ...(holderId !== undefined && { agent: holderId }),
    ...(sessionId !== undefined && { session_id: sessionId }),
    name,
  };
}

function decodeParty(value: unknown): ActivityParty | undefined {
  if (!isFields(value)) return undefined;
  return withoutUndefined({
    holderId: wholeNumber(value.agent),
    sessionId: text(value.session_id),
    name: text(value.name) ?? '',
  });
}

function withoutUndefined<T extends object>(fields: T): T {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as T;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function wholeNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}

function listOf<T>(value: unknown, decode: (item: unknown) => T | undefined): readonly T[] {
  if (!Array.isArray(value)) return [];
  return value
    .map(decode)
    .filter((item): item is Exclude<typeof item, undefined> => item !== undefined);
}
