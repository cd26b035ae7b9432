import * as vscode from 'vscode';
import { DisposableStore, toDisposable, type Disposable } from '../base/lifecycle.ts';
import { lockKey } from '../core/locks/lockPath.ts';
import type { LockedPath } from '../presentation/lockedPath.ts';
import type { ContextKeys } from './contextKeys.ts';
import { contextKeys } from './ids.ts';
import { isEmptyChange, type LockPicture, type LockPictures } from './lockPictures.ts';
import type { LockSet } from './lockSet.ts';
import { readSettings } from './settings.ts';

/** Most paths of each key: the host compares and copies them at every menu. */
const maxPaths = 5000;
/** Changes in between are told together. */
const intervalMs = 200;
const maxCovering = 3;

/** Paths as the keys of an object, as far as there is room. */
class PathSet {
  readonly paths: Record<string, true> = {};
  private size = 0;

  add(file: string): void {
    if (this.size === maxPaths || this.paths[file] === true) return;
    this.paths[file] = true;
    this.size += 1;
  }

  get isFull(): boolean {
    return this.size === maxPaths;
  }
}

/** The keys that `when` clauses read about locks, each set only when its value changed. */
export class LockContextKeys implements Disposable {
  private readonly own = new DisposableStore();
  private timer: NodeJS.Timeout | undefined;
  private updatedMs = 0;

  constructor(
    private readonly keys: Pick<ContextKeys, 'set'>,
    private readonly sources: {
      readonly locks: Pick<LockSet, 'locate'>;
      readonly pictures: LockPictures;
    },
  ) {
    this.own.add(
      sources.pictures.onDidChange(({ change, changed }) => {
        const { brokenChanged = true, stateChanged = true } = change?.diff ?? {};
        if (!isEmptyChange(changed) || brokenChanged || stateChanged) this.request();
      }),
    );
    this.own.add(vscode.window.onDidChangeActiveTextEditor(() => this.request()));
    this.own.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('heddle.locks')) this.request();
      }),
    );
    this.own.add(toDisposable(() => clearTimeout(this.timer)));
    this.update();
  }

  dispose(): void {
    this.own.dispose();
  }

  private request(): void {
    const delayMs = Math.max(0, this.updatedMs + intervalMs - Date.now());
    this.timer ??= setTimeout(() => this.update(), delayMs);
  }

  private update(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.updatedMs = Date.now();
    const { pictures } = this.sources;
    const [mine, others] = [new PathSet(), new PathSet()];
    // First, so that there is room for it.
    this.addActiveEditor(mine, others);
    let holdsByHand = false;
    for (const picture of pictures.roots) {
      for (const entry of picture.paths.values()) {
        const owners = ownersOf(picture, entry);
        holdsByHand ||= owners.isMineByHand;
        if (owners.isMineByHand) addFiles(mine, picture, entry.path);
        if (owners.isOthers) addFiles(others, picture, entry.path);
      }
    }
    this.keys.set(contextKeys.locksState, locksState(pictures.roots));
    this.keys.set(contextKeys.locksGrouping, readSettings().locks.grouping);
    this.keys.set(contextKeys.holdsLocks, holdsByHand);
    this.keys.set(contextKeys.myLockedPaths, mine.paths);
    this.keys.set(contextKeys.othersLockedPaths, others.paths);
  }

  /** The file in front may be held through a folder above it. */
  private addActiveEditor(mine: PathSet, others: PathSet): void {
    const uri = vscode.window.activeTextEditor?.document.uri;
    const located = uri && this.sources.locks.locate(uri);
    const picture = located && this.sources.pictures.get(located.root.root.location.root);
    if (uri === undefined || located === undefined || picture === undefined) return;
    const key = lockKey(located.path, picture.paths.rules);
    const own = picture.paths.at(key);
    for (const entry of [...(own ? [own] : []), ...picture.paths.covering(key, maxCovering)]) {
      const owners = ownersOf(picture, entry);
      if (owners.isMineByHand) mine.add(uri.fsPath);
      if (owners.isOthers) others.add(uri.fsPath);
    }
  }
}

interface Owners {
  /** Not merely for unsaved changes. */
  readonly isMineByHand: boolean;
  readonly isOthers: boolean;
}

function ownersOf({ paths }: LockPicture, { holds }: LockedPath): Owners {
  let [isMineByHand, isOthers] = [false, false];
  for (const [id, { lock }] of holds) {
    if (paths.face(id)?.isMine !== true) isOthers = true;
    else if (!lock.isSoft) isMineByHand = true;
  }
  return { isMineByHand, isOthers };
}

function addFiles(set: PathSet, { locks }: LockPicture, path: string): void {
  for (const { uri } of locks.root.folders) {
    if (set.isFull) return;
    const file = locks.paths.toAbsolute(path, uri.fsPath);
    if (file !== undefined) set.add(file);
  }
}

type LocksState = 'none' | 'loading' | 'empty' | 'failed' | 'ready';

/** What the view has to say when it has no rows. */
function locksState(pictures: readonly LockPicture[]): LocksState {
  const states = pictures.map(({ locks }) => locks.snapshot.state.kind);
  if (states.length === 0) return 'none';
  const hasRows = pictures.some(
    ({ locks, paths }) => paths.totals.locked + locks.snapshot.broken.length > 0,
  );
  if (hasRows) return 'ready';
  if (states.includes('failed')) return 'failed';
  return states.includes('loading') ? 'loading' : 'empty';
}
