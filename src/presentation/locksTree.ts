import type { ContendedPath } from '../core/activity/contention.ts';
import type { LockPath } from '../core/locks/lockPath.ts';
import type { HolderSnapshot, LockSnapshot } from '../core/locks/lockSnapshot.ts';
import { inEnglish, type Translate } from './agentWording.ts';
import { groupBy } from './groupBy.ts';
import { contentionRows, crashedRows, holderRow, unreadableRows } from './lockGroupRows.ts';
import type { LockedPath } from './lockedPath.ts';
import type { LockedPaths } from './lockedPaths.ts';
import { pathText } from './lockedPathText.ts';
import { toLockElement } from './lockElement.ts';
import {
  listedUnder,
  sharedPathRow,
  waitRow,
  type ClockedRow,
  type LockRowCache,
} from './lockRow.ts';
import { LockRowSet } from './lockRowSet.ts';
import { lastSegment } from './pathFolders.ts';
import { toPlainLine } from './plainText.ts';
import { rootRow, rootRowId } from './rootRow.ts';
import type { TreeRow, TreeRows } from './treeRow.ts';
import type { Incident } from './violationHistory.ts';
import { incidentRows } from './violationRows.ts';
import type { IncidentWords } from './violationWording.ts';

/** How what is held is arranged. */
export type LocksGrouping = 'folder' | 'holder';

/** One root with what is held in it, in both forms. */
export interface LocksTreeRoot {
  readonly snapshot: LockSnapshot;
  readonly paths: LockedPaths;
  readonly contention: readonly ContendedPath[];
  /** What was refused and violated, the newest first. */
  readonly incidents?: readonly Incident[] | undefined;
  readonly nameOf?: IncidentWords['nameOf'];
}

export interface LocksTreeOptions {
  readonly grouping: LocksGrouping;
  readonly nowMs: number;
  readonly t?: Translate | undefined;
  /** Keeps rows between models, so that what did not change is the same object. */
  readonly cache?: LockRowCache | undefined;
}

/** The whole tree as data, and the rows in it that follow the clock. */
export interface LocksTreeModel extends TreeRows {
  readonly rows: Map<string, TreeRow>;
  readonly clocked: ReadonlyMap<string, ClockedRow>;
}

/** With more locks than this, the groups start collapsed. */
const maxExpanded = 50;

/** Arranges the locks of one or more roots; with several, each root that has any is a row of its own. */
export function buildLocksTree(
  roots: readonly LocksTreeRoot[],
  options: LocksTreeOptions,
): LocksTreeModel {
  const total = roots.reduce((sum, { paths }) => sum + paths.totals.locked, 0);
  const builder = new LocksTreeBuilder(options, total <= maxExpanded);
  const [only] = roots;
  if (only !== undefined && roots.length === 1) return builder.finish(builder.addRoot(only));
  return builder.finish(roots.flatMap((root) => builder.addRootFolder(root)));
}

/** Brings the rows that follow the clock up to date and returns those that look different. */
export function tickLocksTree(model: LocksTreeModel, nowMs: number): readonly string[] {
  const changed: string[] = [];
  for (const [id, clocked] of model.clocked) {
    const before = model.rows.get(id);
    const row = clocked.make(nowMs);
    if (before?.description === row.description) continue;
    model.rows.set(id, row);
    changed.push(id);
  }
  return changed;
}

/** The instant at which the first row that follows the clock looks different; infinity for never. */
export function nextTickMs({ clocked }: LocksTreeModel, nowMs: number): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { nextMs } of clocked.values()) {
    if (nextMs) next = Math.min(next, nextMs(nowMs));
  }
  return next;
}

class LocksTreeBuilder {
  private readonly rows: LockRowSet;
  private readonly t: Translate;

  constructor(
    private readonly options: LocksTreeOptions,
    private readonly isExpanded: boolean,
  ) {
    this.t = options.t ?? inEnglish;
    this.rows = new LockRowSet({ ...options, t: this.t });
  }

  finish(roots: readonly string[]): LocksTreeModel {
    return { roots, rows: this.rows.rows, clocked: this.rows.clocked };
  }

  addRoot(root: LocksTreeRoot, parent?: string): readonly string[] {
    const { snapshot, paths, contention } = root;
    const group = { root: snapshot.root, parent, t: this.t, nowMs: this.options.nowMs };
    const held =
      this.options.grouping === 'folder'
        ? this.addFolders(snapshot.root, paths, parent)
        : this.addHolders(snapshot, paths, parent);
    return [
      ...held,
      ...this.addIncidents(root, parent),
      ...this.addGroup(contentionRows(contention, group)),
      ...this.addGroup(crashedRows(snapshot.holders, group)),
      ...this.addGroup(unreadableRows(snapshot.broken, group)),
    ];
  }

  addRootFolder(root: LocksTreeRoot): readonly string[] {
    const { snapshot, paths } = root;
    const children = this.addRoot(root, rootRowId(snapshot.root));
    const isFailed = snapshot.state.kind === 'failed';
    if (children.length === 0 && !isFailed) return [];
    const description = isFailed
      ? this.t('cannot be read')
      : this.t('{0} held', paths.totals.locked);
    return [this.rows.add(rootRow(snapshot.root, { description, children }))];
  }

  private addFolders(
    root: string,
    paths: LockedPaths,
    parent: string | undefined,
  ): readonly string[] {
    const byFolder = groupBy([...paths.values()], ({ path }) => listedUnder(path));
    return [...byFolder.keys()].sort(comparePaths).map((folder) => {
      const id = toLockElement({ kind: 'folder', root, path: folder });
      const entries = (byFolder.get(folder) ?? []).sort((a, b) => comparePaths(a.path, b.path));
      const children = entries.map((entry) => this.addPath(root, paths, { entry, parent: id }));
      return this.rows.add(this.folderRow({ id, parent, folder, root, children }));
    });
  }

  private folderRow(folder: {
    readonly id: string;
    readonly parent: string | undefined;
    readonly folder: LockPath;
    readonly root: string;
    readonly children: readonly string[];
  }): TreeRow {
    const isTop = folder.folder === '.';
    const label = isTop ? lastSegment(folder.root) : folder.folder;
    return {
      id: folder.id,
      parent: folder.parent,
      label: toPlainLine(label, 120),
      description: String(folder.children.length),
      icon: isTop ? 'root-folder' : 'folder',
      color: undefined,
      contextValue: 'heddle.lockFolder',
      tooltip: [{ kind: 'text', text: pathText(folder.folder, this.t) }],
      children: folder.children,
      isExpanded: this.isExpanded,
      hasDetails: false,
    };
  }

  /** A locked path with those who wait for it; with several holders, each is a row below it. */
  private addPath(
    root: string,
    paths: LockedPaths,
    { entry, parent }: { readonly entry: LockedPath; readonly parent: string },
  ): string {
    const [first] = entry.holds.keys();
    if (entry.holds.size === 1 && first !== undefined) {
      const children = this.rows.addWaits(root, paths, {
        entry,
        parent: () => toLockElement({ kind: 'lock', root, holderId: first, path: entry.path }),
      });
      return this.rows.addLock(
        paths,
        { entry, holderId: first, children, under: 'folder' },
        { root, parent },
      );
    }
    const id = toLockElement({ kind: 'path', root, path: entry.path });
    const ids = [...entry.holds.keys()].sort((a, b) => a - b);
    const holders = ids.map((holderId) =>
      this.rows.addLock(
        paths,
        { entry, holderId, children: [], under: 'path' },
        { root, parent: id },
      ),
    );
    const children = [...holders, ...this.rows.addWaits(root, paths, { entry, parent: () => id })];
    return this.rows.add(sharedPathRow(entry, { ...this.rows.place(root, parent), children }));
  }

  private addHolders(
    snapshot: LockSnapshot,
    paths: LockedPaths,
    parent: string | undefined,
  ): readonly string[] {
    const isMine = ({ holder }: HolderSnapshot): boolean => paths.face(holder.id)?.isMine === true;
    const busy = snapshot.holders.filter(({ locks, waits }) => locks.length + waits.length > 0);
    const mine = busy.filter(isMine);
    const others = busy.filter((each) => !isMine(each));
    return [...mine, ...others].map((holder) => {
      const children = this.addHeld(snapshot.root, paths, holder);
      const options = { root: snapshot.root, parent, t: this.t, children, isMine: isMine(holder) };
      return this.rows.add({ ...holderRow(holder, options), isExpanded: this.isExpanded });
    });
  }

  private addHeld(root: string, paths: LockedPaths, snapshot: HolderSnapshot): readonly string[] {
    const holderId = snapshot.holder.id;
    const parent = toLockElement({ kind: 'holder', root, holderId });
    const locks = snapshot.locks.flatMap(({ key }) => {
      const entry = paths.at(key);
      if (entry?.holds.has(holderId) !== true) return [];
      const lock = { entry, holderId, children: [], under: 'holder' as const };
      return [this.rows.addLock(paths, lock, { root, parent })];
    });
    const waits = paths.waitsOf(snapshot).map((wait) => {
      const place =
        paths.at(wait.key)?.waits.findIndex(({ ticket }) => ticket === wait.ticket) ?? -1;
      const position = place === -1 ? undefined : place + 1;
      const face = paths.face(holderId) ?? paths.faceOf(snapshot);
      const options = { wait, face, path: wait.path, position, under: 'holder' as const };
      return this.rows.addClocked(waitRow({ ...options, ...this.rows.place(root, parent) }));
    });
    return [...locks, ...waits];
  }

  private addIncidents(
    { snapshot, incidents = [], nameOf }: LocksTreeRoot,
    parent: string | undefined,
  ): readonly string[] {
    const made = incidentRows(incidents, { root: snapshot.root, parent, t: this.t, nameOf });
    if (made === undefined) return [];
    for (const row of made.rows) this.rows.addClocked(row);
    return [this.rows.add(made.group)];
  }

  /** The first row is the group, the others are below it. */
  private addGroup(rows: readonly TreeRow[]): readonly string[] {
    for (const row of rows) this.rows.add(row);
    return rows.slice(0, 1).map(({ id }) => id);
  }
}

function comparePaths(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
