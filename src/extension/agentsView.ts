import * as vscode from 'vscode';
import { toDisposable } from '../base/lifecycle.ts';
import { runAndSubscribe } from '../base/event.ts';
import type { RowCache } from '../presentation/agentRow.ts';
import {
  buildAgentsTree,
  renewedRows,
  type AgentsTreeOptions,
  type TreeModel,
} from '../presentation/agentsTree.ts';
import { changesHeldFiles, heldBySession, type HeldBySession } from '../presentation/heldFiles.ts';
import type { LockRowCache } from '../presentation/lockRow.ts';
import { registryStatus } from '../presentation/registryStatus.ts';
import type { TreeRow } from '../presentation/treeRow.ts';
import type { AgentActivities, AgentActivitiesChange } from './agentActivities.ts';
import type { DiscoveredAgents } from './discovered.ts';
import { viewIds } from './ids.ts';
import type { LockSet } from './lockSet.ts';
import { isMereBeat, type RegistrySet } from './registrySet.ts';
import { RowTree } from './rowTree.ts';
import { readSettings } from './settings.ts';

/** How often ages are told anew; only rows whose text changes are repainted. */
const ageIntervalMs = 30_000;

/** What agents do is shown this much later, all of it at once: some do ten things a second. */
const activityDelayMs = 100;
/** For more agents than this the whole tree is built anew. */
const maxSingleRows = 200;

/** The view Agents. */
export class AgentsView extends RowTree<TreeModel> {
  private readonly cache: RowCache = new WeakMap();
  private readonly lockCache: LockRowCache = new WeakMap();
  private pending: AgentActivitiesChange[] = [];
  private pendingTimer: NodeJS.Timeout | undefined;
  private discovered: Pick<DiscoveredAgents, 'in'> | undefined;

  constructor(
    private readonly registries: RegistrySet,
    private readonly locks: Pick<LockSet, 'onDidChange' | 'get'>,
    private readonly activities?: Pick<AgentActivities, 'of' | 'unhostedNowIn' | 'onDidChange'>,
  ) {
    super(viewIds.agents, { roots: [], rows: new Map() });
    this.own.add(
      runAndSubscribe(registries.onDidChange, (event) => {
        if (!isMereBeat(event)) this.update();
      }),
    );
    this.own.add(
      locks.onDidChange(({ change }) => {
        if (change === undefined || changesHeldFiles(change.diff)) this.update();
      }),
    );
    this.own.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('heddle.agents.grouping')) this.update();
      }),
    );
    if (activities) this.own.add(activities.onDidChange((change) => this.hear(change)));
    this.own.add(toDisposable(() => clearTimeout(this.pendingTimer)));
    const timer = setInterval(() => this.update(), ageIntervalMs);
    this.own.add(toDisposable(() => clearInterval(timer)));
  }

  /** From now on also shows agents that are not connected, which are looked for while it is seen. */
  addDiscovered(discovered: Pick<DiscoveredAgents, 'in' | 'setVisible' | 'onDidChange'>): void {
    this.discovered = discovered;
    this.own.add(discovered.onDidChange(() => this.update()));
    this.own.add(this.view.onDidChangeVisibility(({ visible }) => discovered.setVisible(visible)));
    discovered.setVisible(this.view.visible);
  }

  private hear(change: AgentActivitiesChange): void {
    this.pending.push(change);
    this.pendingTimer ??= setTimeout(() => {
      this.pendingTimer = undefined;
      this.showPending();
    }, activityDelayMs);
  }

  /** What agents do and use moves no row: only their own rows are looked at. */
  private showPending(): void {
    const changes = this.pending;
    this.pending = [];
    const named = new Map<string, Set<string>>();
    for (const { root, entryIds } of changes) {
      if (root === undefined || entryIds === undefined) return void this.update();
      const ids = named.get(root) ?? new Set();
      for (const id of entryIds) ids.add(id);
      named.set(root, ids);
    }
    if ([...named.values()].some(({ size }) => size > maxSingleRows)) return void this.update();
    const agents = [...named].flatMap(([root, ids]) =>
      (this.registries.get(root)?.snapshot.agents ?? [])
        .filter(({ entry }) => ids.has(entry.sessionId))
        .map((agent) => ({ root, agent })),
    );
    const renewed = renewedRows(this.model, agents, this.treeOptions(Date.now()));
    if (renewed.size > 0) {
      this.model = { ...this.model, rows: new Map([...this.model.rows, ...renewed]) };
      this.repaint([...renewed.keys()]);
    }
    if (changes.some(({ isDoing }) => isDoing)) this.updateBadge();
  }

  private update(): void {
    const nowMs = Date.now();
    const snapshots = this.registries.roots.map((root) => root.snapshot);
    const { grouping } = readSettings();
    this.show(buildAgentsTree(snapshots, { ...this.treeOptions(nowMs), grouping }));
    this.updateBadge();
  }

  private treeOptions(nowMs: number): Omit<AgentsTreeOptions, 'grouping'> {
    const { activities } = this;
    const held = new Map<string, HeldBySession>();
    return {
      nowMs,
      t: vscode.l10n.t,
      cache: this.cache,
      heldIn: (root) => {
        const known = held.get(root) ?? heldBySession(this.locks.get(root)?.snapshot.holders ?? []);
        held.set(root, known);
        return known;
      },
      lockCache: this.lockCache,
      discoveredIn: (root) => this.discovered?.in(root) ?? [],
      ...(activities && { activityOf: (root, agent) => activities.of(root, agent) }),
    };
  }

  private updateBadge(): void {
    const { activities } = this;
    const { badge } = registryStatus(
      this.registries.roots.map((root) => root.snapshot),
      {
        nowMs: Date.now(),
        t: vscode.l10n.t,
        ...(activities && { nowIn: (root) => activities.unhostedNowIn(root) }),
      },
    );
    this.setBadge(badge);
  }

  protected commandOf(row: TreeRow): vscode.Command {
    const { l10n } = vscode;
    const to = (command: string, title: string): vscode.Command => {
      return { command, title, arguments: [row.id] };
    };
    if (row.contextValue === 'heddle.broken') {
      return to('heddle.agent.openEntryFile', l10n.t('Open Entry File'));
    }
    return row.contextValue.startsWith('heddle.lock')
      ? to('heddle.locks.openFile', l10n.t('Open File'))
      : to('heddle.agent.showDetails', l10n.t('Show Details'));
  }
}
