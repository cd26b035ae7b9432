import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';

/** The scheme of texts that are shown and are no file. */
export const textScheme = 'heddle-text';
const maxKept = 200;

/** Texts that are only shown, such as a version from before. The oldest are forgotten. */
export class VirtualTexts implements vscode.TextDocumentContentProvider, Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChange = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this._onDidChange.event;
  private readonly contents = new Map<string, string | Uint8Array>();
  private nextId = 1;

  constructor() {
    this.own.add(this._onDidChange);
    this.own.add(vscode.workspace.registerTextDocumentContentProvider(textScheme, this));
  }

  /** @param path names it in its title, and says by its ending which language it is in */
  add(path: string, content: string | Uint8Array): vscode.Uri {
    const uri = this.uri(path, String(this.nextId));
    this.nextId += 1;
    this.set(uri, content);
    return uri;
  }

  /** The address of a text that is shown again and again. */
  uri(path: string, key: string): vscode.Uri {
    return vscode.Uri.file(path).with({ scheme: textScheme, query: key });
  }

  set(uri: vscode.Uri, content: string | Uint8Array): void {
    const key = uri.toString();
    this.contents.delete(key);
    this.contents.set(key, content);
    const [oldest] = this.contents.keys();
    if (this.contents.size > maxKept && oldest !== undefined) this.contents.delete(oldest);
    this._onDidChange.fire(uri);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const content = this.contents.get(uri.toString());
    if (content === undefined) return vscode.l10n.t('This text is not kept any more.');
    if (typeof content === 'string') return content;
    return vscode.workspace.decode(content, { uri: vscode.Uri.file(uri.path) });
  }

  dispose(): void {
    this.own.dispose();
  }
}
