import type * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import type { ContextKeys } from '../contextKeys.ts';
import type { RegistrySet } from '../registrySet.ts';
import type { VirtualTexts } from '../virtualTexts.ts';
import type { WindowIdentity } from '../windowIdentity.ts';
import type { EditorBridge } from './editorBridge.ts';
import { SessionAgents } from './sessionAgents.ts';
import { SessionConnections } from './sessionConnections.ts';
import type { SessionListSet } from './sessionListSet.ts';
import { SessionNotices } from './sessionNotices.ts';
import { SessionPanels } from './sessionPanels.ts';
import { SessionProgress } from './sessionProgress.ts';
import type { SessionServices } from './sessionServices.ts';
import { SessionStarter } from './sessionStarter.ts';
import { SessionsView } from './sessionsView.ts';
import { SessionSweep } from './sessionSweep.ts';

export interface SessionsPartOptions {
  readonly lists: SessionListSet;
  readonly identity: WindowIdentity;
  readonly keys: ContextKeys;
  readonly texts: VirtualTexts;
  readonly editor: EditorBridge;
  readonly context: vscode.ExtensionContext;
  readonly logger: vscode.LogOutputChannel;
}

/** Everything of sessions in a window but their commands. */
export class SessionsPart implements Disposable {
  readonly services: SessionServices;
  private readonly own = new DisposableStore();

  constructor(registries: RegistrySet, options: SessionsPartOptions) {
    const { lists, identity, keys, texts, editor, context, logger } = options;
    const agents = this.own.add(new SessionAgents());
    const { nameOf } = agents;
    const connections = this.own.add(new SessionConnections(lists, { editor, identity, logger }));
    const panels = this.own.add(
      new SessionPanels({ lists, connections, texts, agents, context, logger }),
    );
    const starter = new SessionStarter({ agents, lists, identity, context });
    const view = this.own.add(new SessionsView(lists, { nameOf, keys }));
    this.own.add(new SessionProgress(lists, { nameOf }));
    this.own.add(new SessionSweep(lists, logger));
    const memory = context.workspaceState;
    this.own.add(
      new SessionNotices(lists, { memory, agents, isSeen: (ref) => panels.isSeen(ref) }),
    );
    this.services = { registries, lists, connections, panels, starter, agents, view, memory };
  }

  dispose(): void {
    this.own.dispose();
  }
}
