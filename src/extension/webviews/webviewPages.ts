import * as vscode from 'vscode';
import { DisposableStore, toDisposable, type Disposable } from '../../base/lifecycle.ts';

/** A page in its panel. Disposing of it ends its work; the panel is the editor's. */
export interface WebviewPage extends Disposable {
  reveal(): void;
}

export interface WebviewPagesOptions<Ref, Page extends WebviewPage> {
  /** Also the `onWebviewPanel:` activation event of the manifest. */
  readonly viewType: string;
  readonly extensionUri: vscode.Uri;
  /** What a page is about, as a text that no other one has. */
  readonly keyOf: (ref: Ref) => string;
  /** The title of a page that knows nothing yet. */
  readonly titleOf: (ref: Ref) => string;
  /** Reads what a page stored; undefined when it is not the state of a page of ours. */
  readonly parseState: (state: unknown) => Ref | undefined;
  readonly open: (panel: vscode.WebviewPanel, opened: OpenedPage<Ref>) => Page;
}

export interface OpenedPage<Ref> {
  readonly ref: Ref;
  /** The folder of the page's style sheets and script. */
  readonly media: vscode.Uri;
}

/** The pages of one kind, one for each thing that somebody looks at. They survive a reload. */
export class WebviewPages<Ref, Page extends WebviewPage> implements Disposable {
  private readonly own = new DisposableStore();
  private readonly pages = new Map<string, Page>();
  private readonly media: vscode.Uri;

  constructor(private readonly options: WebviewPagesOptions<Ref, Page>) {
    this.media = vscode.Uri.joinPath(options.extensionUri, 'media');
    this.own.add(
      vscode.window.registerWebviewPanelSerializer(options.viewType, {
        deserializeWebviewPanel: (panel, state) => this.restore(panel, state),
      }),
    );
    // The pages themselves stay open: after a reload of the window they are handed back to us.
    this.own.add(
      toDisposable(() => {
        for (const page of this.pages.values()) page.dispose();
      }),
    );
  }

  /** Shows the page of something, the same one as before when it is open already. */
  show(ref: Ref): void {
    const { viewType, titleOf } = this.options;
    const known = this.get(ref);
    if (known) {
      known.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      viewType,
      titleOf(ref),
      vscode.ViewColumn.Active,
      this.webviewOptions(),
    );
    this.adopt(panel, ref);
  }

  get(ref: Ref): Page | undefined {
    return this.pages.get(this.options.keyOf(ref));
  }

  all(): readonly Page[] {
    return [...this.pages.values()];
  }

  dispose(): void {
    this.own.dispose();
  }

  private restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const ref = this.options.parseState(state);
    if (ref === undefined || this.get(ref)) {
      panel.dispose();
      return Promise.resolve();
    }
    panel.webview.options = this.webviewOptions();
    this.adopt(panel, ref);
    return Promise.resolve();
  }

  private adopt(panel: vscode.WebviewPanel, ref: Ref): void {
    const page = this.options.open(panel, { ref, media: this.media });
    const key = this.options.keyOf(ref);
    this.pages.set(key, page);
    panel.iconPath = {
      light: vscode.Uri.joinPath(this.media, 'page-light.svg'),
      dark: vscode.Uri.joinPath(this.media, 'page-dark.svg'),
    };
    panel.onDidDispose(() => {
      this.pages.delete(key);
      page.dispose();
    });
  }

  private webviewOptions(): vscode.WebviewOptions {
    return { enableScripts: true, localResourceRoots: [this.media] };
  }
}
