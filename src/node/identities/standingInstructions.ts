import { createHash } from 'node:crypto';
import type { AgentBuildDraft } from '../../core/identities/agentCustomizer.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';

/** What an agent is told before the first that anybody says to it. */
export interface StandingInstructions {
  readonly text: string;
  /** Of the text: SHA-256 in hex. */
  readonly digest: string;
}

/** Undefined when its team wrote nothing down for it. */
export function standingInstructions(
  identity: AgentIdentity,
  draft: Pick<AgentBuildDraft, 'systemPrompt' | 'additionalInstructions' | 'appContext'>,
): StandingInstructions | undefined {
  const { systemPrompt, additionalInstructions, appContext } = draft;
  const parts = [systemPrompt ?? '', ...additionalInstructions].map((part) => part.trim());
  if (appContext !== undefined) parts.push(`Context:\n${JSON.stringify(appContext, undefined, 2)}`);
  const said = parts.filter((part) => part !== '');
  if (said.length === 0) return undefined;
  const head = `You are the agent named "${identity}". Your standing instructions, which hold for everything that follows:`;
  const text = [head, ...said].join('\n\n');
  return { text, digest: createHash('sha256').update(text).digest('hex') };
}

/** A prompt with the instructions at its head. */
export function withInstructions({ text }: StandingInstructions, prompt: string): string {
  return `${text}${divider}${prompt}`;
}

/** Whether a prompt is this one, with any instructions or none at its head. */
export function isPromptWith(whole: string, prompt: string): boolean {
  return whole === prompt || whole.endsWith(`${divider}${prompt}`);
}

const divider = '\n\n---\n\n';
