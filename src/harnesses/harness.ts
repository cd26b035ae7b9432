import type { ListedProcess } from '../core/harness/discovery/listedProcess.ts';
import type { HarnessEvent, HarnessId } from '../core/harness/harnessEvent.ts';
import type { HookDecision } from '../core/harness/hookDecision.ts';

/** The object that a hook was given on its standard input. Nothing in it can be trusted. */
export type HookPayload = Readonly<Record<string, unknown>>;

export interface HookSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working directory of the hook, for payloads that name none. */
  readonly cwd: string;
}

/** The bytes with which a hook answers, and nothing else. */
export interface HookAnswer {
  /** Empty for an agent that is told nothing. */
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export const silentAnswer: HookAnswer = { stdout: '', stderr: '', exitCode: 0 };

/** How one coding agent speaks with its hooks. */
export interface HookDialect {
  /**
   * Reads a payload of this agent. An event that it does not know is `other`; undefined when there is
   * not even an event. Never throws: a field of a wrong type counts as missing.
   */
  parse(payload: HookPayload, around: HookSurroundings): HarnessEvent | undefined;
  /** Says a decision in the form that this agent obeys. Where it has no form for it: nothing. */
  answer(event: HarnessEvent, decision: HookDecision): HookAnswer;
}

/** One coding agent: how it is called, recognised and spoken with. */
export interface Harness {
  readonly id: HarnessId;
  /** For people, e.g. `Claude Code`. */
  readonly displayName: string;
  /** The name that agents of it have in the registry's `harness` field. */
  readonly registryName: string;
  readonly dialect: HookDialect;
  /** The key of a session in the registry, as Heddle writes it. */
  sessionActorKey(sessionKey: string): string;
  /** The key of a child of a session. */
  childActorKey(sessionKey: string, childKey: string): string;
  /** True when this process is the agent itself: not its shell, not its launcher, not our hook. */
  isAgentProcess(process: ListedProcess): boolean;
  /** Whether it tells which files it reads, so that a stale view can be noticed. */
  readonly reportsReads: boolean;
}
