import type { AgentIdentity } from './agentIdentity.ts';

/** Whether people and peers may speak to an agent, or only the machinery around it. */
export type AgentAddressability = 'addressable' | 'internal_only';

/** All addressabilities; the first is the default. */
export const addressabilities = ['addressable', 'internal_only'] as const;

/** What an agent should be, as its team wrote it down. */
export interface DurableAgentSpec {
  readonly identity: AgentIdentity;
  /** Names a preset of coding agents; never a command line. A change of it ends what runs. */
  readonly profile: string;
  readonly addressability: AgentAddressability;
  readonly displayName?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** Anything that JSON can hold. */
  readonly context?: unknown;
  readonly additionalInstructions: readonly string[];
  /** Whom it may send messages to, and who may send to it. */
  readonly peers: readonly AgentIdentity[];
}
