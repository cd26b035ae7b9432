/** Lifecycle of an entry. Every status but `active` is terminal. */
export const agentStatuses = ['active', 'abandoned', 'complete', 'merged'] as const;
export type AgentStatus = (typeof agentStatuses)[number];
export type TerminalStatus = Exclude<AgentStatus, 'active'>;

/** What an agent has used so far. Counters are unsigned 64-bit, `toolCalls` is 32-bit. */
export interface AgentUsageSummary {
  readonly inputTokens?: bigint | undefined;
  readonly outputTokens?: bigint | undefined;
  readonly reasoningTokens?: bigint | undefined;
  readonly toolCalls?: number | undefined;
  /** Millionths of a US dollar. */
  readonly costMicrosUsd?: bigint | undefined;
  readonly unknownFields: UnknownFields;
}

/** One look of an agent at the context of a path. */
export interface ContextQueryEntry {
  readonly path: string;
  readonly scope?: string | undefined;
  /** RFC 3339. */
  readonly queriedAt: string;
  readonly unknownFields: UnknownFields;
}

/** Fields that this version does not know. They survive a rewrite with their types. */
export type UnknownFields = Readonly<Record<string, unknown>>;

/**
 * One agent entry: `.heddle/agents/<sessionId>.toml`. Field names are those of the file in camel
 * case. Timestamps are RFC 3339 text, kept to the letter because they carry nanoseconds.
 */
export interface AgentEntry {
  readonly sessionId: string;
  readonly clientInstanceId?: string | undefined;
  readonly nativeActorKey?: string | undefined;
  readonly nativeParentActorKey?: string | undefined;
  readonly nativeInstanceKey?: string | undefined;
  readonly heddleSessionId?: string | undefined;
  readonly threadId?: string | undefined;
  readonly thread: string;
  readonly pid?: number | undefined;
  readonly bootId?: string | undefined;
  readonly livenessPath?: string | undefined;
  readonly heartbeatAt?: string | undefined;
  readonly anchorState?: string | undefined;
  readonly anchorRoot?: string | undefined;
  readonly reservationToken?: string | undefined;
  readonly path?: string | undefined;
  readonly baseState: string;
  readonly startedAt: string;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly harness?: string | undefined;
  readonly thinkingLevel?: string | undefined;
  readonly usageSummary: AgentUsageSummary;
  readonly lastProgressAt?: string | undefined;
  readonly reportFlushState?: string | undefined;
  readonly attachReason?: string | undefined;
  readonly attachPrecedence: readonly string[];
  readonly winningAttachRule?: string | undefined;
  readonly probeSource?: string | undefined;
  /** A 32-bit float between 0 and 1. */
  readonly probeConfidence?: number | undefined;
  readonly status: AgentStatus;
  readonly completedAt?: string | undefined;
  readonly contextQueries: readonly ContextQueryEntry[];

  /**
   * When the process `pid` started, in a form that only the platform that wrote it compares (see
   * `ProcessState.start`). Not a field of Heddle, which drops it when it rewrites an entry.
   */
  readonly processStart?: string | undefined;
  /** The pid namespace in which `pid` counts (Linux). Not a field of Heddle. */
  readonly pidNamespace?: string | undefined;

  readonly unknownFields: UnknownFields;
}

/** The part of an entry that an actor chain shows. */
export interface ActorChainNode {
  readonly sessionId: string;
  readonly nativeActorKey: string | undefined;
  readonly nativeParentActorKey: string | undefined;
  readonly thread: string;
  readonly status: AgentStatus;
  readonly provider: string | undefined;
  readonly model: string | undefined;
  readonly harness: string | undefined;
}

/** What a caller must say to make an entry; everything else starts empty. */
export type NewAgentEntry = Pick<AgentEntry, 'sessionId' | 'thread' | 'baseState' | 'startedAt'> &
  Partial<AgentEntry>;

/** Fills in the defaults of a new entry: active, nothing used, nothing asked. */
export function newAgentEntry(fields: NewAgentEntry): AgentEntry {
  return {
    usageSummary: { unknownFields: {} },
    attachPrecedence: [],
    contextQueries: [],
    status: 'active',
    unknownFields: {},
    ...fields,
  };
}

/** The thread of an agent that registered without asking for one. */
export function ownThread(sessionId: string): string {
  return `agent/${sessionId}`;
}

/** True when the entry holds a thread of its own choosing, not merely the one of its registration. */
export function isReservation(entry: AgentEntry): boolean {
  return entry.thread !== ownThread(entry.sessionId);
}
