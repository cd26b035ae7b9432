import type { AgentUpdate, ToolCallChange } from '../../core/sessions/agentUpdate.ts';
import type { CancelReason } from '../../core/sessions/cancellation.ts';
import type { ProgressEvent } from '../../core/sessions/progressEvent.ts';
import type { SessionHeader } from '../../core/sessions/sessionHeader.ts';
import { toPlainLine } from '../plainText.ts';
import { appendText, noText, type BoundedText } from './boundedText.ts';
import { shownPlan, type ShownPlan } from './planProgress.ts';
import { addUsage, type SessionUsage } from './sessionUsage.ts';
import { changedTool, isToolOver, shownTool, type ShownTool } from './shownTool.ts';

/** What an agent does while it uses no tool. */
export type Doing = 'starting' | 'thinking' | 'writing' | 'working';

/** What a row of a list shows of a session besides its record. */
export interface SessionDigest {
  /** The folder in which the agent works. */
  readonly cwd: string;
  readonly doing: Doing;
  /** Tool calls that are not over, the newest last. */
  readonly openTools: readonly ShownTool[];
  readonly toolCalls: number;
  readonly plan: ShownPlan | undefined;
  readonly usage: SessionUsage | undefined;
  /** The beginning of the last that the agent said. */
  readonly lastMessage: BoundedText;
  /** What the agent calls the conversation; empty when it has no name. */
  readonly title: string;
  readonly modeId: string | undefined;
  /** The session id of the agent's entry in the registry of agents. */
  readonly entryId: string | undefined;
  /** The agent's own id of its conversation. */
  readonly conversationId: string | undefined;
  /** Set from the moment when somebody cancels it. */
  readonly cancelReason: CancelReason | undefined;
}

const maxOpenTools = 20;
const maxMessageLength = 4000;
const maxTitleLength = 200;
const maxNameLength = 500;

export function beginDigest({ spec }: Pick<SessionHeader, 'spec'>): SessionDigest {
  return {
    cwd: spec.kind === 'run' ? spec.cwd : '',
    doing: 'starting',
    openTools: [],
    toolCalls: 0,
    plan: undefined,
    usage: undefined,
    lastMessage: noText,
    title: '',
    modeId: undefined,
    entryId: undefined,
    conversationId: undefined,
    cancelReason: undefined,
  };
}

/** With one more event; the same object when the event changes nothing of it. */
export function addToDigest(digest: SessionDigest, event: ProgressEvent): SessionDigest {
  switch (event.kind) {
    case 'update':
      return event.isReplayed === true
        ? withReplayed(digest, event.update)
        : withUpdate(digest, event.update);
    case 'cancel-requested':
      return { ...digest, cancelReason: event.reason };
    case 'llm-call-begin':
      return doing(digest, 'thinking');
    case 'resume-accepted':
      return doing(digest, 'working');
    case 'state-transition':
      return event.outcome ? withEnd(digest, event.outcome) : digest;
    default:
      return digest;
  }
}

/** For an index of sessions. */
export const digestFold = { begin: beginDigest, add: addToDigest } as const;

/** What is told again is of an earlier session, except for what names the conversation. */
function withReplayed(digest: SessionDigest, update: AgentUpdate): SessionDigest {
  return update.kind === 'other' ? withOther(digest, update) : digest;
}

function withUpdate(digest: SessionDigest, update: AgentUpdate): SessionDigest {
  switch (update.kind) {
    case 'message-chunk':
      return update.role === 'agent' ? withMessage(digest, update.content) : digest;
    case 'thought-chunk':
      return doing(digest, 'thinking');
    case 'tool-call':
    case 'tool-call-update':
      return withTool(digest, update.call, update.kind === 'tool-call');
    case 'plan':
      return { ...digest, plan: shownPlan(update.entries) };
    case 'usage':
      return { ...digest, usage: addUsage(digest.usage, update) };
    case 'mode':
      return { ...digest, modeId: toPlainLine(update.modeId, maxTitleLength) };
    case 'other':
      return withOther(digest, update);
  }
}

function withMessage(
  digest: SessionDigest,
  content: Extract<AgentUpdate, { kind: 'message-chunk' }>['content'],
): SessionDigest {
  if (content.kind !== 'text') return doing(digest, 'writing');
  const before = digest.doing === 'writing' ? digest.lastMessage : noText;
  return {
    ...digest,
    doing: 'writing',
    lastMessage: appendText(before, content.text, maxMessageLength),
  };
}

function withTool(digest: SessionDigest, change: ToolCallChange, isFirst: boolean): SessionDigest {
  const { openTools, cwd } = digest;
  const known = openTools.find(({ callId }) => callId === change.callId);
  const tool = known ? changedTool(known, change, cwd) : shownTool(change, cwd);
  // That one which is not known is over says that it was counted before, unless it is told at once.
  const isNew = known === undefined && (isFirst || !isToolOver(tool));
  const toolCalls = digest.toolCalls + (isNew ? 1 : 0);
  return { ...digest, doing: 'working', openTools: openAfter(openTools, known, tool), toolCalls };
}

function openAfter(
  openTools: readonly ShownTool[],
  known: ShownTool | undefined,
  tool: ShownTool,
): readonly ShownTool[] {
  if (isToolOver(tool)) return openTools.filter((each) => each !== known);
  if (known === undefined) return [...openTools, light(tool)].slice(-maxOpenTools);
  return openTools.map((each) => (each === known ? light(tool) : each));
}

/** A list shows no differences and no output. */
function light(tool: ShownTool): ShownTool {
  const files = tool.changes.map(({ path, shown }) => ({ path, shown, line: undefined }));
  const locations = tool.locations.length > 0 ? tool.locations : files;
  return { ...tool, locations, changes: [], output: noText };
}

function withEnd(
  digest: SessionDigest,
  outcome: NonNullable<Extract<ProgressEvent, { kind: 'state-transition' }>['outcome']>,
): SessionDigest {
  const tokens = outcome.state === 'done' ? outcome.result.usage : undefined;
  const usage = tokens ? { ...digest.usage, tokens } : digest.usage;
  return { ...digest, openTools: [], usage };
}

function withOther(
  digest: SessionDigest,
  { name, value }: Extract<AgentUpdate, { kind: 'other' }>,
): SessionDigest {
  switch (name) {
    case 'agent-entry':
      return { ...digest, entryId: nameIn(value, 'id') ?? digest.entryId };
    case 'conversation':
      return { ...digest, conversationId: nameIn(value, 'id') ?? digest.conversationId };
    case 'session_info_update': {
      const title = nameIn(value, 'title');
      return title === undefined
        ? digest
        : { ...digest, title: toPlainLine(title, maxTitleLength) };
    }
    default:
      return digest;
  }
}

function nameIn(value: unknown, field: string): string | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined;
  const name = (value as Readonly<Record<string, unknown>>)[field];
  return typeof name === 'string' && name !== '' ? name.slice(0, maxNameLength) : undefined;
}

function doing(digest: SessionDigest, what: Doing): SessionDigest {
  return digest.doing === what ? digest : { ...digest, doing: what };
}
