import * as vscode from 'vscode';
import { CoalescedRun } from '../base/coalescedRun.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { agentDetailsDocument, type DetailsUpdate } from '../presentation/agentDetailsDocument.ts';
import { parseAgentDetailsMessage } from '../presentation/agentDetailsMessage.ts';
import {
  agentDetailsParts,
  agentDetailsTitle,
  type AgentDetails,
  type DetailsParts,
} from '../presentation/agentDetailsPage.ts';
import type { AgentRef } from '../presentation/agentElement.ts';
import { changedParts } from '../presentation/webviewDocument.ts';
import { runDetailsAction } from './agentDetailsActions.ts';
import type { AgentDetailsSource, KnownDetails } from './agentDetailsSource.ts';
import { webviewResources } from './webviews/webviewResources.ts';

export interface AgentDetailsWebviewOptions {
  readonly ref: AgentRef;
  readonly source: AgentDetailsSource;
  /** The folder of the page's style and script. */
  readonly media: vscode.Uri;
  readonly logger: vscode.LogOutputChannel;
  readonly showAgent: (ref: AgentRef) => void;
}

/** The page of one agent in its panel. It shows the least that has changed, and does what is clicked. */
export class AgentDetailsWebview implements Disposable {
  private readonly own = new DisposableStore();
  /** What the page shows; undefined while it shows no content. */
  private shown: DetailsParts | undefined;
  private isLoaded = false;
  private readonly run: CoalescedRun;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly options: AgentDetailsWebviewOptions,
  ) {
    this.run = this.own.add(
      new CoalescedRun(
        () => this.refresh(),
        (error) => options.logger.warn('A details page could not be brought up to date.', error),
      ),
    );
    this.own.add(panel.webview.onDidReceiveMessage((message) => this.receive(message)));
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
    const { ref, media } = this.options;
    return agentDetailsDocument({
      placeholder: vscode.l10n.t('Reading the entry…'),
      title: ref.sessionId,
      language: vscode.env.language,
      state: ref,
      ...webviewResources(this.panel.webview, { media, name: 'agentDetails' }),
    });
  }
}
