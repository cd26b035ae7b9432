import * as vscode from 'vscode';
import { Emitter } from '../base/event.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { defaultLockConfig, type LockConfig } from '../core/locks/lockConfig.ts';
import type { FileLocks } from '../core/locks/fileLocks.ts';
import type { LockChange } from '../core/locks/lockMonitor.ts';
import type { LockPath } from '../core/locks/lockPath.ts';
import type { LockSnapshot } from '../core/locks/lockSnapshot.ts';
import { openFileLocks, type OpenFileLocks, type OpenLockMonitor } from '../node/openFileLocks.ts';
import type { RepositoryPaths } from '../node/repositoryPath.ts';
import { isMereBeat, type RegistrySet, type RootRegistry } from './registrySet.ts';
import { reusedMembers } from './reusedMembers.ts';
import { readSettings } from './settings.ts';

/** The file locks of one root. */
export interface RootLocks {
  readonly root: RootRegistry;
  readonly locks: FileLocks;
  readonly paths: RepositoryPaths;
  readonly snapshot: LockSnapshot;
  /** Looks at everything again; resolves when the snapshot shows it. */
  refresh(): Promise<void>;
}

/** A file of a workspace folder and the path under which it is locked. */
export interface LocatedPath {
  readonly root: RootLocks;
  readonly path: LockPath;
}

/** Something changed in the locks of one root, or, without a change, the set of roots did. */
export interface LockSetChange {
  readonly root: string | undefined;
  readonly change: LockChange | undefined;
}

/** The file locks of all workspace folders, one for each registry. Snapshots of untrusted ones are read-only. */
export class LockSet implements Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChange: Emitter<LockSetChange>;
  private members: readonly Member[] = [];
  /** Asked for each holder at each change, for which looking up a setting takes too long. */
  private config = readLockConfig();

  constructor(
    private readonly registries: RegistrySet,
    private readonly logger: vscode.LogOutputChannel,
  ) {
    this._onDidChange = this.own.add(
      new Emitter<LockSetChange>((error) => logger.error('A listener failed.', error)),
    );
    this.own.add({ dispose: () => this.members.forEach((member) => member.dispose()) });
    this.own.add(
      registries.onDidChange((event) => {
        if (event.change === undefined) this.reopen();
        // Names, chains and ends of agents show on their locks.
        else if (!isMereBeat(event)) this.member(event.root)?.lookAgain();
      }),
    );
    this.own.add(
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) void this.refresh();
      }),
    );
    this.own.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration('heddle.locks.maxAgeMinutes')) return;
        this.config = readLockConfig();
        for (const member of this.members) member.lookAgain();
      }),
    );
    this.reopen();
  }

  get onDidChange(): Emitter<LockSetChange>['event'] {
    return this._onDidChange.event;
  }

  get roots(): readonly RootLocks[] {
    return this.members;
  }

  get(root: string): RootLocks | undefined {
    return this.member(root);
  }

  /** Looks at everything in all roots again. */
  async refresh(): Promise<void> {
    await Promise.all(this.members.map((member) => member.refresh()));
  }

  /** The path under which a file is locked; undefined for what lies in no repository of ours. */
  locate(uri: vscode.Uri): LocatedPath | undefined {
    if (uri.scheme !== 'file') return undefined;
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    const registry = folder && this.registries.forFolder(folder);
    const root = registry && this.member(registry.location.root);
    const path = root?.paths.toLockPathFast(uri.fsPath);
    return root && path !== undefined ? { root, path } : undefined;
  }

  dispose(): void {
    this.own.dispose();
  }

  private member(root: string | undefined): Member | undefined {
    return this.members.find((each) => each.root.location.root === root);
  }

  private reopen(): void {
    const before = this.members;
    this.members = reusedMembers(before, this.registries.roots, {
      serves: (member, root) => member.root === root,
      open: (root) => this.openMember(root),
    });
    if (this.members !== before) this._onDidChange.fire({ root: undefined, change: undefined });
  }

  private openMember(root: RootRegistry): Member {
    const opened = openFileLocks(root, {
      logger: this.logger,
      isReadOnly: root.store.isReadOnly,
      config: () => this.config,
    });
    return new Member(root, opened, (change) =>
      this._onDidChange.fire({ root: root.location.root, change }),
    );
  }
}

class Member implements RootLocks, Disposable {
  readonly locks: FileLocks;
  readonly paths: RepositoryPaths;
  private readonly watching: OpenLockMonitor;

  constructor(
    readonly root: RootRegistry,
    opened: OpenFileLocks,
    onDidChange: (change: LockChange) => void,
  ) {
    this.locks = opened.locks;
    this.paths = opened.paths;
    this.watching = opened.monitor();
    this.watching.monitor.onDidChange(onDidChange);
    // Activation does not wait for the first look.
    setImmediate(() => void this.watching.monitor.refresh());
  }

  get snapshot(): LockSnapshot {
    return this.watching.monitor.snapshot;
  }

  refresh(): Promise<void> {
    return this.watching.monitor.refresh();
  }

  lookAgain(): void {
    void this.watching.monitor.lookAgain();
  }

  dispose(): void {
    this.watching.dispose();
  }
}

function readLockConfig(): LockConfig {
  return { ...defaultLockConfig, maxLockAgeMs: readSettings().locks.maxAgeMs };
}
