import * as vscode from 'vscode';
import { DisposableStore, toDisposable, type Disposable } from '../../base/lifecycle.ts';
import {
  toSessionElement,
  type SessionRef,
} from '../../presentation/sessions/rows/sessionElement.ts';
import { parseSessionPageState } from './page/sessionPageMessage.ts';
import { sessionPageViewType } from './sessionIds.ts';
import { SessionPanel, type SessionPanelOptions } from './sessionPanel.ts';

export interface SessionPanelsOptions extends Omit<SessionPanelOptions, 'ref' | 'media'> {
  readonly context: Pick<vscode.ExtensionContext, 'extensionUri'>;
}

/** The pages of sessions, one for each session that somebody looks at. They survive a reload. */
export class SessionPanels implements Disposable {
  private readonly own = new DisposableStore();
  private readonly panels = new Map<string, SessionPanel>();

  constructor(private readonly options: SessionPanelsOptions) {
    this.own.add(
      vscode.window.registerWebviewPanelSerializer(sessionPageViewType, {
        deserializeWebviewPanel: (panel, state) => this.restore(panel, state),
      }),
    );
    // The pages themselves stay open: after a reload of the window they are handed back to us.
    this.own.add(
      toDisposable(() => {
        for (const panel of this.panels.values()) panel.dispose();
      }),
    );
  }

  /** Shows the page of a session, the same one as before when it is open already. */
  show(ref: SessionRef): void {
    const known = this.panels.get(toSessionElement(ref));
    if (known) {
      known.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      sessionPageViewType,
      ref.sessionId,
      vscode.ViewColumn.Active,
      this.webviewOptions(),
    );
    this.adopt(panel, ref);
  }

  /** Whether the person looks at the page of a session just now. */
  isSeen(ref: SessionRef): boolean {
    return this.panels.get(toSessionElement(ref))?.isSeen === true;
  }

  dispose(): void {
    this.own.dispose();
  }

  private restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const ref = parseSessionPageState(state);
    if (ref === undefined || this.panels.has(toSessionElement(ref))) {
      panel.dispose();
      return Promise.resolve();
    }
    panel.webview.options = this.webviewOptions();
    this.adopt(panel, ref);
    return Promise.resolve();
  }

  private adopt(panel: vscode.WebviewPanel, ref: SessionRef): void {
    const opened = new SessionPanel(panel, { ...this.options, ref, media: this.media });
    const key = toSessionElement(ref);
    this.panels.set(key, opened);
    panel.onDidDispose(() => {
      this.panels.delete(key);
      opened.dispose();
    });
  }

  private get media(): vscode.Uri {
    return vscode.Uri.joinPath(this.options.context.extensionUri, 'media');
  }

  private webviewOptions(): vscode.WebviewOptions {
    return { enableScripts: true, localResourceRoots: [this.media] };
  }
}
