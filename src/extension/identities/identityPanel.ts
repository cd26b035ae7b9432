import * as vscode from 'vscode';
import { CoalescedRun } from '../../base/coalescedRun.ts';
import { errorText } from '../../base/errorText.ts';
import { DisposableStore, toDisposable, type Disposable } from '../../base/lifecycle.ts';
import { isSessionId } from '../../core/agents/sessionId.ts';
import { identityName } from '../../presentation/identities/identityWords.ts';
import {
  toIdentityElement,
  type IdentityRef,
} from '../../presentation/identities/rows/identityElement.ts';
import { toPlainLine } from '../../presentation/plainText.ts';
import { toSessionElement } from '../../presentation/sessions/rows/sessionElement.ts';
import { changedParts } from '../../presentation/webviewDocument.ts';
import { notify } from '../commands/notify.ts';
import type { SessionAgents } from '../sessions/sessionAgents.ts';
import type { SessionCommandId } from '../sessions/sessionIds.ts';
import { webviewResources } from '../webviews/webviewResources.ts';
import type { IdentityCommandId } from './identityIds.ts';
import type { IdentityOwners } from './identityOwners.ts';
import type { IdentityListSet } from './identityListSet.ts';
import { identityDocument, type IdentityPageUpdate } from './page/identityDocument.ts';
import {
  parseIdentityPageMessage,
  type IdentityPageMessage,
  type PlainIdentityAction,
} from './page/identityPageMessage.ts';
import {
  identityParts,
  type IdentityPageContent,
  type IdentityParts,
} from './page/identityParts.ts';

export interface IdentityPanelOptions {
  readonly ref: IdentityRef;
  readonly media: vscode.Uri;
  readonly lists: Pick<IdentityListSet, 'get' | 'find' | 'onDidChange'>;
  readonly agents: Pick<SessionAgents, 'nameOf'>;
  readonly owners: Pick<IdentityOwners, 'current'>;
  readonly logger: vscode.LogOutputChannel;
}

/** Times are told anew so often. */
const timeIntervalMs = 10_000;

const commands: Readonly<Record<Exclude<PlainIdentityAction, 'ready'>, IdentityCommandId>> = {
  start: 'heddle.identity.start',
  checkpoint: 'heddle.identity.checkpoint',
  respawn: 'heddle.identity.respawn',
  reset: 'heddle.identity.reset',
  retire: 'heddle.identity.retire',
  delete: 'heddle.identity.delete',
  takeOver: 'heddle.identity.takeOver',
  showSession: 'heddle.identity.showSession',
  openSpec: 'heddle.identity.openSpec',
  copyName: 'heddle.identity.copyName',
};

/** The page of one agent. */
export class IdentityPanel implements Disposable {
  private readonly own = new DisposableStore();
  private readonly run: CoalescedRun;
  private shown: IdentityParts | undefined;
  private isLoaded = false;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly options: IdentityPanelOptions,
  ) {
    const { logger, lists } = options;
    this.run = this.own.add(
      new CoalescedRun(
        () => this.refresh(),
        (error) => logger.warn('The page of an agent could not be brought up to date.', error),
      ),
    );
    const request = (): void => void this.run.request();
    this.own.add(panel.webview.onDidReceiveMessage((message) => this.receive(message)));
    this.own.add(panel.onDidChangeViewState(request));
    this.own.add(lists.onDidChange(request));
    this.own.add(vscode.workspace.onDidGrantWorkspaceTrust(request));
    const interval = setInterval(request, timeIntervalMs);
    this.own.add(toDisposable(() => clearInterval(interval)));
    panel.webview.html = this.document();
  }

  reveal(): void {
    this.panel.reveal();
  }

  dispose(): void {
    this.own.dispose();
  }

  private async refresh(): Promise<void> {
    const content = await this.read();
    if (this.own.isDisposed) return;
    const { t } = vscode.l10n;
    if (content === undefined) {
      this.shown = undefined;
      const text = t('There is no agent named {0} here.', this.options.ref.identity);
      if (this.isKnown) this.send({ kind: 'placeholder', text });
      return;
    }
    const title = toPlainLine(identityName(content.placed.listed), 40);
    if (this.panel.title !== title) this.panel.title = title;
    // A hidden page is not there; it asks for everything when it is shown again.
    if (!this.isLoaded || !this.panel.visible) return;
    const next = identityParts(content, {
      ...{ t, nameOf: this.options.agents.nameOf, canAct: vscode.workspace.isTrusted },
    });
    const parts = changedParts(this.shown, next);
    this.shown = next;
    if (Object.keys(parts).length > 0) this.send({ kind: 'parts', parts });
  }

  private get isKnown(): boolean {
    const { ref, lists } = this.options;
    return lists.get(ref.worktree)?.isKnown === true;
  }

  private async read(): Promise<IdentityPageContent | undefined> {
    const { ref, lists, owners } = this.options;
    const placed = lists.find(ref);
    const continuity = lists.get(ref.worktree)?.continuity;
    if (placed === undefined || continuity === undefined) return undefined;
    const { messages } = await continuity.inbox.list(ref.identity);
    const health = owners.current(ref.worktree)?.status(ref.identity)?.continuityHealth;
    return { placed, messages, history: continuity.history.read(ref.identity), health };
  }

  /** Not awaited: a page that is just being hidden takes its time to answer. */
  private send(update: IdentityPageUpdate): void {
    this.panel.webview.postMessage(update).then(undefined, (error: unknown) => {
      this.options.logger.debug('The page of an agent did not take an update.', error);
    });
  }

  private receive(message: unknown): void {
    const request = parseIdentityPageMessage(message);
    if (request === undefined) {
      this.options.logger.warn('The page of an agent posted something unknown, which was ignored.');
      return;
    }
    this.act(request).catch((error: unknown) => notify('warning', errorText(error)));
  }

  private async act(request: IdentityPageMessage): Promise<void> {
    const { ref } = this.options;
    switch (request.kind) {
      case 'ready':
        this.isLoaded = true;
        this.shown = undefined;
        return this.run.request();
      case 'send':
        return this.sendMessage(request.text);
      case 'showPeer':
        return this.command('heddle.identity.showPage', { ...ref, identity: request.peer });
      case 'openSession':
        return this.openSession(request.session);
      default:
        return this.command(commands[request.kind], ref);
    }
  }

  private async sendMessage(text: string): Promise<void> {
    const id: IdentityCommandId = 'heddle.identity.send';
    const element = toIdentityElement(this.options.ref);
    const result: unknown = await vscode.commands.executeCommand(id, element, { text });
    const isTaken = typeof result === 'object' && result !== null && 'result' in result;
    if (!isTaken) this.send({ kind: 'notTaken', text });
  }

  private async openSession(sessionId: string): Promise<void> {
    const root = this.options.lists.find(this.options.ref)?.root;
    if (root === undefined || !isSessionId(sessionId)) return;
    const id: SessionCommandId = 'heddle.session.open';
    await vscode.commands.executeCommand(id, toSessionElement({ root, sessionId }));
  }

  private async command(id: IdentityCommandId, ref: IdentityRef): Promise<void> {
    await vscode.commands.executeCommand(id, toIdentityElement(ref));
  }

  /** An empty document: its script asks for the content as soon as it runs. */
  private document(): string {
    const { ref, media } = this.options;
    return identityDocument({
      placeholder: vscode.l10n.t('Reading what is known of the agent…'),
      title: ref.identity,
      language: vscode.env.language,
      state: ref,
      ...webviewResources(this.panel.webview, { media, name: 'identityPage' }),
    });
  }
}
