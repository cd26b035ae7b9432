import * as vscode from 'vscode';
import { DisposableStore, toDisposable, type Disposable } from '../base/lifecycle.ts';
import { parseAgentDetailsState } from '../presentation/agentDetailsMessage.ts';
import type { AgentRef } from '../presentation/agentElement.ts';
import type { AgentActivities, AgentActivitiesChange } from './agentActivities.ts';
import { AgentDetailsSource } from './agentDetailsSource.ts';
import { AgentDetailsWebview } from './agentDetailsWebview.ts';
import type { RegistrySet, RegistrySetChange } from './registrySet.ts';

export interface AgentDetailsPanelsOptions {
  readonly context: vscode.ExtensionContext;
  readonly activities?: Pick<AgentActivities, 'of' | 'onDidChange'>;
  readonly logger: vscode.LogOutputChannel;
}

/** Also the `onWebviewPanel:` activation event of the manifest. */
export const agentDetailsViewType = 'heddle.agentDetails';

/** How often ages are told anew. */
const ageIntervalMs = 30_000;

/** The pages of agents, one for each agent that somebody looks at. They survive a reload. */
export class AgentDetailsPanels implements Disposable {
  private readonly own = new DisposableStore();
  private readonly panels = new Map<string, AgentDetailsWebview>();

  constructor(
    private readonly registries: RegistrySet,
    private readonly options: AgentDetailsPanelsOptions,
  ) {
    this.own.add(
      vscode.window.registerWebviewPanelSerializer(agentDetailsViewType, {
        deserializeWebviewPanel: (panel, state) => this.restore(panel, state),
      }),
    );
    this.own.add(registries.onDidChange((change) => this.update(change)));
    const { activities } = options;
    if (activities) this.own.add(activities.onDidChange((change) => this.updateAgents(change)));
    this.own.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.update(undefined)));
    const timer = setInterval(() => this.update(undefined), ageIntervalMs);
    this.own.add(toDisposable(() => clearInterval(timer)));
    // The pages themselves stay open: after a reload of the window they are handed back to us.
    this.own.add(
      toDisposable(() => {
        for (const panel of this.panels.values()) panel.dispose();
      }),
    );
  }

  /** Shows the page of an agent, the same one as before when it is open already. */
  show(ref: AgentRef): void {
    const known = this.panels.get(keyOf(ref));
    if (known) {
      known.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      agentDetailsViewType,
      ref.sessionId,
      vscode.ViewColumn.Active,
      this.webviewOptions(),
    );
    this.adopt(panel, ref);
  }

  dispose(): void {
    this.own.dispose();
  }

  private restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const ref = parseAgentDetailsState(state);
    if (ref === undefined || this.panels.has(keyOf(ref))) {
      panel.dispose();
      return Promise.resolve();
    }
    panel.webview.options = this.webviewOptions();
    this.adopt(panel, ref);
    return Promise.resolve();
  }

  private adopt(panel: vscode.WebviewPanel, ref: AgentRef): void {
    const { context, logger } = this.options;
    const opened = new AgentDetailsWebview(panel, {
      ref,
      source: new AgentDetailsSource(this.registries, ref, this.options.activities),
      media: mediaFolder(context),
      logger,
      showAgent: (other) => this.show(other),
    });
    this.panels.set(keyOf(ref), opened);
    panel.onDidDispose(() => {
      this.panels.delete(keyOf(ref));
      opened.dispose();
    });
  }

  private update(change: RegistrySetChange | undefined): void {
    for (const panel of this.panels.values()) {
      if (change?.root === undefined || change.root === panel.root) panel.update();
    }
  }

  private updateAgents({ root, entryIds }: AgentActivitiesChange): void {
    for (const panel of this.panels.values()) {
      const isMeant = root === undefined || (root === panel.root && entryIds?.has(panel.sessionId));
      if (isMeant !== false) panel.update();
    }
  }

  private webviewOptions(): vscode.WebviewOptions {
    return { enableScripts: true, localResourceRoots: [mediaFolder(this.options.context)] };
  }
}

function mediaFolder(context: vscode.ExtensionContext): vscode.Uri {
  return vscode.Uri.joinPath(context.extensionUri, 'media');
}

function keyOf({ root, sessionId }: AgentRef): string {
  return `${sessionId}@${root}`;
}
