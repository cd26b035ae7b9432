import type * as vscode from 'vscode';
import { Emitter } from '../base/event.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import type { AgentNow } from '../core/harness/agentNow.ts';
import type { SessionMonitor } from '../core/harness/sessionMonitor.ts';
import type { SessionState } from '../core/harness/sessionState.ts';
import {
  openSessionMonitor,
  type OpenSessionMonitor,
} from '../node/harnessSessions/openSessionMonitor.ts';
import type { RegistrySet, RootRegistry } from './registrySet.ts';
import { reusedMembers } from './reusedMembers.ts';

/** What the agents of one root do. */
export interface RootSessions {
  readonly root: RootRegistry;
  /** By the session id of the entry in the registry. */
  readonly now: ReadonlyMap<string, AgentNow>;
  /** What the records say, without what time adds to it. */
  readonly states: readonly SessionState[];
  /** Looks at every record again. */
  refresh(): Promise<void>;
  /** The transcripts of these agents grew at these times. */
  noteGrowth(growth: ReadonlyMap<string, number>): void;
}

/** Something changed in one root, or, without entries, the set of roots did. */
export interface SessionSetChange {
  readonly root: string | undefined;
  readonly entryIds: ReadonlySet<string> | undefined;
}

/** What agents do whose hooks tell it, for all roots. */
export class SessionSet implements Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChange: Emitter<SessionSetChange>;
  private members: readonly Member[] = [];

  constructor(
    private readonly registries: RegistrySet,
    private readonly logger: vscode.LogOutputChannel,
  ) {
    this._onDidChange = this.own.add(
      new Emitter<SessionSetChange>((error) => logger.error('A listener failed.', error)),
    );
    this.own.add({ dispose: () => this.members.forEach((member) => member.dispose()) });
    this.own.add(
      registries.onDidChange(({ change }) => {
        if (change === undefined) this.reopen();
      }),
    );
    this.reopen();
  }

  get onDidChange(): Emitter<SessionSetChange>['event'] {
    return this._onDidChange.event;
  }

  get roots(): readonly RootSessions[] {
    return this.members;
  }

  get(root: string): RootSessions | undefined {
    return this.members.find((member) => member.root.location.root === root);
  }

  dispose(): void {
    this.own.dispose();
  }

  private reopen(): void {
    const before = this.members;
    this.members = reusedMembers(before, this.registries.roots, {
      serves: (member, root) => member.root === root,
      open: (root) => this.openMember(root),
    });
    if (this.members !== before) this._onDidChange.fire({ root: undefined, entryIds: undefined });
  }

  private openMember(root: RootRegistry): Member {
    const opened = openSessionMonitor(root.location, { logger: this.logger });
    return new Member(root, opened, (entryIds) =>
      this._onDidChange.fire({ root: root.location.root, entryIds }),
    );
  }
}

class Member implements RootSessions, Disposable {
  private readonly monitor: SessionMonitor;

  constructor(
    readonly root: RootRegistry,
    private readonly watching: OpenSessionMonitor,
    onDidChange: (entryIds: ReadonlySet<string>) => void,
  ) {
    this.monitor = watching.monitor;
    this.monitor.onDidChange(({ entryIds }) => onDidChange(entryIds));
    // Activation does not wait for the first look.
    setImmediate(() => void this.monitor.refresh());
  }

  get now(): ReadonlyMap<string, AgentNow> {
    return this.monitor.now;
  }

  get states(): readonly SessionState[] {
    return this.monitor.states;
  }

  refresh(): Promise<void> {
    return this.monitor.refresh();
  }

  noteGrowth(growth: ReadonlyMap<string, number>): void {
    this.monitor.noteGrowth(growth);
  }

  dispose(): void {
    this.watching.dispose();
  }
}
