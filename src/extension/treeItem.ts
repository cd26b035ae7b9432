import * as vscode from 'vscode';
import type { TreeRow } from '../presentation/treeRow.ts';

/** The editor's item for a row, without its tooltip and command. */
export function toTreeItem(row: TreeRow): vscode.TreeItem {
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
  return item;
}

function collapsibleState(row: TreeRow): vscode.TreeItemCollapsibleState {
  if (row.children.length === 0) return vscode.TreeItemCollapsibleState.None;
  return row.isExpanded
    ? vscode.TreeItemCollapsibleState.Expanded
    : vscode.TreeItemCollapsibleState.Collapsed;
}
