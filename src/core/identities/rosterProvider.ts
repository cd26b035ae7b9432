import type { AgentIdentity } from './agentIdentity.ts';
import type { DurableAgentSpec } from './durableAgentSpec.ts';

/** Why there is no roster. */
export class RosterError extends Error {
  override readonly name = 'RosterError';

  constructor(
    readonly code: 'provider-unavailable' | 'io',
    detail: string,
    options?: { readonly cause?: unknown },
  ) {
    super(detail, options);
  }
}

/** The port that says which agents there should be. */
export interface RosterProvider {
  /** The specs, each identity once. @throws RosterError */
  roster(previous: readonly AgentIdentity[]): Promise<readonly DurableAgentSpec[]>;
}
