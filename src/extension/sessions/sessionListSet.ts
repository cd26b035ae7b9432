import type * as vscode from 'vscode';
import { Emitter } from '../../base/event.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import type { ListedSession } from '../../presentation/sessions/rows/listedSession.ts';
import type { SessionRef } from '../../presentation/sessions/rows/sessionElement.ts';
import type { RegistrySet, RootRegistry } from '../registrySet.ts';
import { reusedMembers } from '../reusedMembers.ts';
import { RootSessions } from './rootSessions.ts';

/** Something changed in one root, or, without sessions, the set of roots did. */
export interface SessionListChange {
  readonly root: string | undefined;
  readonly sessionIds: ReadonlySet<SessionId> | undefined;
}

/** The sessions of all roots. It reads files and starts nothing, so that it serves restricted windows too. */
export class SessionListSet implements Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChange: Emitter<SessionListChange>;
  private members: readonly RootSessions[] = [];

  constructor(
    private readonly registries: Pick<RegistrySet, 'roots' | 'onDidChange'>,
    private readonly logger: vscode.LogOutputChannel,
  ) {
    this._onDidChange = this.own.add(
      new Emitter<SessionListChange>((error) => logger.error('A listener failed.', error)),
    );
    this.own.add({ dispose: () => this.members.forEach((member) => member.dispose()) });
    this.own.add(
      registries.onDidChange(({ change }) => {
        if (change === undefined) this.reopen();
      }),
    );
    this.reopen();
  }

  get onDidChange(): Emitter<SessionListChange>['event'] {
    return this._onDidChange.event;
  }

  get roots(): readonly RootSessions[] {
    return this.members;
  }

  get sessions(): readonly ListedSession[] {
    return this.members.flatMap(({ sessions }) => sessions);
  }

  /** The root by its folder. */
  get(root: string): RootSessions | undefined {
    return this.members.find((member) => member.root.location.root === root);
  }

  find({ root, sessionId }: SessionRef): ListedSession | undefined {
    return this.get(root)?.get(sessionId);
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
    if (this.members !== before) this._onDidChange.fire({ root: undefined, sessionIds: undefined });
  }

  private openMember(root: RootRegistry): RootSessions {
    return new RootSessions(root, {
      logger: this.logger,
      onDidChange: (sessionIds) => this._onDidChange.fire({ root: root.location.root, sessionIds }),
    });
  }
}
