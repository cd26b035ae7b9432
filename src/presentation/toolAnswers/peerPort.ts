import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { ListedIdentity } from '../../core/identities/listedIdentity.ts';
import type { ToolAnswer } from './toolCall.ts';

/** What became of a message. */
export type PutMessage =
  /** It is safe, and is told as soon as somebody who owns the peer brings it. */
  | { readonly result: 'put'; readonly messageId: string }
  | { readonly result: 'full'; readonly detail: string }
  /** So many were brought from peers since anybody else has said something. */
  | { readonly result: 'endless'; readonly count: number };

/** The peers of one named agent, as a call of it sees them. */
export interface PeerPort {
  /** Who calls. */
  readonly self: AgentIdentity;
  /** Those to whom an edge leads at this moment. @throws Error when that cannot be read */
  peers(): Promise<readonly ListedIdentity[]>;
  /** Leaves a message in the inbox of a peer. @throws Error when it cannot be written */
  put(peer: AgentIdentity, text: string): Promise<PutMessage>;
}

export interface PeerCall {
  readonly peers: PeerPort;
  /** Untrusted. */
  readonly input: unknown;
}

/** One thing that a named agent can ask for. @throws RegistryError with a sentence that says what to do */
export type AnswerPeerTool = (call: PeerCall) => Promise<ToolAnswer>;
