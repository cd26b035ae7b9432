import type * as vscode from 'vscode';
import { workspace } from 'vscode';
import { errorText } from '../../base/errorText.ts';
import { DisposableStore, toDisposable, type Disposable } from '../../base/lifecycle.ts';
import type { EditorPort } from '../../core/acp/editorPort.ts';
import type { AttachedSession } from '../../node/sessions/attachedSession.ts';
import { attachToSession } from '../../node/sessions/attachToSession.ts';
import type { HostClientInfo } from '../../node/sessions/hostProtocol.ts';
import { groupOf } from '../../presentation/sessions/rows/listedSession.ts';
import {
  toSessionElement,
  type SessionRef,
} from '../../presentation/sessions/rows/sessionElement.ts';
import type { WindowIdentity } from '../windowIdentity.ts';
import type { SessionListSet } from './sessionListSet.ts';

export interface SessionConnectionsOptions {
  readonly editor: EditorPort;
  readonly identity: Pick<WindowIdentity, 'nameIn'>;
  readonly logger: vscode.LogOutputChannel;
}

/** A host that cannot be reached is tried again so often. */
const retryMs = 5000;

/**
 * The connections of a trusted window to the hosts of all sessions that go on: through them hosts ask for
 * what is open in editors, and people answer and cancel. A restricted window has none.
 */
export class SessionConnections implements Disposable {
  private readonly own = new DisposableStore();
  private readonly attached = new Map<string, AttachedSession>();
  private readonly attaching = new Map<string, Promise<AttachedSession>>();
  private readonly failedMs = new Map<string, number>();

  constructor(
    private readonly lists: Pick<SessionListSet, 'roots' | 'sessions' | 'get' | 'onDidChange'>,
    private readonly options: SessionConnectionsOptions,
  ) {
    this.own.add(lists.onDidChange(() => this.update()));
    this.own.add(workspace.onDidGrantWorkspaceTrust(() => this.update()));
    const timer = setInterval(() => this.update(), retryMs);
    this.own.add(toDisposable(() => clearInterval(timer)));
    this.own.add(
      toDisposable(() => {
        for (const each of this.attached.values()) each.dispose();
      }),
    );
  }

  /** Who this is, for hosts and for those who watch. */
  clientIn(root: string): HostClientInfo {
    const name = this.options.identity.nameIn(root).slice(0, 200);
    return { name, kind: 'window', pid: process.pid };
  }

  /** The connection that there is. */
  current(ref: SessionRef): AttachedSession | undefined {
    const known = this.attached.get(toSessionElement(ref));
    return known?.isClosed === false ? known : undefined;
  }

  /** The connection that there is, else a new one. It stays ours. @throws HostError, Error in a restricted window */
  async attach(ref: SessionRef): Promise<AttachedSession> {
    const known = this.current(ref);
    if (known) return known;
    const key = toSessionElement(ref);
    const attaching = this.attaching.get(key) ?? this.begin(ref, key);
    return attaching;
  }

  dispose(): void {
    this.own.dispose();
  }

  private begin(ref: SessionRef, key: string): Promise<AttachedSession> {
    const attaching = this.connect(ref, key).finally(() => this.attaching.delete(key));
    this.attaching.set(key, attaching);
    return attaching;
  }

  private async connect(ref: SessionRef, key: string): Promise<AttachedSession> {
    const { root, sessionId } = ref;
    const folder = this.lists.get(root)?.folder;
    if (folder === undefined || !workspace.isTrusted) {
      throw new Error('This window talks to no session of that folder.');
    }
    const { editor } = this.options;
    try {
      const session = await attachToSession(folder, {
        ...{ sessionId, editor, client: this.clientIn(root) },
      });
      if (this.own.isDisposed) session.dispose();
      this.attached.set(key, session);
      this.failedMs.delete(key);
      session.onDidClose(() => {
        if (this.attached.get(key) === session) this.attached.delete(key);
      });
      return session;
    } catch (error) {
      this.failedMs.set(key, performance.now());
      throw error;
    }
  }

  private update(): void {
    if (!workspace.isTrusted) return;
    const open = new Set<string>();
    for (const session of this.lists.sessions) {
      if (groupOf(session) === 'ended') continue;
      const ref = { root: session.root, sessionId: session.record.header.sessionId };
      const key = toSessionElement(ref);
      open.add(key);
      if (this.isDue(key)) this.begin(ref, key).catch((error: unknown) => this.note(ref, error));
    }
    for (const [key, session] of [...this.attached]) if (!open.has(key)) session.dispose();
    for (const key of [...this.failedMs.keys()]) if (!open.has(key)) this.failedMs.delete(key);
  }

  private isDue(key: string): boolean {
    if (this.attached.has(key) || this.attaching.has(key)) return false;
    const failedMs = this.failedMs.get(key);
    return failedMs === undefined || performance.now() - failedMs >= retryMs;
  }

  private note({ sessionId }: SessionRef, error: unknown): void {
    this.options.logger.debug(`${sessionId} cannot be reached: ${errorText(error)}`);
  }
}
