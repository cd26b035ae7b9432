import type { AgentUpdate } from '../sessions/agentUpdate.ts';
import { nameOf, tableOf } from './wireFields.ts';

/** How the conversation of an agent was begun or taken up. */
export type ConversationStart =
  /** A new one. */
  | 'new'
  /** An earlier one goes on. */
  | 'resumed'
  /** An earlier one goes on and was told again. */
  | 'loaded';

/** The name of the update that tells in which conversation a session is. */
const conversationName = 'conversation';

/** The update that tells it. */
export function conversationUpdate(id: string, start: ConversationStart): AgentUpdate {
  return { kind: 'other', name: conversationName, value: { id, start } };
}

/** The agent's own id of the conversation, where an update tells it. */
export function conversationIdIn(update: AgentUpdate): string | undefined {
  if (update.kind !== 'other' || update.name !== conversationName) return undefined;
  return nameOf(tableOf(update.value).id);
}

/** What an agent can do, as far as it matters for taking up conversations. */
export interface AgentAbilities {
  readonly canLoad: boolean;
  readonly canResume: boolean;
}

/** Out of the `agentCapabilities` of the answer to `initialize`. */
export function abilitiesOf(capabilities: unknown): AgentAbilities {
  const fields = tableOf(capabilities);
  const resume = tableOf(fields.sessionCapabilities).resume;
  return {
    canLoad: fields.loadSession === true,
    canResume: typeof resume === 'object' && resume !== null,
  };
}
