import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { lockKey } from '../core/locks/lockPath.ts';
import type { LockSet, RootLocks } from './lockSet.ts';
import type { OwnSoftLocks } from './ownSoftLocks.ts';

/** After a reload the editor brings back unsaved files one after another. */
const sweepDelayMs = 10_000;

/** Gives back, once for each root, what this window held before it was loaded and is not unsaved any more. */
export class SoftLockSweep implements Disposable {
  private readonly own = new DisposableStore();
  private readonly swept = new WeakSet<RootLocks>();

  constructor(
    private readonly locks: Pick<LockSet, 'locate' | 'onDidChange' | 'roots'>,
    private readonly ownLocks: OwnSoftLocks,
    private readonly clock: Clock,
  ) {
    this.own.add(locks.onDidChange(() => this.look()));
  }

  dispose(): void {
    this.own.dispose();
  }

  private look(): void {
    for (const root of this.locks.roots) {
      if (this.swept.has(root) || root.snapshot.state.kind === 'loading') continue;
      this.swept.add(root);
      if (this.ownLocks.in(root).length === 0 || root.root.store.isReadOnly) continue;
      this.own.add(this.clock.after(sweepDelayMs, () => this.sweep(root)));
    }
  }

  private sweep(root: RootLocks): void {
    // It was closed meanwhile, and whoever opened it anew looks for itself.
    if (!this.locks.roots.includes(root)) return;
    const { rules } = root.snapshot;
    const unsaved = new Set<string>();
    for (const { isDirty, uri } of vscode.workspace.textDocuments) {
      const located = isDirty ? this.locks.locate(uri) : undefined;
      // The same path in another root is another file.
      if (located?.root === root) unsaved.add(lockKey(located.path, rules));
    }
    for (const { path } of this.ownLocks.in(root)) {
      if (!unsaved.has(lockKey(path, rules))) void this.ownLocks.release({ root, path });
    }
  }
}
