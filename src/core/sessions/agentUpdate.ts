import type { TokenUsage } from './tokenUsage.ts';

/** A piece of what is said: text, or something that is kept as it came. */
export type ContentPart = { readonly kind: 'text'; readonly text: string } | OtherPart;

/** Something of a kind that is not looked into, such as an image. */
export interface OtherPart {
  readonly kind: 'other';
  readonly name: string;
  readonly value: unknown;
}

/** What a tool does. */
export const toolKinds = [
  'read',
  'edit',
  'delete',
  'move',
  'search',
  'execute',
  'think',
  'fetch',
  'switch-mode',
  'other',
] as const;
/** What a tool does. */
export type ToolKind = (typeof toolKinds)[number];

/** How far a tool call has come. */
export const toolStatuses = ['pending', 'in-progress', 'completed', 'failed'] as const;
/** How far a tool call has come. */
export type ToolStatus = (typeof toolStatuses)[number];

/** What a tool call shows. A diff without `oldText` is of a new file. */
export type ToolContent =
  | ContentPart
  | {
      readonly kind: 'diff';
      readonly path: string;
      readonly oldText?: string | undefined;
      readonly newText: string;
    }
  | { readonly kind: 'terminal'; readonly terminalId: string };

/** A place that a tool call works on. Lines count from 1. */
export interface ToolLocation {
  readonly path: string;
  readonly line?: number | undefined;
}

/** Something that an agent does with a tool. */
export interface ToolCall {
  readonly callId: string;
  readonly title: string;
  readonly toolKind: ToolKind;
  readonly status: ToolStatus;
  readonly content: readonly ToolContent[];
  readonly locations: readonly ToolLocation[];
  readonly rawInput?: unknown;
  readonly rawOutput?: unknown;
}

/** What is new of a tool call. Fields that are absent stay as they were; lists replace lists. */
export type ToolCallChange = Pick<ToolCall, 'callId'> & {
  readonly [K in Exclude<keyof ToolCall, 'callId'>]?: ToolCall[K] | undefined;
};

/** How urgent a step of a plan is. */
export const planPriorities = ['high', 'medium', 'low'] as const;
/** How far a step of a plan has come. */
export const planStatuses = ['pending', 'in-progress', 'completed'] as const;

/** A step of the plan of an agent. */
export interface PlanEntry {
  readonly content: string;
  readonly priority: (typeof planPriorities)[number];
  readonly status: (typeof planStatuses)[number];
}

/** What something has cost, in a currency of ISO 4217. */
export interface Cost {
  readonly amount: number;
  readonly currency: string;
}

/** What an agent tells while it works, in the words of no protocol. */
export type AgentUpdate =
  | {
      readonly kind: 'message-chunk';
      readonly role: 'agent' | 'user';
      readonly content: ContentPart;
    }
  | { readonly kind: 'thought-chunk'; readonly content: ContentPart }
  | { readonly kind: 'tool-call'; readonly call: ToolCall }
  | { readonly kind: 'tool-call-update'; readonly call: ToolCallChange }
  /** The whole plan as it is now. */
  | { readonly kind: 'plan'; readonly entries: readonly PlanEntry[] }
  | {
      readonly kind: 'usage';
      /** Tokens in the context now, and how many fit. */
      readonly contextUsed?: number | undefined;
      readonly contextSize?: number | undefined;
      /** Of the session so far. */
      readonly cost?: Cost | undefined;
      /** Of the session so far. */
      readonly tokens?: TokenUsage | undefined;
    }
  | { readonly kind: 'mode'; readonly modeId: string }
  /** Kept as it came, for those who know what it means. */
  | OtherPart;
