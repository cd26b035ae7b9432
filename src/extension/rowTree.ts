import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { diffRows, type TreeRow, type TreeRows } from '../presentation/treeRow.ts';
import { markdownTooltip } from './markdownTooltip.ts';
import { toTreeItem } from './treeItem.ts';

/**
 * A view of rows. An element is the id of its row, so selection, expansion and scrolling survive every
 * refresh; a refresh repaints only the rows that look different.
 */
export abstract class RowTree<Model extends TreeRows>
  implements vscode.TreeDataProvider<string>, Disposable
{
  protected readonly own = new DisposableStore();
  protected readonly view: vscode.TreeView<string>;
  private readonly _onDidChangeTreeData = new vscode.EventEmitter<string[] | undefined>();
  readonly onDidChangeTreeData = this._onDidChangeTreeData.event;

  protected constructor(
    viewId: string,
    /** The rows that the editor was told of last. */
    protected model: Model,
  ) {
    this.view = this.own.add(
      vscode.window.createTreeView(viewId, {
        treeDataProvider: this,
        showCollapseAll: true,
        canSelectMany: true,
      }),
    );
    this.own.add(this._onDidChangeTreeData);
  }

  getTreeItem(element: string): vscode.TreeItem {
    const row = this.model.rows.get(element);
    if (row === undefined) return new vscode.TreeItem('');
    const item = toTreeItem(row);
    const command = row.hasDetails ? this.commandOf(row) : undefined;
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

  /** What a click on a row does. */
  protected abstract commandOf(row: TreeRow): vscode.Command | undefined;

  protected show(next: Model): void {
    const change = diffRows(this.model, next);
    this.model = next;
    if (change.kind === 'all') this._onDidChangeTreeData.fire(undefined);
    if (change.kind === 'rows') this.repaint(change.ids);
  }

  protected repaint(ids: readonly string[]): void {
    this._onDidChangeTreeData.fire([...ids]);
  }

  protected setBadge(badge: { readonly value: number; readonly text: string } | undefined): void {
    const shown = this.view.badge;
    if (shown?.value === badge?.value && shown?.tooltip === badge?.text) return;
    this.view.badge = badge && { value: badge.value, tooltip: badge.text };
  }
}
