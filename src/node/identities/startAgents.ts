import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { IdentityRuntime } from '../../core/identities/identityRuntime.ts';
import type { RosterProvider } from '../../core/identities/rosterProvider.ts';
import type { TopologyProvider } from '../../core/identities/topologyProvider.ts';
import { startOutcomeOf, type StartOutcome } from './startOutcome.ts';

export interface StartAgentsOptions {
  readonly runtime: IdentityRuntime;
  readonly specs: RosterProvider & TopologyProvider;
  /** Told of each as soon as it is known. */
  readonly onOutcome: (outcome: StartOutcome) => void;
}

/**
 * Starts agents, or goes on with them; `all` for everybody who is described. What goes wrong with one is
 * its outcome. @throws RosterError, IdentityError when nothing happened
 */
export async function startAgents(
  identities: readonly AgentIdentity[] | 'all',
  { runtime, specs, onOutcome }: StartAgentsOptions,
): Promise<readonly StartOutcome[]> {
  const roster = await specs.roster([]);
  const described = new Set(roster.map(({ identity }) => identity));
  const wanted = identities === 'all' ? described : new Set(identities);
  if (roster.some(({ identity }) => !runtime.contains(identity))) {
    await runtime.restoreFlow(roster, { embody: 'none', topology: specs });
  }
  const results = new Map<AgentIdentity, StartOutcome>();
  const take = (outcome: StartOutcome): void => {
    results.set(outcome.identity, outcome);
    onOutcome(outcome);
  };
  for (const identity of wanted) if (!described.has(identity)) take({ identity, kind: 'unknown' });
  // Those that are active stay connected with the others.
  const restored = roster.filter(
    ({ identity }) => wanted.has(identity) || runtime.isActive(identity),
  );
  await runtime.restoreFlow(restored, {
    topology: specs,
    onOutcome: (identity, outcome) => {
      if (wanted.has(identity)) take(startOutcomeOf(identity, outcome));
    },
  });
  return [...wanted].flatMap((identity) => results.get(identity) ?? []);
}
