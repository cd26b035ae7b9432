import * as vscode from 'vscode';
import { DisposableStore, toDisposable, type Disposable } from '../../base/lifecycle.ts';
import { identitiesBadge } from '../../presentation/identities/rows/identitiesBadge.ts';
import { buildIdentitiesTree } from '../../presentation/identities/rows/identitiesTree.ts';
import { parseIdentityFileElement } from '../../presentation/identities/rows/identityElement.ts';
import { abilitiesOf } from '../../presentation/identities/rows/placedIdentity.ts';
import { diffRows, type TreeRow, type TreeRows } from '../../presentation/treeRow.ts';
import type { ContextKeys } from '../contextKeys.ts';
import { markdownTooltip } from '../markdownTooltip.ts';
import { toTreeItem } from '../treeItem.ts';
import { identitiesViewId, identityContextKeys, type IdentityCommandId } from './identityIds.ts';
import type { IdentityListSet } from './identityListSet.ts';

export interface IdentitiesViewOptions {
  readonly nameOf: (agent: string) => string;
  readonly keys: Pick<ContextKeys, 'set'>;
}

/** Changes in between are painted together. */
const minPaintIntervalMs = 250;

/**
 * The view Identities. An element is the id of its row, so selection and scrolling survive every refresh.
 * While nobody sees the view only its badge is kept up to date.
 */
export class IdentitiesView implements vscode.TreeDataProvider<string>, Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChangeTreeData = new vscode.EventEmitter<string[] | undefined>();
  readonly onDidChangeTreeData = this._onDidChangeTreeData.event;
  private readonly view: vscode.TreeView<string>;
  private model: TreeRows = { roots: [], rows: new Map() };
  private isStale = true;
  private paintedMs = 0;
  private paintTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly lists: Pick<
      IdentityListSet,
      'places' | 'identities' | 'problems' | 'onDidChange'
    >,
    private readonly options: IdentitiesViewOptions,
  ) {
    this.view = this.own.add(
      vscode.window.createTreeView(identitiesViewId, {
        treeDataProvider: this,
        showCollapseAll: true,
        canSelectMany: true,
      }),
    );
    this.own.add(this._onDidChangeTreeData);
    this.own.add(lists.onDidChange(() => this.request()));
    this.own.add(this.view.onDidChangeVisibility(() => this.request()));
    this.own.add(toDisposable(() => clearTimeout(this.paintTimer)));
    this.request();
  }

  getTreeItem(element: string): vscode.TreeItem {
    const row = this.model.rows.get(element);
    if (row === undefined) return new vscode.TreeItem('');
    const item = toTreeItem(row);
    if (row.hasDetails) item.command = openCommand(row);
    return item;
  }

  getChildren(element?: string): string[] {
    if (element !== undefined) return [...(this.model.rows.get(element)?.children ?? [])];
    if (this.isStale) this.rebuild();
    return [...this.model.roots];
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

  dispose(): void {
    this.own.dispose();
  }

  /** Paints soon, and at once when nothing was painted lately. */
  private request(): void {
    this.updateKeys();
    this.isStale = true;
    if (!this.view.visible || this.paintTimer !== undefined) return;
    const delayMs = Math.max(0, this.paintedMs + minPaintIntervalMs - Date.now());
    this.paintTimer = setTimeout(() => this.paint(), delayMs);
  }

  private paint(): void {
    this.paintTimer = undefined;
    const before = this.model;
    this.rebuild();
    this.paintedMs = Date.now();
    const change = diffRows(before, this.model);
    if (change.kind === 'all') this._onDidChangeTreeData.fire(undefined);
    if (change.kind === 'rows') this._onDidChangeTreeData.fire([...change.ids]);
  }

  private rebuild(): void {
    this.isStale = false;
    const { identities, problems, places } = this.lists;
    this.model = buildIdentitiesTree(identities, {
      ...{ t: vscode.l10n.t, nameOf: this.options.nameOf, problems },
      worktrees: places.map(({ worktree }) => worktree),
    });
  }

  private updateKeys(): void {
    const { identities, problems, places } = this.lists;
    const { keys } = this.options;
    const hasAny = identities.length + problems.length > 0;
    const isKnown = places.every((each) => each.isKnown);
    const state = hasAny ? 'ready' : isKnown ? 'empty' : 'loading';
    keys.set(identityContextKeys.identitiesState, places.length === 0 ? 'none' : state);
    const canStart = identities.some((each) => abilitiesOf(each).start);
    keys.set(identityContextKeys.hasStartableIdentities, canStart);
    const owns = identities.some(({ listed }) => listed.lease?.isOurs === true);
    keys.set(identityContextKeys.ownsIdentities, owns);
    const badge = identitiesBadge(identities, problems, vscode.l10n.t);
    const shown = this.view.badge;
    if (shown?.value === badge?.value && shown?.tooltip === badge?.text) return;
    this.view.badge = badge && { value: badge.value, tooltip: badge.text };
  }
}

/** What a click on a row does. */
function openCommand({ id }: TreeRow): vscode.Command {
  const { t } = vscode.l10n;
  const [page, file] = ['heddle.identity.showPage', 'heddle.identity.openSpec'] as const;
  return parseIdentityFileElement(id) === undefined
    ? { command: page satisfies IdentityCommandId, title: t('Show Page'), arguments: [id] }
    : { command: file satisfies IdentityCommandId, title: t('Open File'), arguments: [id] };
}
