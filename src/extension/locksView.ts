import { join } from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, toDisposable, type Disposable } from '../base/lifecycle.ts';
import { tryParseLockPath } from '../core/locks/lockPath.ts';
import { toLockElement } from '../presentation/lockElement.ts';
import { toBrokenHolderElement } from '../presentation/lockGroupRows.ts';
import type { LockRowCache } from '../presentation/lockRow.ts';
import {
  buildLocksTree,
  nextTickMs,
  tickLocksTree,
  type LocksTreeModel,
} from '../presentation/locksTree.ts';
import { diffRows, type TreeRow } from '../presentation/treeRow.ts';
import { viewIds } from './ids.ts';
import { LockContention } from './lockContention.ts';
import type { LockPictures } from './lockPictures.ts';
import { markdownTooltip } from './markdownTooltip.ts';
import { readSettings } from './settings.ts';
import { toTreeItem } from './treeItem.ts';
import { partyNamer, type IncidentSet } from './violations.ts';

/** Changes in between are painted together. */
const minPaintIntervalMs = 250;
/** With very many locks, painting takes no more than this part of the time. */
const paintShare = 0.1;
const minTickMs = 1000;

/**
 * The view File Locks. An element is the id of its row. While nobody sees the view, nothing is built;
 * while time is counted down, only rows whose text changes are repainted.
 */
export class LocksView implements vscode.TreeDataProvider<string>, Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChangeTreeData = new vscode.EventEmitter<string[] | undefined>();
  readonly onDidChangeTreeData = this._onDidChangeTreeData.event;
  private readonly view: vscode.TreeView<string>;
  private readonly cache: LockRowCache = new WeakMap();
  private readonly contention = new Map<string, LockContention>();
  private model: LocksTreeModel = { roots: [], rows: new Map(), clocked: new Map() };
  private isStale = true;
  private paintedMs = 0;
  private paintIntervalMs = minPaintIntervalMs;
  private paintTimer: NodeJS.Timeout | undefined;
  private tickTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly pictures: LockPictures,
    private readonly logger: vscode.LogOutputChannel,
    private readonly more: { readonly incidents?: IncidentSet | undefined } = {},
  ) {
    this.view = this.own.add(
      vscode.window.createTreeView(viewIds.locks, {
        treeDataProvider: this,
        showCollapseAll: true,
        canSelectMany: true,
      }),
    );
    this.own.add(this._onDidChangeTreeData);
    this.own.add(pictures.onDidChange(() => this.request()));
    if (more.incidents) this.own.add(more.incidents.onDidChange(() => this.request()));
    this.own.add(this.view.onDidChangeVisibility(() => this.request()));
    this.own.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('heddle.locks.grouping')) this.request();
      }),
    );
    this.own.add(toDisposable(() => clearTimeout(this.paintTimer)));
    this.own.add(toDisposable(() => clearTimeout(this.tickTimer)));
    this.own.add(toDisposable(() => this.contention.forEach((each) => each.dispose())));
    this.request();
  }

  getTreeItem(element: string): vscode.TreeItem {
    const row = this.model.rows.get(element);
    if (row === undefined) return new vscode.TreeItem('');
    const item = toTreeItem(row);
    if (row.hasDetails) item.command = this.commandOf(row);
    const file =
      row.contextValue === 'heddle.brokenHolder' ? this.brokenFileOf(element) : undefined;
    if (file !== undefined) {
      item.command = {
        command: 'vscode.open',
        title: vscode.l10n.t('Open File'),
        arguments: [vscode.Uri.file(file)],
      };
    }
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

  /** Shows and selects a row; nothing when it is not in the view. */
  async reveal(element: string): Promise<void> {
    if (this.isStale) this.paint();
    if (!this.model.rows.has(element)) return;
    await this.view.reveal(element, { select: true, focus: true, expand: true });
  }

  dispose(): void {
    this.own.dispose();
  }

  /** Paints soon, and at once when nothing was painted lately. */
  private request(): void {
    this.updateBadge();
    this.isStale = true;
    if (!this.view.visible) {
      clearTimeout(this.tickTimer);
      clearTimeout(this.paintTimer);
      this.paintTimer = undefined;
      return;
    }
    if (this.paintTimer !== undefined) return;
    const delayMs = Math.max(0, this.paintedMs + this.paintIntervalMs - Date.now());
    this.paintTimer = setTimeout(() => this.paint(), delayMs);
  }

  private paint(): void {
    clearTimeout(this.paintTimer);
    this.paintTimer = undefined;
    const start = performance.now();
    const before = this.model;
    this.rebuild();
    const change = diffRows(before, this.model);
    if (change.kind === 'all') this._onDidChangeTreeData.fire(undefined);
    if (change.kind === 'rows') this._onDidChangeTreeData.fire([...change.ids]);
    const spentMs = performance.now() - start;
    this.paintedMs = Date.now();
    this.paintIntervalMs = Math.max(minPaintIntervalMs, spentMs / paintShare);
  }

  private rebuild(): void {
    this.isStale = false;
    this.followContention();
    const nowMs = Date.now();
    const roots = this.pictures.roots.map(({ locks, paths }) => {
      const { root, snapshot } = locks;
      return {
        ...{ snapshot, paths },
        contention: this.contention.get(root.location.root)?.ranked(nowMs) ?? [],
        incidents: this.more.incidents?.recent(root.location.root, nowMs),
        nameOf: partyNamer(root, vscode.l10n.t),
      };
    });
    const { grouping } = readSettings().locks;
    this.model = buildLocksTree(roots, { grouping, nowMs, t: vscode.l10n.t, cache: this.cache });
    this.armTick();
  }

  private armTick(): void {
    clearTimeout(this.tickTimer);
    if (!this.view.visible || this.own.isDisposed) return;
    const nowMs = Date.now();
    const nextMs = nextTickMs(this.model, nowMs);
    if (!Number.isFinite(nextMs)) return;
    const delayMs = Math.max(minTickMs, nextMs - nowMs);
    this.tickTimer = setTimeout(() => {
      const changed = tickLocksTree(this.model, Date.now());
      if (changed.length > 0) this._onDidChangeTreeData.fire([...changed]);
      this.armTick();
    }, delayMs);
  }

  /** The past is read when somebody looks at the view, and no sooner. */
  private followContention(): void {
    const roots = new Map(
      this.pictures.roots.map(({ locks }) => [locks.root.location.root, locks]),
    );
    for (const [root, contention] of this.contention) {
      if (roots.has(root)) continue;
      contention.dispose();
      this.contention.delete(root);
    }
    for (const [root, locks] of roots) {
      // Where nobody has ever held a file nobody has fought over one.
      if (this.contention.has(root) || locks.snapshot.state.kind !== 'ready') continue;
      const contention = new LockContention(locks.root, this.logger);
      this.contention.set(root, contention);
      contention.onDidChange(() => this.request());
      contention.start();
    }
  }

  private updateBadge(): void {
    const value = this.pictures.totals.mineContended;
    if ((this.view.badge?.value ?? 0) === value) return;
    const tooltip =
      value === 1
        ? vscode.l10n.t('Somebody waits for a file of yours')
        : vscode.l10n.t('Somebody waits for {0} files of yours', value);
    this.view.badge = value === 0 ? undefined : { value, tooltip };
  }

  /** What a click on a row does: it opens the file, or shows what was changed in it. */
  private commandOf({ id }: TreeRow): vscode.Command {
    const { t } = vscode.l10n;
    const found = this.more.incidents?.find(id);
    if (found?.incident.kind === 'violation') {
      return { command: 'heddle.violation.showChanges', title: t('Show Changes'), arguments: [id] };
    }
    const path = tryParseLockPath(found?.incident.event.paths[0] ?? '');
    const root = found?.root.location.root;
    const isFile = path !== undefined && root !== undefined;
    const element = isFile ? toLockElement({ kind: 'path', root, path }) : id;
    return { command: 'heddle.locks.openFile', title: t('Open File'), arguments: [element] };
  }

  /** The file behind a row that tells of an unreadable one. */
  private brokenFileOf(element: string): string | undefined {
    for (const { locks } of this.pictures.roots) {
      const { snapshot } = locks;
      const found = snapshot.broken.find(
        ({ fileName }) => element === toBrokenHolderElement({ root: snapshot.root, fileName }),
      );
      if (found) return join(snapshot.folder, found.fileName);
    }
    return undefined;
  }
}
