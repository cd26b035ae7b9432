/** What an agent is about to do with a tool, or has done. */
export interface ToolCall {
  /** The harness's own name for the tool, for display. */
  readonly name: string;
  /** The harness's id of this call, where it has one. */
  readonly callId: string | undefined;
  readonly action: ToolAction;
}

export type ToolAction =
  /** Looks at these files. Paths are absolute, or relative to the event's `cwd`. */
  | { readonly kind: 'read'; readonly paths: readonly string[] }
  /** Changes, makes, moves or deletes these files, all of them. */
  | { readonly kind: 'edit'; readonly paths: readonly string[] }
  /** Runs a command, which may change anything. */
  | { readonly kind: 'shell'; readonly command: string; readonly isInBackground: boolean }
  /** A tool of our own MCP server, with its arguments. */
  | { readonly kind: 'own-tool'; readonly input: Readonly<Record<string, unknown>> }
  | { readonly kind: 'other' };

/** Why an agent waits for a person. */
export type WaitReason =
  /** It asks whether it may do something. */
  | 'permission'
  /** It asks a question. */
  | 'question'
  /** It has finished and waits for the next prompt. */
  | 'idle';

/** Figures that an event carries by itself; absent ones are not known. Counters never go back. */
export interface ReportedUsage {
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly reasoningTokens?: number | undefined;
  readonly cacheReadTokens?: number | undefined;
  readonly cacheWriteTokens?: number | undefined;
  /** US dollars. */
  readonly costUsd?: number | undefined;
  readonly contextTokens?: number | undefined;
  readonly contextLimit?: number | undefined;
}

/** What happened, in the words of this product. */
export type HarnessAction =
  /** A session began or was taken up again. */
  | { readonly kind: 'session-started'; readonly isResumed: boolean }
  /** A person, or a program, gave the session something to do. */
  | { readonly kind: 'prompt' }
  | { readonly kind: 'tool-starting'; readonly call: ToolCall }
  | { readonly kind: 'tool-ended'; readonly call: ToolCall; readonly hasFailed: boolean }
  /** Files were changed without a call that announced it. */
  | { readonly kind: 'files-edited'; readonly paths: readonly string[] }
  | { readonly kind: 'waiting'; readonly reason: WaitReason; readonly text: string | undefined }
  /** The agent of the event came to rest. Children that work in the background go on. */
  | { readonly kind: 'turn-ended' }
  /** The agent of the event is a child that begins. */
  | { readonly kind: 'child-started' }
  | { readonly kind: 'child-ended' }
  | { readonly kind: 'session-ended' }
  | { readonly kind: 'usage'; readonly usage: ReportedUsage }
  /** A sign of life of which nothing else is known, such as an event of a newer version. */
  | { readonly kind: 'other' };

/** One event of a coding agent, read from what its hook was given. All text in it is untrusted. */
export interface HarnessEvent {
  readonly harness: HarnessId;
  /** The harness's word for the event; an answer must name it. */
  readonly eventName: string;
  /** The harness's id of the session; undefined where it tells none. */
  readonly sessionKey: string | undefined;
  /** The harness's id of the child of that session that the event is about; undefined for itself. */
  readonly childKey: string | undefined;
  /** The kind of child, such as `Explore`. */
  readonly childType: string | undefined;
  /** For a child with a session of its own: the session that started it. */
  readonly parentSessionKey: string | undefined;
  /** Absolute; the repository is found from here upwards. */
  readonly cwd: string;
  readonly model: string | undefined;
  /** Who serves the model, such as `anthropic`. */
  readonly provider: string | undefined;
  /** The file in which the harness records the session (of the child, if the event is a child's). */
  readonly transcriptPath: string | undefined;
  readonly action: HarnessAction;
}

/** The coding agents whose events are understood. The words are those of the command line. */
export const harnessIds = [
  'claude-code',
  'codex',
  'gemini-cli',
  'opencode',
  'cursor',
  'vscode-copilot',
  'copilot-cli',
] as const;
export type HarnessId = (typeof harnessIds)[number];

export function isHarnessId(text: string): text is HarnessId {
  return (harnessIds as readonly string[]).includes(text);
}
