import type { HarnessId, ReportedUsage, WaitReason } from './harnessEvent.ts';
import type { HolderProcess } from '../locks/lockHolder.ts';

/** What the agent of a session is doing with a tool, as the record keeps it. */
export type RecordedAction = 'read' | 'edit' | 'shell' | 'other';

interface Told {
  /** Whole milliseconds since the epoch, by the clock of the hook. */
  readonly atMs: number;
}

/** What one of the agents of a session did; without `child` it is the session itself. */
interface ByAgent extends Told {
  readonly child?: string | undefined;
}

/** A session of a coding agent and who it is in the registry. The newest of these lines counts. */
export interface SessionHeader extends Told {
  readonly kind: 'session';
  readonly harness: HarnessId;
  /** The harness's own id of it. */
  readonly sessionKey: string;
  /** The session id of its entry in the registry. */
  readonly entryId: string;
  readonly process?: HolderProcess | undefined;
  readonly cwd: string;
  readonly transcriptPath?: string | undefined;
  readonly model?: string | undefined;
}

/** One line of the record of a session. Paths are those of locks. */
export type SessionLine =
  | SessionHeader
  | (ByAgent & {
      readonly kind: 'child';
      readonly child: string;
      readonly entryId: string;
      readonly childType?: string | undefined;
      readonly transcriptPath?: string | undefined;
    })
  | (ByAgent & { readonly kind: 'prompt' })
  | (ByAgent & {
      readonly kind: 'tool';
      readonly callId?: string | undefined;
      readonly name: string;
      readonly does: RecordedAction;
      readonly paths: readonly string[];
    })
  | (ByAgent & {
      readonly kind: 'done';
      readonly callId?: string | undefined;
      /** Which hook told it, so that of several that tell the same one is the first. */
      readonly hook?: string | undefined;
    })
  /** The call was not let through. */
  | (ByAgent & {
      readonly kind: 'refused';
      readonly callId?: string | undefined;
      readonly name: string;
      readonly paths: readonly string[];
      /** What the agent was told. */
      readonly reason: string;
    })
  /** A file as the agent read or left it, under the key by which paths are compared. */
  | (ByAgent & {
      readonly kind: 'seen';
      readonly path: string;
      readonly signature: string;
      /** True when the agent itself changed it to what it is. */
      readonly isEdit?: boolean | undefined;
    })
  /** The agent was told that somebody else changed a file that it had seen. */
  | (ByAgent & {
      readonly kind: 'stale';
      readonly path: string;
      readonly signature: string;
      readonly callId?: string | undefined;
    })
  | (ByAgent & {
      readonly kind: 'waiting';
      readonly reason: WaitReason;
      readonly text?: string | undefined;
    })
  | (ByAgent & { readonly kind: 'turn-end' })
  | (ByAgent & { readonly kind: 'child-end'; readonly child: string })
  | (Told & { readonly kind: 'end' })
  | (ByAgent & { readonly kind: 'usage'; readonly usage: ReportedUsage })
  /** What is left to say of an agent after its other lines were left out. */
  | (ByAgent & {
      readonly kind: 'state';
      readonly phase: RecordedPhase;
      readonly sinceMs: number;
      readonly edits: number;
      readonly waitsFor?:
        { readonly reason: WaitReason; readonly text?: string | undefined } | undefined;
    })
  /** A hook could not do its work. */
  | (ByAgent & {
      readonly kind: 'fault';
      readonly text: string;
      /** The edit that went on unguarded, and which hook tells of it. */
      readonly callId?: string | undefined;
      readonly hook?: string | undefined;
    });

const phases = ['working', 'waiting', 'idle', 'ended'] as const;
/** What an agent is in the middle of. */
export type RecordedPhase = (typeof phases)[number];

/** Longest line in UTF-16 code units; longer ones are not read. */
export const maxSessionLineLength = 8192;
const maxText = 300;
const maxReason = 3000;
const maxPaths = 20;
/** However long a line becomes, so many paths of a call stay in it. */
export const fewestPathsKept = 3;

/** The line with its line feed. Texts and lists are cut to what the record allows. */
export function encodeSessionLine(line: SessionLine): string {
  for (const limits of [usualLimits, tightLimits]) {
    const text = JSON.stringify({ v: 1, ...bounded(line, limits) });
    if (text.length <= maxSessionLineLength) return `${text}\n`;
  }
  // A line that nobody could read is worse than none, and an empty line says nothing.
  return '\n';
}

interface Limits {
  readonly text: number;
  readonly reason: number;
  readonly paths: number;
}

const usualLimits: Limits = { text: maxText, reason: maxReason, paths: maxPaths };
/** For texts of which every character takes six when it is escaped. */
const tightLimits: Limits = { text: 100, reason: 300, paths: fewestPathsKept };

function bounded(line: SessionLine, limits: Limits): SessionLine {
  const paths = (all: readonly string[]): readonly string[] =>
    all.slice(0, limits.paths).map((path) => path.slice(0, limits.text));
  switch (line.kind) {
    case 'session':
    case 'child':
      return withoutLongPath(line, limits);
    case 'tool':
      return { ...line, name: line.name.slice(0, 100), paths: paths(line.paths) };
    case 'refused': {
      const reason = line.reason.slice(0, limits.reason);
      return { ...line, name: line.name.slice(0, 100), paths: paths(line.paths), reason };
    }
    case 'waiting':
      return line.text === undefined ? line : { ...line, text: line.text.slice(0, limits.text) };
    case 'fault':
      return { ...line, text: line.text.slice(0, limits.text) };
    default:
      return line;
  }
}

/** Half a path is none: without it only less is known of the session. */
function withoutLongPath<T extends SessionLine & { readonly kind: 'session' | 'child' }>(
  line: T,
  limits: Limits,
): T {
  const { transcriptPath = '' } = line;
  const isShort = transcriptPath.length <= (limits === usualLimits ? 3500 : 0);
  return isShort ? line : { ...line, transcriptPath: undefined };
}

/** What a line of text is to this version. */
export type DecodedLine = SessionLine | 'newer' | undefined;

/**
 * Reads a line that anybody may have written; `newer` when a later version did, undefined when it is
 * none. Only what a later reader relies on is checked: kind, time, and the fields of that kind.
 */
export function decodeSessionLine(text: string): DecodedLine {
  if (text.length > maxSessionLineLength) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Fields;
  const { v, kind, atMs, child } = fields;
  if (typeof kind !== 'string' || !isTime(atMs)) return undefined;
  const isRead =
    Object.hasOwn(fieldsOfKind, kind) &&
    fieldsOfKind[kind]?.(fields) === true &&
    (child === undefined || (isText(child) && child !== ''));
  if (isRead) return value as SessionLine;
  return typeof v === 'number' && v > 1 ? 'newer' : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

const isText = (value: unknown): boolean => typeof value === 'string';
const isOptionalText = (value: unknown): boolean => value === undefined || isText(value);
const isTime = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const isOneOf = (values: readonly string[], value: unknown): boolean =>
  values.includes(value as string);
const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const always = (): boolean => true;

const actions: readonly RecordedAction[] = ['read', 'edit', 'shell', 'other'];
const waitReasons: readonly WaitReason[] = ['permission', 'question', 'idle'];

/** What must stand in a line of a kind, for a reader to rely on it. */
const fieldsOfKind: Readonly<Record<string, (fields: Fields) => boolean>> = {
  session: ({ harness, sessionKey, entryId, cwd, transcriptPath, model, process }) =>
    [harness, sessionKey, entryId, cwd].every(isText) &&
    isOptionalText(transcriptPath) &&
    isOptionalText(model) &&
    isOptionalProcess(process),
  child: ({ child, entryId, childType, transcriptPath }) =>
    isText(child) && isText(entryId) && isOptionalText(childType) && isOptionalText(transcriptPath),
  prompt: always,
  tool: ({ name, does, paths, callId }) =>
    isText(name) && isOneOf(actions, does) && isOptionalText(callId) && areTexts(paths),
  done: ({ callId, hook }) => isOptionalText(callId) && isOptionalText(hook),
  refused: ({ callId, name, paths, reason }) =>
    isOptionalText(callId) && isText(name) && areTexts(paths) && isText(reason),
  seen: ({ path, signature }) => isText(path) && isText(signature),
  stale: ({ path, signature, callId }) =>
    isText(path) && isText(signature) && isOptionalText(callId),
  waiting: ({ reason, text }) => isOneOf(waitReasons, reason) && isOptionalText(text),
  'turn-end': always,
  'child-end': ({ child }) => isText(child),
  end: always,
  usage: ({ usage }) => isUsage(usage),
  state: ({ phase, sinceMs, edits, waitsFor }) =>
    isOneOf(phases, phase) && isTime(sinceMs) && isTime(edits) && isOptionalWait(waitsFor),
  fault: ({ text, callId, hook }) => isText(text) && isOptionalText(callId) && isOptionalText(hook),
};

function isUsage(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every((count) => typeof count === 'number' && count >= 0);
}

function isOptionalWait(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  const { reason, text } = value as Fields;
  return isOneOf(waitReasons, reason) && isOptionalText(text);
}

function isOptionalProcess(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  const { pid, startedAt } = value as Fields;
  return Number.isSafeInteger(pid) && isText(startedAt);
}
