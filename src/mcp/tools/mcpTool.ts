import type { AnswerTool } from '../../presentation/toolAnswers/toolCall.ts';
import type { ToolSchema } from '../../presentation/toolAnswers/toolSchemas.ts';

/** A tool as the protocol offers it, and what answers a call of it. */
export interface McpTool {
  readonly name: string;
  readonly title: string;
  /** For the model: when to use it, and what it does not do. */
  readonly description: string;
  readonly inputSchema: ToolSchema;
  readonly effects: ToolEffects;
  readonly answer: AnswerTool;
}

/** What a call changes, as hints for the client. All of it stays within the repository. */
export interface ToolEffects {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: false;
}

export const reads: ToolEffects = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

/** Adds something, and doing it again changes nothing more. */
export const adds: ToolEffects = { ...reads, readOnlyHint: false };

/** Ends something that was there. */
export const ends: ToolEffects = { ...adds, destructiveHint: true };

/** Adds something with each call. */
export const appends: ToolEffects = { ...adds, idempotentHint: false };
