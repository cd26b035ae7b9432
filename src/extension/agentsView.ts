import * as vscode from 'vscode';
import { DisposableStore, toDisposable, type Disposable } from '../base/lifecycle.ts';
import { runAndSubscribe } from '../base/event.ts';
import type { RowCache } from '../presentation/agentRow.ts';
import { buildAgentsTree, type TreeModel } from '../presentation/agentsTree.ts';
import { registryStatus } from '../presentation/registryStatus.ts';
import { diffRows, type TreeRow } from '../presentation/treeRow.ts';
import { viewIds } from './ids.ts';
import { markdownTooltip } from './markdownTooltip.ts';
import { isMereBeat, type RegistrySet } from './registrySet.ts';
import { readSettings } from './settings.ts';

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
  private model: TreeModel = { roots: [], rows: new Map() };

  constructor(private readonly registries: RegistrySet) {
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
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('heddle.agents.grouping')) this.update();
      }),
    );
    const timer = setInterval(() => this.update(), ageIntervalMs);
    this.own.add(toDisposable(() => clearInterval(timer)));
  }

  getTreeItem(element: string): vscode.TreeItem {
    const row = this.model.rows.get(element);
    return row === undefined ? new vscode.TreeItem('') : toTreeItem(row);
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

function toTreeItem(row: TreeRow): vscode.TreeItem {
  const item = new vscode.TreeItem(row.label, collapsibleState(row));
  // VS Code keeps a leaf collapsed when it gets its first child; as a parent it is another item.
  item.id = row.children.length === 0 ? row.id : `${row.id}#parent`;
  item.description = row.description;
  item.iconPath = new vscode.ThemeIcon(
    row.icon,
    row.color === undefined ? undefined : new vscode.ThemeColor(row.color),
  );
  item.contextValue = row.contextValue;
  item.accessibilityInformation = {
    label: row.accessibleText ?? `${row.label}, ${row.description}`,
  };
  if (row.hasDetails) {
    const isBroken = row.contextValue === 'heddle.broken';
    item.command = {
      command: isBroken ? 'heddle.agent.openEntryFile' : 'heddle.agent.showDetails',
      title: isBroken ? vscode.l10n.t('Open Entry File') : vscode.l10n.t('Show Details'),
      arguments: [row.id],
    };
  }
  return item;
}

function collapsibleState(row: TreeRow): vscode.TreeItemCollapsibleState {
  if (row.children.length === 0) return vscode.TreeItemCollapsibleState.None;
  return row.isExpanded
    ? vscode.TreeItemCollapsibleState.Expanded
    : vscode.TreeItemCollapsibleState.Collapsed;
}
