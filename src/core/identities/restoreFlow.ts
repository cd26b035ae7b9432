import { draftOf } from './agentCustomizer.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import { computeEdges } from './buildDraft.ts';
import type { ContinuityRecord, ContinuityResolveState } from './continuityRecord.ts';
import type { DurableAgentSpec } from './durableAgentSpec.ts';
import type { EndTurn } from './keyedTurns.ts';
import type { ManagedPeerEdge } from './managedPeerEdge.ts';
import { prepareRestore } from './prepareRestore.ts';
import { noAnswer, restoreOne } from './restoreOne.ts';
import type { RestoreFlowResult, RestoreOutcome } from './restoreOutcome.ts';
import { validateRosterUniqueness } from './rosterUniqueness.ts';
import type { BuildSources, RuntimeCore } from './runtimeCore.ts';

/** How a roster is restored. */
export interface RestoreOptions extends BuildSources {
  /** `none` only registers: one look into the store, no lease, no agent. `all` by default. */
  readonly embody?: 'all' | 'none' | undefined;
  /** Told each outcome as soon as it is known, so that progress can be shown. */
  readonly onOutcome?: (identity: AgentIdentity, outcome: RestoreOutcome) => void;
}

/**
 * Brings a roster back. What goes wrong with one identity is its outcome; the others go on.
 * @throws IdentityError `duplicate-identity`, `internal` for topology, `lease`, `store`: nothing has
 * happened then
 */
export async function restoreFlow(
  core: RuntimeCore,
  roster: readonly DurableAgentSpec[],
  options: RestoreOptions,
): Promise<RestoreFlowResult> {
  validateRosterUniqueness(roster);
  const { topology, customizer } = options;
  core.build = { topology, customizer };
  const identities = roster.map(({ identity }) => identity);
  const turns = await core.turns.takeAll(identities);
  try {
    const edges = await computeEdges(core, identities, roster);
    const work = options.embody === 'none' ? registerAll : embodyAll;
    const outcomes = await work(core, { roster, identities, edges, turns, options });
    return { outcomes, managedEdges: edges };
  } finally {
    for (const end of turns.values()) end();
  }
}

interface Flow {
  readonly roster: readonly DurableAgentSpec[];
  readonly identities: readonly AgentIdentity[];
  readonly edges: readonly ManagedPeerEdge[];
  readonly turns: ReadonlyMap<AgentIdentity, EndTurn>;
  readonly options: RestoreOptions;
}

type Outcomes = ReadonlyMap<AgentIdentity, RestoreOutcome>;

async function registerAll(
  core: RuntimeCore,
  { roster, identities, options }: Flow,
): Promise<Outcomes> {
  const stored = await core.store.resolveMany(identities);
  const outcomes = new Map<AgentIdentity, RestoreOutcome>();
  for (const spec of roster) {
    const { identity } = spec;
    const outcome = registerOne(core, spec, stored.get(identity) ?? noAnswer(identity));
    outcomes.set(identity, outcome);
    options.onOutcome?.(identity, outcome);
  }
  return outcomes;
}

/** What is active stays so, with its new spec. */
function registerOne(
  core: RuntimeCore,
  spec: DurableAgentSpec,
  stored: ContinuityResolveState,
): RestoreOutcome {
  const { book } = core;
  const entry = book.ensure(spec);
  const draft = draftOf(spec);
  if (entry.record !== undefined && (entry.state === 'active' || entry.state === 'retiring')) {
    return { outcome: 'resumed', record: entry.record, draft };
  }
  const record = dormantRecord(stored);
  if (stored.state === 'broken' && record === undefined) {
    const { failure } = stored;
    entry.adopt(failure.record);
    book.changeState(entry, 'broken', { failure });
    return { outcome: 'broken', failure };
  }
  entry.adopt(record);
  book.changeState(entry, 'dormant');
  return { outcome: 'dormant', ...(record && { record }), draft };
}

/** A missing snapshot says nothing as long as nothing is to be resumed. */
function dormantRecord(stored: ContinuityResolveState): ContinuityRecord | undefined {
  if (stored.state === 'ready') return stored.record;
  if (stored.state !== 'broken' || stored.failure.kind !== 'snapshot_missing') return undefined;
  return stored.failure.record;
}

async function embodyAll(core: RuntimeCore, flow: Flow): Promise<Outcomes> {
  const { roster, identities, edges, turns, options } = flow;
  const prepared = await prepareRestore(core, roster);
  const outcomes = new Map<AgentIdentity, RestoreOutcome>();
  for (const [index, spec] of roster.entries()) {
    const facts = prepared[index];
    if (facts === undefined) continue;
    const { identity } = spec;
    const context = { identity, activePeers: identities, managedEdges: edges };
    const outcome = await restoreOne(core, facts, context);
    outcomes.set(identity, outcome);
    turns.get(identity)?.();
    options.onOutcome?.(identity, outcome);
  }
  return outcomes;
}
