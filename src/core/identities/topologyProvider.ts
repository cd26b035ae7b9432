import type { AgentIdentity } from './agentIdentity.ts';
import type { DurableAgentSpec } from './durableAgentSpec.ts';
import type { ManagedPeerEdge } from './managedPeerEdge.ts';

/** Why there is no topology. */
export class TopologyError extends Error {
  override readonly name = 'TopologyError';

  constructor(
    readonly code: 'invalid-edge' | 'provider-unavailable',
    detail: string,
    options?: { readonly cause?: unknown },
  ) {
    super(detail, options);
  }
}

/** The port that says who may message whom. Asked anew each time; never kept. */
export interface TopologyProvider {
  /** The edges among `targets`, which is everything that will be active. @throws TopologyError */
  computeEdges(
    targets: readonly AgentIdentity[],
    roster: readonly DurableAgentSpec[],
  ): Promise<readonly ManagedPeerEdge[]>;
}
