import { join } from 'node:path';
import * as vscode from 'vscode';
import { toDisposable } from '../base/lifecycle.ts';
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
import type { TreeRow } from '../presentation/treeRow.ts';
import { viewIds } from './ids.ts';
import { LockContention } from './lockContention.ts';
import type { LockPictures } from './lockPictures.ts';
import { PaintedRowTree } from './paintedRowTree.ts';
import { readSettings } from './settings.ts';
import { partyNamer, type IncidentSet } from './violations.ts';

const minTickMs = 1000;

/** The view File Locks. While time is counted down, only rows whose text changes are repainted. */
export class LocksView extends PaintedRowTree<LocksTreeModel> {
  private readonly cache: LockRowCache = new WeakMap();
  private readonly contention = new Map<string, LockContention>();
  private tickTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly pictures: LockPictures,
    private readonly logger: vscode.LogOutputChannel,
    private readonly more: { readonly incidents?: IncidentSet | undefined } = {},
  ) {
    super(viewIds.locks, { roots: [], rows: new Map(), clocked: new Map() });
    this.own.add(pictures.onDidChange(() => this.request()));
    if (more.incidents) this.own.add(more.incidents.onDidChange(() => this.request()));
    this.own.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('heddle.locks.grouping')) this.request();
      }),
    );
    this.own.add(toDisposable(() => clearTimeout(this.tickTimer)));
    this.own.add(toDisposable(() => this.contention.forEach((each) => each.dispose())));
    this.request();
  }

  protected override hide(): void {
    super.hide();
    clearTimeout(this.tickTimer);
  }

  protected build(): LocksTreeModel {
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
    const built = buildLocksTree(roots, { grouping, nowMs, t: vscode.l10n.t, cache: this.cache });
    this.armTick(built);
    return built;
  }

  private armTick(model: LocksTreeModel): void {
    clearTimeout(this.tickTimer);
    if (!this.view.visible || this.own.isDisposed) return;
    const nowMs = Date.now();
    const nextMs = nextTickMs(model, nowMs);
    if (!Number.isFinite(nextMs)) return;
    const delayMs = Math.max(minTickMs, nextMs - nowMs);
    this.tickTimer = setTimeout(() => {
      const changed = tickLocksTree(this.model, Date.now());
      if (changed.length > 0) this.repaint(changed);
      this.armTick(this.model);
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

  protected updateSigns(): void {
    const value = this.pictures.totals.mineContended;
    const text =
      value === 1
        ? vscode.l10n.t('Somebody waits for a file of yours')
        : vscode.l10n.t('Somebody waits for {0} files of yours', value);
    this.setBadge(value === 0 ? undefined : { value, text });
  }

  /** What a click on a row does: it opens the file, or shows what was changed in it. */
  protected commandOf({ id, contextValue }: TreeRow): vscode.Command {
    const { t } = vscode.l10n;
    const broken = contextValue === 'heddle.brokenHolder' ? this.brokenFileOf(id) : undefined;
    if (broken !== undefined) {
      const uri = vscode.Uri.file(broken);
      return { command: 'vscode.open', title: t('Open File'), arguments: [uri] };
    }
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
