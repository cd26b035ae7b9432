import { isSessionId } from '../../../core/agents/sessionId.ts';
import type { SessionId } from '../../../core/sessions/sessionId.ts';

/** Names a session of a root; what commands get from a row of the view. */
export interface SessionRef {
  /** The folder that contains `.heddle`. */
  readonly root: string;
  readonly sessionId: SessionId;
}

const pattern = /^run:([a-z0-9-]{1,200})@(.+)$/s;

/** The element of a session's row: the same session has the same element after every refresh. */
export function toSessionElement({ root, sessionId }: SessionRef): string {
  return `run:${sessionId}@${root}`;
}

/** The session that an element names; undefined for anything else that a command may be given. */
export function parseSessionElement(element: unknown): SessionRef | undefined {
  const match = typeof element === 'string' ? pattern.exec(element) : null;
  const [, sessionId, root] = match ?? [];
  if (sessionId === undefined || root === undefined || !isSessionId(sessionId)) return undefined;
  return { root, sessionId };
}
