import type { Clock } from '../../base/clock.ts';
import type { Event } from '../../base/event.ts';
import type { RandomSource } from '../../base/randomSource.ts';
import type { ActivitySink } from '../../core/activity/activityLog.ts';
import type { AgentEntry } from '../../core/agents/agentEntry.ts';
import type { AgentRegistry } from '../../core/agents/agentRegistry.ts';
import type { AgentStore } from '../../core/agents/agentStore.ts';
import type { CallerSource } from '../../core/agents/callerIdentity.ts';
import type { LivenessAssessor } from '../../core/agents/livenessAssessor.ts';
import type { FileLocks } from '../../core/locks/fileLocks.ts';
import type { HolderRef } from '../../core/locks/holderRef.ts';
import type { LockConfig } from '../../core/locks/lockConfig.ts';
import type { HolderProcess } from '../../core/locks/lockHolder.ts';
import type { LockPath, PathRules } from '../../core/locks/lockPath.ts';
import type { LockStore } from '../../core/locks/lockStore.ts';
import type { JsonValue } from '../agentJson.ts';

/** What the tools of a host work on: the agents and locks of one repository. */
export interface ToolWorld {
  readonly agents: AgentRegistry;
  readonly agentStore: AgentStore;
  readonly locks: FileLocks;
  readonly lockStore: LockStore;
  readonly liveness: LivenessAssessor;
  readonly activity: ActivitySink;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly config: () => LockConfig;
  /** How names of files are told apart. */
  readonly paths: { readonly rules: PathRules };
  /** Tells that locks may have changed. Listening may cost something; nobody listens but who waits. */
  readonly onDidChangeLocks: Event<unknown>;
  /** @throws RegistryError `outside-root`, `invalid-path` */
  toLockPath(path: string): LockPath;
  /** The process that waits in a queue for a caller. */
  waitingProcess(): Promise<HolderProcess>;
  /** What an entry says of a caller that has none yet, when it takes a thread. */
  newEntryFields(): Promise<NewEntryFields>;
}

export type NewEntryFields = Partial<AgentEntry> & Pick<AgentEntry, 'baseState'>;

/** Who a tool is called for. */
export interface ToolCaller {
  readonly source: CallerSource;
  /** For people; a session may have one that is shared by others. */
  readonly name: string;
  readonly sessionId: string | undefined;
  /** How the locks know it. */
  readonly ref: HolderRef;
  /** True when a process stands for it, with which its locks end; else only time ends them. */
  readonly hasProcess: boolean;
  /** The key of the entry that a caller without a session is given with its first thread. */
  readonly actorKey: string | undefined;
}

export interface ToolCall {
  readonly world: ToolWorld;
  /** Undefined for somebody of whom nothing is known: it may look, and change nothing. */
  readonly caller: ToolCaller | undefined;
  /** Untrusted. */
  readonly input: unknown;
  /** Ends a wait. */
  readonly signal: AbortSignal;
  /** Told what a call that takes long is doing. */
  readonly onProgress: (text: string) => void;
}

export type JsonObject = Readonly<Record<string, JsonValue>>;

/** What a tool says: a short text for a model, and the same as data. */
export interface ToolAnswer {
  readonly text: string;
  readonly data: JsonObject;
}

/** One thing that can be asked for. @throws RegistryError with a sentence that says what to do */
export type AnswerTool = (call: ToolCall) => Promise<ToolAnswer>;
