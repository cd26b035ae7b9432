import * as vscode from 'vscode';
import { CoalescedRun } from '../../base/coalescedRun.ts';
import { errorText } from '../../base/errorText.ts';
import { DisposableStore, toDisposable, type Disposable } from '../../base/lifecycle.ts';
import { isSessionError } from '../../core/sessions/sessionError.ts';
import { problemSentence } from '../../presentation/sessions/sessionWords.ts';
import { runOf } from '../../presentation/sessions/rows/listedSession.ts';
import type { SessionRef } from '../../presentation/sessions/rows/sessionElement.ts';
import { toolEntryId, type Transcript } from '../../presentation/sessions/transcript.ts';
import type { TranscriptEntry } from '../../presentation/sessions/transcriptEntry.ts';
import { changedParts } from '../../presentation/webviewDocument.ts';
import { notify } from '../commands/notify.ts';
import type { VirtualTexts } from '../virtualTexts.ts';
import { webviewResources } from '../webviews/webviewResources.ts';
import { entryHtml, type EntryHtmlOptions } from './page/entryHtml.ts';
import { sessionDocument, type SessionPageUpdate } from './page/sessionDocument.ts';
import { parseSessionPageMessage, type SessionPageMessage } from './page/sessionPageMessage.ts';
import { sessionParts, sessionTitle, type SessionParts } from './page/sessionParts.ts';
import { entriesChange } from './page/shownEntries.ts';
import type { SessionAgents } from './sessionAgents.ts';
import { carryOut } from './sessionPageRequests.ts';
import {
  sliced,
  TranscriptFollower,
  type TranscriptFollowerOptions,
} from './transcriptFollower.ts';

export interface SessionPanelOptions extends Pick<
  TranscriptFollowerOptions,
  'lists' | 'connections'
> {
  readonly ref: SessionRef;
  readonly media: vscode.Uri;
  readonly texts: Pick<VirtualTexts, 'add'>;
  readonly agents: Pick<SessionAgents, 'nameOf' | 'logInOf'>;
  readonly logger: vscode.LogOutputChannel;
}

/** What an agent says is shown this much later, all of it at once: some say a hundred things a second. */
const minIntervalMs = 100;
/** Times are told anew so often. */
const timeIntervalMs = 15_000;
/** So many characters are posted at once. */
const maxBatchLength = 200_000;

/** The page of one session. */
export class SessionPanel implements Disposable {
  private readonly own = new DisposableStore();
  private readonly run: CoalescedRun;
  private follower: TranscriptFollower | undefined;
  private shownParts: SessionParts | undefined;
  private readonly shownEntries = new Map<number, TranscriptEntry>();
  private isAnew = true;
  private isLoaded = false;
  /** Counts the documents that were loaded; what was begun for an earlier one is given up. */
  private generation = 0;
  private problem: string | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly options: SessionPanelOptions,
  ) {
    const { logger } = options;
    this.run = this.own.add(
      new CoalescedRun(
        () => this.refresh(),
        (error) => logger.warn('The page of a session could not be brought up to date.', error),
      ),
    );
    this.own.add(panel.webview.onDidReceiveMessage((message) => this.receive(message)));
    this.own.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.restart()));
    this.own.add(toDisposable(() => this.follower?.dispose()));
    const interval = setInterval(() => this.request(), timeIntervalMs);
    this.own.add(toDisposable(() => clearInterval(interval)));
    this.own.add(toDisposable(() => clearTimeout(this.timer)));
    panel.webview.html = this.document();
    this.follow();
  }

  get isSeen(): boolean {
    return this.panel.active && this.panel.visible && vscode.window.state.focused;
  }

  reveal(): void {
    this.panel.reveal();
  }

  /** Stops following the session. */
  dispose(): void {
    this.own.dispose();
  }

  private follow(): void {
    const { ref, lists, connections } = this.options;
    this.follower?.dispose();
    this.follower = new TranscriptFollower(ref, {
      ...{ lists, connections, isLive: vscode.workspace.isTrusted },
      onDidChange: () => this.request(),
      onDidFail: (error) => this.fail(error),
    });
  }

  /** From now on hosts are talked to, and questions have buttons. */
  private restart(): void {
    this.forget();
    this.follow();
  }

  private forget(): void {
    this.shownParts = undefined;
    this.shownEntries.clear();
    this.isAnew = true;
    this.generation += 1;
  }

  private fail(error: unknown): void {
    const { t } = vscode.l10n;
    this.problem = isSessionError(error)
      ? problemSentence(error.problem, t)
      : t('This session cannot be read: {0}', errorText(error));
    this.options.logger.warn(`${this.options.ref.sessionId} cannot be followed.`, error);
    this.request();
  }

  private request(): void {
    if (this.own.isDisposed) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.run.request();
    }, minIntervalMs);
  }

  private async refresh(): Promise<void> {
    const transcript = this.follower?.transcript;
    if (transcript === undefined) {
      if (this.problem !== undefined) this.send({ kind: 'placeholder', text: this.problem });
      return;
    }
    const title = sessionTitle(transcript, vscode.l10n.t);
    if (this.panel.title !== title) this.panel.title = title;
    // A hidden page is not there; it asks for everything when it is shown again.
    if (!this.isLoaded || !this.panel.visible) return;
    this.sendParts(transcript);
    await this.sendEntries(transcript);
  }

  private sendParts(transcript: Transcript): void {
    const next = sessionParts(transcript, {
      ...{ nowMs: Date.now(), t: vscode.l10n.t, nameOf: this.options.agents.nameOf },
      canAct: vscode.workspace.isTrusted,
    });
    const parts = changedParts(this.shownParts, next);
    this.shownParts = next;
    if (Object.keys(parts).length > 0) this.send({ kind: 'parts', parts });
  }

  /** A long course is posted piece by piece. */
  private async sendEntries(transcript: Transcript): Promise<void> {
    const { entries } = transcript;
    const { removed, changed } = entriesChange(this.shownEntries, entries);
    if (removed.length + changed.length === 0 && !this.isAnew) return;
    const { generation } = this;
    const look = this.lookOf(transcript);
    let batch: { readonly id: number; readonly markup: string }[] = [];
    let length = 0;
    for (const id of removed) this.shownEntries.delete(id);
    let gone = removed;
    const flush = (isLast: boolean): void => {
      const { isAnew } = this;
      this.send({ kind: 'entries', isAnew, removed: gone, changed: batch, isLast });
      this.isAnew = false;
      [batch, length, gone] = [[], 0, []];
    };
    const rest = sliced();
    for (const entry of changed) {
      const { markup } = entryHtml(entry, look);
      batch.push({ id: entry.id, markup });
      this.shownEntries.set(entry.id, entry);
      length += markup.length;
      if (length >= maxBatchLength) flush(false);
      await rest();
      if (this.generation !== generation || this.own.isDisposed) return;
    }
    flush(true);
  }

  private lookOf(transcript: Transcript): EntryHtmlOptions {
    const agent = runOf(transcript)?.agent;
    return {
      t: vscode.l10n.t,
      canAnswer: vscode.workspace.isTrusted,
      entryOfCall: (callId) => toolEntryId(transcript, callId),
      logIn: agent === undefined ? undefined : this.options.agents.logInOf(agent)?.name,
    };
  }

  /** Not awaited: a page that is just being hidden takes its time to answer. */
  private send(update: SessionPageUpdate): void {
    this.panel.webview.postMessage(update).then(undefined, (error: unknown) => {
      this.options.logger.debug('The page of a session did not take an update.', error);
    });
  }

  private receive(message: unknown): void {
    const request = parseSessionPageMessage(message);
    if (request === undefined) {
      this.options.logger.warn(
        'The page of a session posted something unknown, which was ignored.',
      );
      return;
    }
    this.act(request).catch((error: unknown) => notify('warning', errorText(error)));
  }

  private async act(request: SessionPageMessage): Promise<void> {
    if (request.kind === 'ready') {
      this.isLoaded = true;
      this.forget();
      this.request();
      return;
    }
    const { ref, texts } = this.options;
    const notTaken = await carryOut(request, {
      ...{ ref, texts, transcript: this.follower?.transcript },
    });
    if (notTaken) this.send({ kind: 'notTaken', ...notTaken });
  }

  /** An empty document: its script asks for the content as soon as it runs. */
  private document(): string {
    const { ref, media } = this.options;
    return sessionDocument({
      placeholder: vscode.l10n.t('Reading the session…'),
      title: ref.sessionId,
      language: vscode.env.language,
      state: ref,
      ...webviewResources(this.panel.webview, { media, name: 'sessionPage' }),
    });
  }
}
