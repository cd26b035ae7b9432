import { parseAgentIdentity, type AgentIdentity } from '../../../core/identities/agentIdentity.ts';
import type { IdentityRef } from '../../../presentation/identities/rows/identityElement.ts';

const plainActions = [
  'ready',
  'start',
  'checkpoint',
  'respawn',
  'reset',
  'retire',
  'delete',
  'takeOver',
  'showSession',
  'openSpec',
  'copyName',
] as const;
export type PlainIdentityAction = (typeof plainActions)[number];

export type IdentityPageMessage =
  | { readonly kind: PlainIdentityAction }
  | { readonly kind: 'send'; readonly text: string }
  | { readonly kind: 'showPeer'; readonly peer: AgentIdentity }
  /** A session of the history. */
  | { readonly kind: 'openSession'; readonly session: string };

const maxText = 1_000_000;
const maxId = 200;

/** Reads what a page posted; undefined for anything that no page of ours posts. */
export function parseIdentityPageMessage(message: unknown): IdentityPageMessage | undefined {
  const { action, text, peer, session } = tableOf(message);
  const plain = plainActions.find((known) => known === action);
  if (plain) return { kind: plain };
  switch (action) {
    case 'send':
      return isText(text, maxText) ? { kind: action, text } : undefined;
    case 'showPeer': {
      const named = identityIn(peer);
      return named === undefined ? undefined : { kind: action, peer: named };
    }
    case 'openSession':
      return isText(session, maxId) ? { kind: action, session } : undefined;
    default:
      return undefined;
  }
}

/** Reads what a page stored; undefined when it is not the state of a page of ours. */
export function parseIdentityPageState(state: unknown): IdentityRef | undefined {
  const { worktree, identity } = tableOf(state);
  const named = identityIn(identity);
  return typeof worktree === 'string' && named !== undefined
    ? { worktree, identity: named }
    : undefined;
}

function identityIn(value: unknown): AgentIdentity | undefined {
  if (!isText(value, maxId)) return undefined;
  try {
    return parseAgentIdentity(value);
  } catch {
    return undefined;
  }
}

function isText(value: unknown, maxLength: number): value is string {
  return typeof value === 'string' && value.length <= maxLength;
}

function tableOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
