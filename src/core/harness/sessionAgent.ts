import type { ReportedUsage, WaitReason } from './harnessEvent.ts';
import type { RecordedAction, RecordedPhase } from './sessionLine.ts';

/**
 * What an agent is in the middle of: it has something to do, cannot go on without a person, is between
 * turns, or is gone.
 */
export type AgentPhase = RecordedPhase;

/** A tool call that has begun and of which no end was told. */
export interface RunningTool {
  readonly name: string;
  readonly does: RecordedAction;
  /** Lock paths. */
  readonly paths: readonly string[];
  readonly sinceMs: number;
}

/** A tool call that was not let through. */
export interface RefusedCall {
  readonly name: string;
  readonly paths: readonly string[];
  readonly reason: string;
  readonly atMs: number;
}

/** A file as an agent last saw it. */
export interface SeenFile {
  readonly signature: string;
  readonly atMs: number;
  /** True when the agent itself changed it to what it is. */
  readonly isEdit: boolean;
}

/** A span of time in which an agent ran a command. */
export interface ShellSpan {
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** One agent of a session: the session itself or a child in it. */
export interface SessionAgent {
  /** Undefined for the session itself. */
  readonly childKey: string | undefined;
  /** The session id of its entry in the registry. */
  readonly entryId: string;
  readonly childType: string | undefined;
  readonly transcriptPath: string | undefined;
  phase: AgentPhase;
  /** Since when it is in this phase. */
  sinceMs: number;
  waitsFor: { readonly reason: WaitReason; readonly text: string | undefined } | undefined;
  /** By call id, or by name where there is none; the newest last. */
  readonly tools: Map<string, RunningTool>;
  /** Calls of which the end was told, the newest last, and which hook was the first to tell it. */
  readonly doneCalls: Map<string, string>;
  /** By call id, the newest last. */
  readonly refusedCalls: Map<string, RefusedCall>;
  /** Its last commands that have ended, the newest last. */
  readonly shells: ShellSpan[];
  /** By the newest line, so that a clock that was set back is believed. */
  lastEventMs: number;
  /** Edits of this turn that were carried out. */
  edits: number;
  /** By the key of the path. */
  readonly seen: Map<string, SeenFile>;
  /** Changes of which it was told once, by path and signature, and with which call. */
  readonly staleTold: Map<string, string | undefined>;
  usage: ReportedUsage | undefined;
}

/** Reading or changing a file takes no longer; the end of such a call was not told. */
export const longestShortMs = 60_000;

/** True for a call that takes moments, unless a person is asked: reading or changing a file. */
export function isShort({ does }: RunningTool): boolean {
  return does === 'read' || does === 'edit';
}

/** Whether it runs something that may well say nothing for a long time. */
export function isInLongCall({ tools }: Pick<SessionAgent, 'tools'>): boolean {
  return [...tools.values()].some((call) => !isShort(call));
}

/** An agent of which nothing was told yet, from `atMs` on. */
export function newAgent({
  atMs,
  ...fields
}: Pick<SessionAgent, 'childKey' | 'entryId' | 'childType' | 'transcriptPath'> & {
  readonly atMs: number;
}): SessionAgent {
  return {
    ...fields,
    phase: 'idle',
    sinceMs: atMs,
    waitsFor: undefined,
    tools: new Map(),
    doneCalls: new Map(),
    refusedCalls: new Map(),
    shells: [],
    lastEventMs: atMs,
    edits: 0,
    seen: new Map(),
    staleTold: new Map(),
    usage: undefined,
  };
}

/** One change of one file. */
export function staleKey(path: string, signature: string): string {
  return `${path}\0${signature}`;
}
