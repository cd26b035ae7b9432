import * as vscode from 'vscode';
import { DisposableStore, toDisposable, type Disposable } from '../base/lifecycle.ts';
import { parseAgentDetailsState } from '../presentation/agentDetailsMessage.ts';
import type { AgentRef } from '../presentation/agentElement.ts';
import type { AgentActivities, AgentActivitiesChange } from './agentActivities.ts';
import { AgentDetailsSource } from './agentDetailsSource.ts';
import { AgentDetailsWebview } from './agentDetailsWebview.ts';
import type { RegistrySet, RegistrySetChange } from './registrySet.ts';
import { WebviewPages } from './webviews/webviewPages.ts';

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
  private readonly pages: WebviewPages<AgentRef, AgentDetailsWebview>;

  constructor(registries: RegistrySet, options: AgentDetailsPanelsOptions) {
    const { context, activities, logger } = options;
    this.pages = this.own.add(
      new WebviewPages({
        viewType: agentDetailsViewType,
        extensionUri: context.extensionUri,
        keyOf: ({ root, sessionId }) => `${sessionId}@${root}`,
        titleOf: ({ sessionId }) => sessionId,
        parseState: parseAgentDetailsState,
        open: (panel, opened) =>
          new AgentDetailsWebview(panel, {
            ...{ ...opened, logger, showAgent: (other) => this.show(other) },
            source: new AgentDetailsSource(registries, opened.ref, activities),
          }),
      }),
    );
    this.own.add(registries.onDidChange((change) => this.update(change)));
    if (activities) this.own.add(activities.onDidChange((change) => this.updateAgents(change)));
    this.own.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.update(undefined)));
    const timer = setInterval(() => this.update(undefined), ageIntervalMs);
    this.own.add(toDisposable(() => clearInterval(timer)));
  }

  /** Shows the page of an agent, the same one as before when it is open already. */
  show(ref: AgentRef): void {
    this.pages.show(ref);
  }

  dispose(): void {
    this.own.dispose();
  }

  private update(change: RegistrySetChange | undefined): void {
    for (const panel of this.pages.all()) {
      if (change?.root === undefined || change.root === panel.root) panel.update();
    }
  }

  private updateAgents({ root, entryIds }: AgentActivitiesChange): void {
    for (const panel of this.pages.all()) {
      const isMeant = root === undefined || (root === panel.root && entryIds?.has(panel.sessionId));
      if (isMeant !== false) panel.update();
    }
  }
}
