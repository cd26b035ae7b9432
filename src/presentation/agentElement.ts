/** Names an agent of a root; what commands get from a row of the view. */
export interface AgentRef {
  /** The folder that contains `.heddle`. */
  readonly root: string;
  readonly sessionId: string;
}

const pattern = /^agent:([a-z0-9-]{1,200})@(.+)$/s;

/** The element of an agent's row: the same agent has the same element after every refresh. */
export function toAgentElement(ref: AgentRef): string {
  return `agent:${ref.sessionId}@${ref.root}`;
}

/** The agent that an element names; undefined for anything else that a command may be given. */
export function parseAgentElement(element: unknown): AgentRef | undefined {
  const match = typeof element === 'string' ? pattern.exec(element) : null;
  const [, sessionId, root] = match ?? [];
  return sessionId === undefined || root === undefined ? undefined : { root, sessionId };
}
