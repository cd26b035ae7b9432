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
  | (ByAgent & { readonly kind: 'done'; readonly callId?: string | undefined })
  /** A file as the agent read or left it. */
  | (ByAgent & { readonly kind: 'seen'; readonly path: string; readonly signature: string })
  /** The agent was told that somebody else changed a file that it had seen. */
  | (ByAgent & { readonly kind: 'stale'; readonly path: string; readonly signature: string })
  | (ByAgent & {
      readonly kind: 'waiting';
      readonly reason: WaitReason;
      readonly text?: string | undefined;
    })
  | (ByAgent & { readonly kind: 'turn-end' })
  | (ByAgent & { readonly kind: 'child-end'; readonly child: string })
  | (Told & { readonly kind: 'end' })
  | (ByAgent & { readonly kind: 'usage'; readonly usage: ReportedUsage })
  /** A hook could not do its work; the agent went on without it. */
  | (ByAgent & { readonly kind: 'fault'; readonly text: string });

/** Longest line, its line feed included; longer ones are not read. */
export const maxSessionLineBytes = 8192;
const maxText = 300;
const maxPaths = 20;

/** The line with its line feed. Texts and lists are cut to what the record allows. */
export function encodeSessionLine(line: SessionLine): string {
  return `${JSON.stringify({ v: 1, ...bounded(line) })}\n`;
}

function bounded(line: SessionLine): SessionLine {
  switch (line.kind) {
    case 'tool':
      return {
        ...line,
        name: line.name.slice(0, 100),
        paths: line.paths.slice(0, maxPaths).map((path) => path.slice(0, maxText)),
      };
    case 'waiting':
      return line.text === undefined ? line : { ...line, text: line.text.slice(0, maxText) };
    case 'fault':
      return { ...line, text: line.text.slice(0, maxText) };
    default:
      return line;
  }
}

/**
 * Reads a line that anybody may have written; undefined when it is none that this version knows. Only
 * what a later reader relies on is checked: kind, time, and the fields of that kind.
 */
export function decodeSessionLine(text: string): SessionLine | undefined {
  if (text.length > maxSessionLineBytes) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const { kind, atMs } = fields;
  if (typeof kind !== 'string' || typeof atMs !== 'number' || !Number.isFinite(atMs)) {
    return undefined;
  }
  if (fields.child !== undefined && typeof fields.child !== 'string') return undefined;
  const isKnown = Object.hasOwn(fieldsOfKind, kind) && fieldsOfKind[kind]?.(fields) === true;
  return isKnown ? (value as SessionLine) : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

const isText = (value: unknown): boolean => typeof value === 'string';
const isOptionalText = (value: unknown): boolean => value === undefined || isText(value);
const always = (): boolean => true;

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
    isText(name) &&
    isText(does) &&
    isOptionalText(callId) &&
    Array.isArray(paths) &&
    paths.every(isText),
  done: ({ callId }) => isOptionalText(callId),
  seen: ({ path, signature }) => isText(path) && isText(signature),
  stale: ({ path, signature }) => isText(path) && isText(signature),
  waiting: ({ reason, text }) => isText(reason) && isOptionalText(text),
  'turn-end': always,
  'child-end': ({ child }) => isText(child),
  end: always,
  usage: ({ usage }) => typeof usage === 'object' && usage !== null,
  fault: ({ text }) => isText(text),
};

function isOptionalProcess(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  const { pid, startedAt } = value as Fields;
  return Number.isSafeInteger(pid) && isText(startedAt);
}
