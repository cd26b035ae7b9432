import { parseAgentIdentity, type AgentIdentity } from '../../../core/identities/agentIdentity.ts';

/** Names an agent as a checkout describes it; what commands get from a row of the view. */
export interface IdentityRef {
  /** The top of the checkout, absolute. */
  readonly worktree: string;
  readonly identity: AgentIdentity;
}

const pattern = /^identity:([A-Za-z0-9_.-]{1,100})@(.+)$/s;
const filePattern = /^identityFile:(.+)$/s;

/** The element of an agent's row: the same agent has the same element after every refresh. */
export function toIdentityElement({ worktree, identity }: IdentityRef): string {
  return `identity:${identity}@${worktree}`;
}

/** The agent that an element names; undefined for anything else that a command may be given. */
export function parseIdentityElement(element: unknown): IdentityRef | undefined {
  const match = typeof element === 'string' ? pattern.exec(element) : null;
  const [, name, worktree] = match ?? [];
  if (name === undefined || worktree === undefined) return undefined;
  try {
    return { worktree, identity: parseAgentIdentity(name) };
  } catch {
    return undefined;
  }
}

/** The element of the row of a file, or folder, that describes nobody. */
export function toIdentityFileElement(path: string): string {
  return `identityFile:${path}`;
}

/** The file that an element names. */
export function parseIdentityFileElement(element: unknown): string | undefined {
  return typeof element === 'string' ? filePattern.exec(element)?.[1] : undefined;
}
