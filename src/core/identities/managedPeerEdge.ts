import type { AgentIdentity } from './agentIdentity.ts';

/** Two identities that may message each other, in the order of their names. */
export interface ManagedPeerEdge {
  readonly a: AgentIdentity;
  readonly b: AgentIdentity;
}

/** An identity cannot be its own peer. */
export class SelfEdge extends Error {
  override readonly name = 'SelfEdge';

  constructor(readonly identity: AgentIdentity) {
    super(`${identity} cannot be its own peer.`);
  }
}

/** The edge between two identities, whichever is named first. @throws SelfEdge */
export function peerEdge(one: AgentIdentity, other: AgentIdentity): ManagedPeerEdge {
  if (one === other) throw new SelfEdge(one);
  return one < other ? { a: one, b: other } : { a: other, b: one };
}

/** Equal for equal edges only. */
export function peerEdgeKey(edge: ManagedPeerEdge): string {
  return `${edge.a}/${edge.b}`;
}
