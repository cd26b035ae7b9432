import type { AgentIdentity } from './agentIdentity.ts';
import type { DurableAgentSpec } from './durableAgentSpec.ts';
import { IdentityError } from './identityError.ts';

/** Each identity is in a roster once. @throws IdentityError `duplicate-identity` */
export function validateRosterUniqueness(specs: readonly DurableAgentSpec[]): void {
  const seen = new Set<AgentIdentity>();
  for (const { identity } of specs) {
    if (seen.has(identity)) throw new IdentityError({ code: 'duplicate-identity', identity });
    seen.add(identity);
  }
}
