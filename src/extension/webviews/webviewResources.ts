import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { WebviewResources } from '../../presentation/webviewDocument.ts';

/** Shared by all pages, before their own. */
const sharedStyle = 'page.css';

/** What the page of that name is loaded from: `<name>.css` and `<name>.js` in the folder of media. */
export function webviewResources(
  webview: vscode.Webview,
  page: { readonly media: vscode.Uri; readonly name: string },
): WebviewResources {
  const uriOf = (file: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(page.media, file)).toString();
  return {
    cspSource: webview.cspSource,
    styleUris: [uriOf(sharedStyle), uriOf(`${page.name}.css`)],
    scriptUri: uriOf(`${page.name}.js`),
    nonce: randomBytes(24).toString('base64url'),
  };
}
