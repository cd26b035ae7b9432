import * as vscode from 'vscode';
import { DisposableStore, toDisposable, type Disposable } from '../../base/lifecycle.ts';
import { groupOf } from '../../presentation/sessions/rows/listedSession.ts';
import { sessionsBadge } from '../../presentation/sessions/rows/sessionsBadge.ts';
import {
  buildSessionsTree,
  endedGroupIds,
  groupOfMoreRow,
  rowsPerPage,
  type EndedGroupId,
} from '../../presentation/sessions/rows/sessionsTree.ts';
import { diffRows, type TreeRow, type TreeRows } from '../../presentation/treeRow.ts';
import { rootName } from '../commands/rootName.ts';
import type { ContextKeys } from '../contextKeys.ts';
import { markdownTooltip } from '../markdownTooltip.ts';
import { toTreeItem } from '../treeItem.ts';
import { sessionContextKeys, sessionsViewId, type SessionCommandId } from './sessionIds.ts';
import type { SessionListSet } from './sessionListSet.ts';

export interface SessionsViewOptions {
  readonly nameOf: (agent: string) => string;
  readonly keys: Pick<ContextKeys, 'set'>;
}

/** Changes in between are painted together. */
const minPaintIntervalMs = 250;
/** How often times are told anew; only rows whose text changes are repainted. */
const timeIntervalMs = 30_000;

/**
 * The view Sessions. An element is the id of its row, so selection, expansion and scrolling survive every
 * refresh. While nobody sees the view only its badge is kept up to date.
 */
export class SessionsView implements vscode.TreeDataProvider<string>, Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChangeTreeData = new vscode.EventEmitter<string[] | undefined>();
  readonly onDidChangeTreeData = this._onDidChangeTreeData.event;
  private readonly view: vscode.TreeView<string>;
  private model: TreeRows = { roots: [], rows: new Map() };
  /** How many of what has ended are shown. */
  private shown: Readonly<Partial<Record<EndedGroupId, number>>> = {};
  private isStale = true;
  private paintedMs = 0;
  private paintTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly lists: Pick<SessionListSet, 'roots' | 'sessions' | 'onDidChange'>,
    private readonly options: SessionsViewOptions,
  ) {
    this.view = this.own.add(
      vscode.window.createTreeView(sessionsViewId, {
        treeDataProvider: this,
        showCollapseAll: true,
        canSelectMany: true,
      }),
    );
    this.own.add(this._onDidChangeTreeData);
    this.own.add(lists.onDidChange(() => this.request()));
    this.own.add(this.view.onDidChangeVisibility(() => this.request()));
    const timer = setInterval(() => this.request(), timeIntervalMs);
    this.own.add(toDisposable(() => clearInterval(timer)));
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

  /** Shows one more page of a group of sessions that have ended. */
  showMore(group: EndedGroupId): void {
    this.shown = { ...this.shown, [group]: (this.shown[group] ?? rowsPerPage) + rowsPerPage };
    this.request();
  }

  dispose(): void {
    this.own.dispose();
  }

  /** Paints soon, and at once when nothing was painted lately. */
  private request(): void {
    this.updateBadge();
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
    this.model = buildSessionsTree(this.lists.sessions, {
      nowMs: Date.now(),
      t: vscode.l10n.t,
      nameOf: this.options.nameOf,
      rootNameOf: rootName,
      shown: this.shown,
      unreadable: this.lists.roots.flatMap(({ root, broken }) =>
        broken.map((each) => ({ root: root.location.root, ...each })),
      ),
    });
  }

  private updateBadge(): void {
    const { sessions, roots } = this.lists;
    const { keys } = this.options;
    const groups = new Set(sessions.map(groupOf));
    const hasAny = sessions.length > 0 || roots.some(({ broken }) => broken.length > 0);
    const isKnown = roots.every((each) => each.isKnown);
    const state = hasAny ? 'ready' : isKnown ? 'empty' : 'loading';
    keys.set(sessionContextKeys.sessionsState, roots.length === 0 ? 'none' : state);
    keys.set(sessionContextKeys.hasOpenSessions, groups.has('running') || groups.has('needs-you'));
    keys.set(sessionContextKeys.hasEndedSessions, groups.has('ended'));
    keys.set(sessionContextKeys.hasQuestions, groups.has('needs-you'));
    const badge = sessionsBadge(sessions, vscode.l10n.t);
    const shown = this.view.badge;
    if (shown?.value === badge?.value && shown?.tooltip === badge?.text) return;
    this.view.badge = badge && { value: badge.value, tooltip: badge.text };
  }
}

/** What a click on a row does. */
function openCommand({ id }: TreeRow): vscode.Command {
  const { t } = vscode.l10n;
  const [open, more] = ['heddle.session.open', 'heddle.sessions.showMore'] as const;
  const group = groupOfMoreRow(id);
  return group === undefined
    ? { command: open satisfies SessionCommandId, title: t('Open Session'), arguments: [id] }
    : { command: more satisfies SessionCommandId, title: t('Show More'), arguments: [group] };
}

/** The group that a command was given; undefined for anything else. */
export function parseEndedGroup(value: unknown): EndedGroupId | undefined {
  return endedGroupIds.find((group) => group === value || groupOfMoreRow(String(value)) === group);
}
