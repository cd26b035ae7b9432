import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { CoalescedRun } from '../base/coalescedRun.ts';
import { DisposableStore, toDisposable, type Disposable } from '../base/lifecycle.ts';
import type { AgentRef } from '../presentation/agentElement.ts';
import {
  agentDetailsDocument,
  changedParts,
  type DetailsUpdate,
} from '../presentation/agentDetailsDocument.ts';
import {
  parseAgentDetailsMessage,
  parseAgentDetailsState,
} from '../presentation/agentDetailsMessage.ts';
import {
  agentDetailsParts,
  agentDetailsTitle,
  type AgentDetails,
  type DetailsParts,
} from '../presentation/agentDetailsPage.ts';
import type { AgentActivities, AgentActivitiesChange } from './agentActivities.ts';
import { runDetailsAction } from './agentDetailsActions.ts';
import { AgentDetailsSource, type KnownDetails } from './agentDetailsSource.ts';
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
  private readonly panels = new Map<string, AgentDetailsPanel>();

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
    const opened = new AgentDetailsPanel(panel, {
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

interface PanelOptions {
  readonly ref: AgentRef;
  readonly source: AgentDetailsSource;
  readonly media: vscode.Uri;
  readonly logger: vscode.LogOutputChannel;
  readonly showAgent: (ref: AgentRef) => void;
}

class AgentDetailsPanel implements Disposable {
  private readonly own = new DisposableStore();
  /** What the page shows; undefined while it shows no content. */
  private shown: DetailsParts | undefined;
  private isLoaded = false;
  private readonly run: CoalescedRun;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly options: PanelOptions,
  ) {
    this.run = this.own.add(
      new CoalescedRun(
        () => this.refresh(),
        (error) => options.logger.warn('A details page could not be brought up to date.', error),
      ),
    );
    this.own.add(panel.webview.onDidReceiveMessage((message) => this.receive(message)));
    panel.iconPath = {
      light: vscode.Uri.joinPath(options.media, 'page-light.svg'),
      dark: vscode.Uri.joinPath(options.media, 'page-dark.svg'),
    };
    panel.webview.html = this.document();
    this.update();
  }

  get root(): string {
    return this.options.ref.root;
  }

  get sessionId(): string {
    return this.options.ref.sessionId;
  }

  reveal(): void {
    this.panel.reveal();
  }

  /** Brings the page up to date, with the least that has changed. */
  update(): void {
    void this.run.request();
  }

  /** Stops updating the page. */
  dispose(): void {
    this.own.dispose();
  }

  private async refresh(): Promise<void> {
    const known = await this.options.source.read();
    if (this.own.isDisposed) return;
    if (known.kind === 'known') this.updateTitle(known.details);
    // A hidden page is not there; it asks for everything when it is shown again.
    if (this.isLoaded && this.panel.visible) this.post(known);
  }

  private post(known: KnownDetails): void {
    const { t } = vscode.l10n;
    if (known.kind === 'reading') return;
    if (known.kind === 'missing') {
      this.send({ kind: 'placeholder', text: t('This entry was removed.') });
      return;
    }
    const next = agentDetailsParts(known.details, {
      nowMs: Date.now(),
      t,
      canWrite: vscode.workspace.isTrusted,
    });
    const parts = changedParts(this.shown, next);
    this.shown = next;
    if (Object.keys(parts).length > 0) this.send({ kind: 'parts', parts });
  }

  /** Not awaited: a page that is just being hidden takes its time to answer. */
  private send(update: DetailsUpdate): void {
    this.panel.webview.postMessage(update).then(undefined, (error: unknown) => {
      this.options.logger.debug('A details page did not take an update.', error);
    });
  }

  private updateTitle({ agent, activity }: AgentDetails): void {
    const title = agentDetailsTitle(agent, { t: vscode.l10n.t, now: activity?.now });
    if (this.panel.title !== title) this.panel.title = title;
  }

  private receive(message: unknown): void {
    const request = parseAgentDetailsMessage(message);
    const { ref, showAgent, logger } = this.options;
    switch (request?.kind) {
      case undefined:
        logger.warn('A details page posted something unknown, which was ignored.');
        return;
      case 'ready':
        this.isLoaded = true;
        this.shown = undefined;
        this.update();
        return;
      case 'showAgent':
        showAgent({ root: ref.root, sessionId: request.sessionId });
        return;
      case 'action':
        void runDetailsAction(request.action, ref);
    }
  }

  /** An empty document: its script asks for the content as soon as it runs. */
  private document(): string {
    const { webview } = this.panel;
    const { ref, media } = this.options;
    const uriOf = (name: string): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(media, name)).toString();
    return agentDetailsDocument({
      placeholder: vscode.l10n.t('Reading the entry…'),
      title: ref.sessionId,
      language: vscode.env.language,
      state: ref,
      cspSource: webview.cspSource,
      styleUri: uriOf('agentDetails.css'),
      scriptUri: uriOf('agentDetails.js'),
      nonce: randomBytes(24).toString('base64url'),
    });
  }
}

function mediaFolder(context: vscode.ExtensionContext): vscode.Uri {
  return vscode.Uri.joinPath(context.extensionUri, 'media');
}

function keyOf({ root, sessionId }: AgentRef): string {
  return `${sessionId}@${root}`;
}
