import type { AgentSnapshot, RegistrySnapshot } from '../core/agents/registrySnapshot.ts';
import type { FindActivity } from './agentActivity.ts';
import { toAgentElement } from './agentElement.ts';
import { agentGroups, type AgentGroup } from './agentGroups.ts';
import { agentRow, type RowCache } from './agentRow.ts';
import { inEnglish, type Translate } from './agentWording.ts';
import { brokenRow } from './brokenRow.ts';
import { discoveredRows, type ShownDiscovery } from './discoveredRows.ts';
import { groupRow } from './groupRow.ts';
import { heldFileRows, type HeldBySession } from './heldFiles.ts';
import type { LockRowCache } from './lockRow.ts';
import { rootDescription, rootRow, rootRowId } from './rootRow.ts';
import { spawnForest } from './spawnForest.ts';
import { isSameRow, type TreeRow } from './treeRow.ts';

/** How the agents are arranged in the view. */
export const groupings = ['chain', 'thread', 'harness', 'flat'] as const;
export type Grouping = (typeof groupings)[number];

export interface AgentsTreeOptions {
  readonly grouping: Grouping;
  readonly nowMs: number;
  readonly t?: Translate | undefined;
  /** Keeps rows between models, so that what did not change is the same object. */
  readonly cache?: RowCache | undefined;
  /** What the agents of a root hold. */
  readonly heldIn?: ((root: string) => HeldBySession) | undefined;
  readonly lockCache?: LockRowCache | undefined;
  /** The agents at work in a root that are not connected. */
  readonly discoveredIn?: ((root: string) => readonly ShownDiscovery[]) | undefined;
  /** What the agents do and use. */
  readonly activityOf?: FindActivity | undefined;
}

/** The whole tree as data. An element is the id of its row, the same after every refresh. */
export interface TreeModel {
  readonly roots: readonly string[];
  readonly rows: ReadonlyMap<string, TreeRow>;
}

/**
 * The rows of some agents anew, in a model whose arrangement is still right: what agents do and use moves
 * no row. Returns those that look different, by id; agents without a row are left out.
 */
export function renewedRows(
  model: TreeModel,
  agents: readonly { readonly root: string; readonly agent: AgentSnapshot }[],
  options: Omit<AgentsTreeOptions, 'grouping'>,
): ReadonlyMap<string, TreeRow> {
  const { nowMs, t = inEnglish, heldIn, activityOf } = options;
  const cache: RowCache = options.cache ?? new WeakMap();
  const renewed = new Map<string, TreeRow>();
  for (const { root, agent } of agents) {
    const { sessionId } = agent.entry;
    const before = model.rows.get(toAgentElement({ root, sessionId }));
    if (before === undefined) continue;
    const { parent, children } = before;
    const row = agentRow(agent, {
      ...{ root, nowMs, t, cache, parent, children },
      heldCount: heldIn?.(root).get(sessionId)?.locks.length ?? 0,
      activity: activityOf?.(root, agent),
    });
    if (!isSameRow(before, row)) renewed.set(row.id, row);
  }
  return renewed;
}

/** Arranges the agents of one or more roots; with several, each root is a row of its own. */
export function buildAgentsTree(
  snapshots: readonly RegistrySnapshot[],
  options: AgentsTreeOptions,
): TreeModel {
  const builder = new TreeBuilder(options);
  const [only] = snapshots;
  if (only !== undefined && snapshots.length === 1) return builder.finish(builder.addRoot(only));
  return builder.finish(snapshots.map((snapshot) => builder.addRootFolder(snapshot)));
}

class TreeBuilder {
  private readonly rows = new Map<string, TreeRow>();
  private readonly t: Translate;
  private readonly cache: RowCache;
  private readonly lockCache: LockRowCache;
  private readonly heldByRoot = new Map<string, HeldBySession>();

  constructor(private readonly options: AgentsTreeOptions) {
    this.t = options.t ?? inEnglish;
    this.cache = options.cache ?? new WeakMap();
    this.lockCache = options.lockCache ?? new WeakMap();
  }

  finish(roots: readonly string[]): TreeModel {
    return { roots, rows: this.rows };
  }

  /** Adds everything of one root and returns its top rows. */
  addRoot(snapshot: RegistrySnapshot, parent?: string): readonly string[] {
    const active = snapshot.agents.filter(({ entry }) => entry.status === 'active');
    const finished = snapshot.agents.filter(({ entry }) => entry.status !== 'active');
    return [
      ...this.addActive(snapshot, active, parent),
      ...this.addDiscovered(snapshot.root, parent),
      ...this.addFinished(snapshot, finished, parent),
      ...this.addBroken(snapshot, parent),
    ];
  }

  /** A root as a row of its own, for workspaces with several. */
  addRootFolder(snapshot: RegistrySnapshot): string {
    const { root } = snapshot;
    const description = rootDescription(snapshot, this.t);
    const children = this.addRoot(snapshot, rootRowId(root));
    return this.add(rootRow(root, { description, children }));
  }

  private addActive(
    snapshot: RegistrySnapshot,
    active: readonly AgentSnapshot[],
    parent: string | undefined,
  ): readonly string[] {
    const { grouping } = this.options;
    switch (grouping) {
      case 'chain':
        return this.addChains(snapshot, active, parent);
      case 'thread':
      case 'harness':
        return agentGroups(active, { by: grouping, t: this.t }).map((group) =>
          this.addGroup(snapshot, group, parent),
        );
      case 'flat':
        return active.map((agent) => this.addAgent(snapshot, agent, { parent, children: [] }));
    }
  }

  /** Children under who spawned them; whose parent is finished or gone stands at the top. */
  private addChains(
    snapshot: RegistrySnapshot,
    active: readonly AgentSnapshot[],
    parent: string | undefined,
  ): readonly string[] {
    const forest = spawnForest(active);
    const addWithChildren = (agent: AgentSnapshot, above: string | undefined): string => {
      const id = toAgentElement({ root: snapshot.root, sessionId: agent.entry.sessionId });
      const spawned = forest.childrenOf.get(agent.entry.sessionId) ?? [];
      const children = spawned.map((child) => addWithChildren(child, id));
      return this.addAgent(snapshot, agent, { parent: above, children });
    };
    return forest.roots.map((agent) => addWithChildren(agent, parent));
  }

  private addGroup(
    snapshot: RegistrySnapshot,
    { key, label, icon, agents }: AgentGroup,
    parent: string | undefined,
  ): string {
    const id = `group:${this.options.grouping}:${key}@${snapshot.root}`;
    const children = agents.map((agent) =>
      this.addAgent(snapshot, agent, { parent: id, children: [] }),
    );
    return this.add(
      groupRow({ id, parent, children, icon, isExpanded: true, label, tooltip: label }),
    );
  }

  private addDiscovered(root: string, parent: string | undefined): readonly string[] {
    const discovered = this.options.discoveredIn?.(root) ?? [];
    const rows = discoveredRows(discovered, { root, parent, t: this.t });
    for (const row of rows) this.add(row);
    // The first is the group, the others are below it.
    return rows.slice(0, 1).map(({ id }) => id);
  }

  private addFinished(
    snapshot: RegistrySnapshot,
    finished: readonly AgentSnapshot[],
    parent: string | undefined,
  ): readonly string[] {
    if (finished.length === 0) return [];
    const id = `finished:@${snapshot.root}`;
    const children = finished.map((agent) =>
      this.addAgent(snapshot, agent, { parent: id, children: [] }),
    );
    return [
      this.add(
        groupRow({
          ...{ id, parent, children, icon: 'archive', isExpanded: false },
          label: this.t('Finished'),
          tooltip: this.t('Finished entries are removed after 7 days.'),
        }),
      ),
    ];
  }

  private addBroken(snapshot: RegistrySnapshot, parent: string | undefined): readonly string[] {
    if (snapshot.broken.length === 0) return [];
    const id = `unreadable:@${snapshot.root}`;
    const children = snapshot.broken.map((record) =>
      this.add(brokenRow(record, { root: snapshot.root, parent: id, t: this.t })),
    );
    return [
      this.add(
        groupRow({
          ...{ id, parent, children, icon: 'warning', isExpanded: false },
          color: 'list.warningForeground',
          label: this.t('Unreadable'),
          tooltip: this.t('These files are not valid agent entries. They are left as they are.'),
        }),
      ),
    ];
  }

  private addAgent(
    snapshot: RegistrySnapshot,
    agent: AgentSnapshot,
    place: { readonly parent: string | undefined; readonly children: readonly string[] },
  ): string {
    const { nowMs } = this.options;
    const { root } = snapshot;
    const { sessionId } = agent.entry;
    const holder = this.heldIn(root).get(sessionId);
    const parent = toAgentElement({ root, sessionId });
    const options = { root, sessionId, parent, t: this.t, cache: this.lockCache };
    const held = heldFileRows(holder, options);
    for (const row of held.rows) this.add(row);
    return this.add(
      agentRow(agent, {
        ...{ root, nowMs, t: this.t, cache: this.cache, parent: place.parent },
        children: [...held.top, ...place.children],
        heldCount: holder?.locks.length ?? 0,
        activity: this.options.activityOf?.(root, agent),
      }),
    );
  }

  private heldIn(root: string): HeldBySession {
    const known = this.heldByRoot.get(root);
    if (known) return known;
    const held = this.options.heldIn?.(root) ?? new Map<string, never>();
    this.heldByRoot.set(root, held);
    return held;
  }

  private add(row: TreeRow): string {
    this.rows.set(row.id, row);
    return row.id;
  }
}
