import { resolve } from 'node:path';
import * as vscode from 'vscode';
import { Emitter } from '../base/event.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import type { RegistryChange } from '../core/agents/registryMonitor.ts';
import {
  hasOnlyBeats,
  type AgentSnapshot,
  type RegistrySnapshot,
} from '../core/agents/registrySnapshot.ts';
import { findHeddleRoot, heddleRootAt, type HeddleRoot } from '../node/heddleRoot.ts';
import { openRegistry, type OpenMonitor, type OpenRegistry } from '../node/openRegistry.ts';
import { readSettings } from './settings.ts';

/** One shared `.heddle` and the workspace folders that use it. */
export interface RootRegistry extends Omit<OpenRegistry, 'monitor'> {
  readonly folders: readonly vscode.WorkspaceFolder[];
  readonly snapshot: RegistrySnapshot;
  /** Looks at everything again; resolves when the snapshot shows it. */
  refresh(): Promise<void>;
}

/** An agent and the root that it belongs to. */
export interface LocatedAgent {
  readonly root: RootRegistry;
  readonly agent: AgentSnapshot;
}

/** Something changed in one root, or, without a change, the set of roots did. */
export interface RegistrySetChange {
  readonly root: string | undefined;
  readonly change: RegistryChange | undefined;
}

/** True when agents only gave signs of life, so that what does not show these need not look. */
export function isMereBeat(event: RegistrySetChange | undefined): boolean {
  return event?.change !== undefined && hasOnlyBeats(event.change.diff);
}

/**
 * The registries of all workspace folders, one per root: folders of one repository share theirs.
 * Opening reads nothing; `open` starts watching. Snapshots of untrusted workspaces are read-only.
 */
export class RegistrySet implements Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChange: Emitter<RegistrySetChange>;
  private members: readonly Member[] = [];

  constructor(private readonly logger: vscode.LogOutputChannel) {
    this._onDidChange = this.own.add(
      new Emitter<RegistrySetChange>((error) => logger.error('A listener failed.', error)),
    );
    this.own.add({ dispose: () => this.members.forEach((member) => member.dispose()) });
  }

  get onDidChange(): Emitter<RegistrySetChange>['event'] {
    return this._onDidChange.event;
  }

  get roots(): readonly RootRegistry[] {
    return this.members;
  }

  /** Opens the registries of the workspace folders and keeps them in step with the workspace. */
  open(): void {
    this.reopen();
    this.own.add(vscode.workspace.onDidChangeWorkspaceFolders(() => this.reopen()));
    this.own.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.reopen()));
    this.own.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('heddle.root')) this.reopen();
      }),
    );
    this.own.add(
      vscode.window.onDidChangeWindowState(({ focused }) => {
        // A registry nearer by may have been made meanwhile.
        if (focused) this.reopen();
        if (focused) void this.refresh();
      }),
    );
  }

  /** Looks at everything in all roots again. */
  async refresh(): Promise<void> {
    await Promise.all(this.members.map((member) => member.refresh()));
  }

  /** The root by its folder. */
  get(root: string): RootRegistry | undefined {
    return this.members.find((member) => member.location.root === root);
  }

  /** The root that a workspace folder uses. */
  forFolder(folder: vscode.WorkspaceFolder): RootRegistry | undefined {
    return this.members.find((member) => member.folders.includes(folder));
  }

  /** An agent by the root and session id that rows and commands carry. */
  find(root: string, sessionId: string): LocatedAgent | undefined {
    const member = this.get(root);
    const agent = member?.snapshot.agents.find((known) => known.entry.sessionId === sessionId);
    return member && agent && { root: member, agent };
  }

  dispose(): void {
    this.own.dispose();
  }

  private reopen(): void {
    const isReadOnly = !vscode.workspace.isTrusted;
    const before = this.members;
    this.members = groupByRoot(vscode.workspace.workspaceFolders ?? []).map(
      ({ location, folders }) => {
        const known = before.find((member) => member.canServe(location, isReadOnly));
        return known?.withFolders(folders) ?? this.openMember(location, folders, isReadOnly);
      },
    );
    const kept = new Set(this.members);
    for (const member of before) if (!kept.has(member)) member.dispose();
    const isSame =
      before.length === this.members.length &&
      before.every((member, i) => member === this.members[i]);
    if (!isSame) this._onDidChange.fire({ root: undefined, change: undefined });
  }

  private openMember(
    location: HeddleRoot,
    folders: readonly vscode.WorkspaceFolder[],
    isReadOnly: boolean,
  ): Member {
    const opened = openRegistry(location, { logger: this.logger, isReadOnly });
    return new Member(opened, folders, (change) =>
      this._onDidChange.fire({ root: location.root, change }),
    );
  }
}

class Member implements RootRegistry, Disposable {
  readonly location: HeddleRoot;
  readonly folder: string;
  readonly registry: OpenRegistry['registry'];
  readonly store: OpenRegistry['store'];
  readonly probe: OpenRegistry['probe'];
  readonly activity: OpenRegistry['activity'];
  private readonly watching: OpenMonitor;

  constructor(
    opened: OpenRegistry,
    public folders: readonly vscode.WorkspaceFolder[],
    onDidChange: (change: RegistryChange) => void,
  ) {
    this.location = opened.location;
    this.folder = opened.folder;
    this.registry = opened.registry;
    this.store = opened.store;
    this.probe = opened.probe;
    this.activity = opened.activity;
    this.watching = opened.monitor();
    this.watching.monitor.onDidChange(onDidChange);
    // Activation does not wait for the first look: it starts when `activate` has returned.
    setImmediate(() => void this.watching.monitor.refresh());
  }

  get snapshot(): RegistrySnapshot {
    return this.watching.monitor.snapshot;
  }

  refresh(): Promise<void> {
    return this.watching.monitor.refresh();
  }

  canServe(location: HeddleRoot, isReadOnly: boolean): boolean {
    return (
      this.location.root === location.root &&
      this.location.heddleFolder === location.heddleFolder &&
      this.store.isReadOnly === isReadOnly
    );
  }

  withFolders(folders: readonly vscode.WorkspaceFolder[]): this {
    this.folders = folders;
    return this;
  }

  dispose(): void {
    this.watching.dispose();
  }
}

function groupByRoot(
  folders: readonly vscode.WorkspaceFolder[],
): readonly { location: HeddleRoot; folders: vscode.WorkspaceFolder[] }[] {
  const groups = new Map<string, { location: HeddleRoot; folders: vscode.WorkspaceFolder[] }>();
  for (const folder of folders) {
    if (folder.uri.scheme !== 'file') continue;
    const location = locate(folder);
    const group = groups.get(location.root);
    if (group) group.folders.push(folder);
    else groups.set(location.root, { location, folders: [folder] });
  }
  return [...groups.values()];
}

function locate(folder: vscode.WorkspaceFolder): HeddleRoot {
  const { root } = readSettings(folder.uri);
  const { fsPath } = folder.uri;
  return root === '' ? findHeddleRoot(fsPath) : heddleRootAt(resolve(fsPath, root));
}
