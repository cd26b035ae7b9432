import * as vscode from 'vscode';
import { DisposableStore, toDisposable, type Disposable } from '../base/lifecycle.ts';
import { runAndSubscribe } from '../base/event.ts';
import type { RowCache } from '../presentation/agentRow.ts';
import { buildAgentsTree, type TreeModel } from '../presentation/agentsTree.ts';
import { changesHeldFiles, heldBySession } from '../presentation/heldFiles.ts';
import type { LockRowCache } from '../presentation/lockRow.ts';
import { registryStatus } from '../presentation/registryStatus.ts';
import { diffRows, type TreeRow } from '../presentation/treeRow.ts';
import { viewIds } from './ids.ts';
import { markdownTooltip } from './markdownTooltip.ts';
import type { LockSet } from './lockSet.ts';
import { isMereBeat, type RegistrySet } from './registrySet.ts';
import { readSettings } from './settings.ts';
import { toTreeItem } from './treeItem.ts';

/** How often ages are told anew; only rows whose text changes are repainted. */
const ageIntervalMs = 30_000;

/**
 * The view Agents. An element is the id of its row, so selection, expansion and scrolling survive
 * every refresh; a refresh repaints only the rows that look different.
 */
export class AgentsView implements vscode.TreeDataProvider<string>, Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChangeTreeData = new vscode.EventEmitter<string[] | undefined>();
  readonly onDidChangeTreeData = this._onDidChangeTreeData.event;
  private readonly view: vscode.TreeView<string>;
  private readonly cache: RowCache = new WeakMap();
  private readonly lockCache: LockRowCache = new WeakMap();
  private model: TreeModel = { roots: [], rows: new Map() };

  constructor(
    private readonly registries: RegistrySet,
    private readonly locks: Pick<LockSet, 'onDidChange' | 'get'>,
  ) {
    this.view = this.own.add(
      vscode.window.createTreeView(viewIds.agents, {
        treeDataProvider: this,
        showCollapseAll: true,
        canSelectMany: true,
      }),
    );
    this.own.add(this._onDidChangeTreeData);
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
    const timer = setInterval(() => this.update(), ageIntervalMs);
    this.own.add(toDisposable(() => clearInterval(timer)));
  }

  getTreeItem(element: string): vscode.TreeItem {
    const row = this.model.rows.get(element);
    if (row === undefined) return new vscode.TreeItem('');
    const item = toTreeItem(row);
    const command = commandOf(row);
    return command ? Object.assign(item, { command }) : item;
  }

  getChildren(element?: string): string[] {
    if (element === undefined) return [...this.model.roots];
    return [...(this.model.rows.get(element)?.children ?? [])];
  }

  getParent(element: string): string | undefined {
    return this.model.rows.get(element)?.parent;
  }

  /** Filled in only when a tooltip is really asked for. */
  resolveTreeItem(item: vscode.TreeItem, element: string): vscode.TreeItem {
    const row = this.model.rows.get(element);
    if (row) item.tooltip = markdownTooltip(row.tooltip);
    return item;
  }

  /** Shows and selects a row; nothing when it is not in the view. */
  async reveal(element: string): Promise<void> {
    if (!this.model.rows.has(element)) return;
    await this.view.reveal(element, { select: true, focus: true, expand: true });
  }

  dispose(): void {
    this.own.dispose();
  }

  private update(): void {
    const nowMs = Date.now();
    const snapshots = this.registries.roots.map((root) => root.snapshot);
    const before = this.model;
    this.model = buildAgentsTree(snapshots, {
      grouping: readSettings().grouping,
      nowMs,
      t: vscode.l10n.t,
      cache: this.cache,
      heldIn: (root) => heldBySession(this.locks.get(root)?.snapshot.holders ?? []),
      lockCache: this.lockCache,
    });
    const change = diffRows(before, this.model);
    if (change.kind === 'all') this._onDidChangeTreeData.fire(undefined);
    if (change.kind === 'rows') this._onDidChangeTreeData.fire([...change.ids]);

    const { deadReservations, accessibleText } = registryStatus(snapshots, {
      nowMs,
      t: vscode.l10n.t,
    });
    const value = deadReservations.length;
    if (this.view.badge?.value !== value) {
      this.view.badge = value === 0 ? undefined : { value, tooltip: accessibleText };
    }
  }
}

/** What a click on a row does. */
function commandOf(row: TreeRow): vscode.Command | undefined {
  if (!row.hasDetails) return undefined;
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
