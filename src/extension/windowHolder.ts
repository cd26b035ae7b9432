import type * as vscode from 'vscode';
import { systemClock, type Clock } from '../base/clock.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { formatTimestamp } from '../core/agents/timestamp.ts';
import type { HolderRef } from '../core/locks/holderRef.ts';
import type { HolderProcess } from '../core/locks/lockHolder.ts';
import type { HolderSnapshot } from '../core/locks/lockSnapshot.ts';
import { recordProcess } from '../node/recordedProcess.ts';
import type { LockSet, RootLocks } from './lockSet.ts';
import type { WindowIdentity } from './windowIdentity.ts';

/** A third of the time after which a silent window has lost its locks. */
const beatMs = 15_000;

export interface WindowHolderOptions {
  readonly identity: WindowIdentity;
  readonly logger: vscode.LogOutputChannel;
  readonly clock?: Clock | undefined;
}

/**
 * The person at this window as a holder of locks. While it holds something it gives signs of life, so
 * that its locks survive a reload and end 45 seconds after the window is gone. In an untrusted
 * workspace nothing is written.
 */
export class WindowHolder implements Disposable {
  private readonly own = new DisposableStore();
  private readonly processes = new Map<string, HolderProcess>();
  /** Roots in which this window has found again what it held before it was loaded. */
  private readonly adopted = new Set<string>();
  private timer: Disposable | undefined;

  constructor(
    private readonly locks: LockSet,
    private readonly options: WindowHolderOptions,
  ) {
    this.own.add(locks.onDidChange(() => void this.adoptAll()));
    this.own.add({ dispose: () => this.timer?.dispose() });
    this.arm();
  }

  /** How this window is named to the locks of a root. */
  async ref(root: RootLocks): Promise<HolderRef> {
    await this.options.identity.remember();
    const folder = root.root.location.root;
    const { windowId } = this.options.identity;
    const name = this.options.identity.nameIn(folder);
    return { kind: 'window', windowId, name, process: await this.processIn(root) };
  }

  /** What this window holds in a root. */
  snapshotIn(root: RootLocks): HolderSnapshot | undefined {
    return root.snapshot.holders.find((each) => this.isMine(each));
  }

  isMine({ holder }: Pick<HolderSnapshot, 'holder'>): boolean {
    const { identity } = holder;
    return identity.kind === 'window' && identity.windowId === this.options.identity.windowId;
  }

  dispose(): void {
    this.own.dispose();
  }

  private get clock(): Clock {
    return this.options.clock ?? systemClock;
  }

  private async processIn(root: RootLocks): Promise<HolderProcess> {
    const key = root.root.location.root;
    const known = this.processes.get(key);
    if (known) return known;
    const process = {
      ...(await recordProcess(root.root.probe, hostProcessId)),
      startedAt: formatTimestamp(this.clock.now()),
    };
    this.processes.set(key, process);
    return process;
  }

  private arm(): void {
    if (this.own.isDisposed) return;
    this.timer = this.clock.after(beatMs, () => {
      void this.beatAll();
      this.arm();
    });
  }

  /** The process that runs this extension is another one after a reload; the first sign of life says so. */
  private async adoptAll(): Promise<void> {
    for (const root of this.locks.roots) {
      const key = root.root.location.root;
      if (this.adopted.has(key) || root.snapshot.state.kind !== 'ready') continue;
      this.adopted.add(key);
      await this.beat(root);
    }
  }

  private async beatAll(): Promise<void> {
    for (const root of this.locks.roots) await this.beat(root);
  }

  /** Never rejects. */
  private async beat(root: RootLocks): Promise<void> {
    const mine = this.snapshotIn(root);
    if (mine === undefined || mine.locks.length === 0 || root.root.store.isReadOnly) return;
    try {
      await root.locks.heartbeat(await this.ref(root));
    } catch (error) {
      // The next one comes in time: three are missed before a lock ends.
      this.options.logger.debug('A sign of life for the locks could not be written.', error);
    }
  }
}

const hostProcessId = process.pid;
