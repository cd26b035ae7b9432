import * as vscode from 'vscode';
import { DisposableStore, toDisposable, type Disposable } from '../../base/lifecycle.ts';
import {
  toIdentityElement,
  type IdentityRef,
} from '../../presentation/identities/rows/identityElement.ts';
import { identityPageViewType } from './identityIds.ts';
import { IdentityPanel, type IdentityPanelOptions } from './identityPanel.ts';
import { parseIdentityPageState } from './page/identityPageMessage.ts';

export interface IdentityPanelsOptions extends Omit<IdentityPanelOptions, 'ref' | 'media'> {
  readonly context: Pick<vscode.ExtensionContext, 'extensionUri'>;
}

/** The pages of named agents, one for each at whom somebody looks. They survive a reload. */
export class IdentityPanels implements Disposable {
  private readonly own = new DisposableStore();
  private readonly panels = new Map<string, IdentityPanel>();

  constructor(private readonly options: IdentityPanelsOptions) {
    this.own.add(
      vscode.window.registerWebviewPanelSerializer(identityPageViewType, {
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

  /** Shows the page of an agent, the same one as before when it is open already. */
  show(ref: IdentityRef): void {
    const known = this.panels.get(toIdentityElement(ref));
    if (known) {
      known.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      identityPageViewType,
      ref.identity,
      vscode.ViewColumn.Active,
      this.webviewOptions(),
    );
    this.adopt(panel, ref);
  }

  dispose(): void {
    this.own.dispose();
  }

  private restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const ref = parseIdentityPageState(state);
    if (ref === undefined || this.panels.has(toIdentityElement(ref))) {
      panel.dispose();
      return Promise.resolve();
    }
    panel.webview.options = this.webviewOptions();
    this.adopt(panel, ref);
    return Promise.resolve();
  }

  private adopt(panel: vscode.WebviewPanel, ref: IdentityRef): void {
    const opened = new IdentityPanel(panel, { ...this.options, ref, media: this.media });
    const key = toIdentityElement(ref);
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
