import type * as vscode from 'vscode';
import type { Disposable } from '../../base/lifecycle.ts';
import {
  toSessionElement,
  type SessionRef,
} from '../../presentation/sessions/rows/sessionElement.ts';
import { WebviewPages } from '../webviews/webviewPages.ts';
import { parseSessionPageState } from './page/sessionPageMessage.ts';
import { sessionPageViewType } from './sessionIds.ts';
import { SessionPanel, type SessionPanelOptions } from './sessionPanel.ts';

export interface SessionPanelsOptions extends Omit<SessionPanelOptions, 'ref' | 'media'> {
  readonly context: Pick<vscode.ExtensionContext, 'extensionUri'>;
}

/** The pages of sessions. */
export class SessionPanels implements Disposable {
  private readonly pages: WebviewPages<SessionRef, SessionPanel>;

  constructor(options: SessionPanelsOptions) {
    this.pages = new WebviewPages({
      viewType: sessionPageViewType,
      extensionUri: options.context.extensionUri,
      keyOf: toSessionElement,
      titleOf: ({ sessionId }) => sessionId,
      parseState: parseSessionPageState,
      open: (panel, opened) => new SessionPanel(panel, { ...options, ...opened }),
    });
  }

  /** Shows the page of a session, the same one as before when it is open already. */
  show(ref: SessionRef): void {
    this.pages.show(ref);
  }

  /** Whether the person looks at the page of a session just now. */
  isSeen(ref: SessionRef): boolean {
    return this.pages.get(ref)?.isSeen === true;
  }

  dispose(): void {
    this.pages.dispose();
  }
}
