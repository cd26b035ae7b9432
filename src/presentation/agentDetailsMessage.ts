import { isSessionId } from '../core/agents/sessionId.ts';

/** What the buttons of a details page ask for. */
export const agentDetailsActions = [
  'openEntryFile',
  'openWorktree',
  'release',
  'reap',
  'copySessionId',
] as const;
export type AgentDetailsAction = (typeof agentDetailsActions)[number];

export type AgentDetailsMessage =
  /** The page has loaded and wants its content. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'action'; readonly action: AgentDetailsAction }
  /** Somebody else in the chain was chosen. */
  | { readonly kind: 'showAgent'; readonly sessionId: string };

/** Reads what a page posted; undefined for anything that no page of ours posts. */
export function parseAgentDetailsMessage(message: unknown): AgentDetailsMessage | undefined {
  if (typeof message !== 'object' || message === null || !('action' in message)) return undefined;
  if (message.action === 'ready') return { kind: 'ready' };
  if (message.action === 'showAgent') {
    const sessionId = 'sessionId' in message ? message.sessionId : undefined;
    return typeof sessionId === 'string' && isSessionId(sessionId)
      ? { kind: 'showAgent', sessionId }
      : undefined;
  }
  const action = agentDetailsActions.find((known) => known === message.action);
  return action && { kind: 'action', action };
}

/** What a page remembers across a reload of the window. */
export interface AgentDetailsState {
  readonly root: string;
  readonly sessionId: string;
}

/** Reads what a page stored; undefined when it is not the state of a page of ours. */
export function parseAgentDetailsState(state: unknown): AgentDetailsState | undefined {
  if (typeof state !== 'object' || state === null) return undefined;
  if (!('root' in state) || !('sessionId' in state)) return undefined;
  const { root, sessionId } = state;
  if (typeof root !== 'string' || typeof sessionId !== 'string') return undefined;
  return isSessionId(sessionId) ? { root, sessionId } : undefined;
}
