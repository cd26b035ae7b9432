import { html } from '../../../presentation/agentDetailsHtml.ts';
import type { IdentityRef } from '../../../presentation/identities/rows/identityElement.ts';
import { identityPartIds, type IdentityPartId } from './identityParts.ts';

export interface IdentityDocumentOptions {
  /** Shown until the content has arrived. */
  readonly placeholder: string;
  readonly title: string;
  /** Language of the texts, as BCP 47. */
  readonly language: string;
  readonly state: IdentityRef;
  /** What the editor serves the page's files from. */
  readonly cspSource: string;
  readonly styleUri: string;
  readonly scriptUri: string;
  /** Lets exactly our script run; new for each document. */
  readonly nonce: string;
}

/** What the extension posts to a page. */
export type IdentityPageUpdate =
  /** Parts of the content by their ids, as HTML. */
  | { readonly kind: 'parts'; readonly parts: Partial<Record<IdentityPartId, string>> }
  /** What was put in was not taken. */
  | { readonly kind: 'notTaken'; readonly text: string }
  /** A text instead of the content. */
  | { readonly kind: 'placeholder'; readonly text: string };

/**
 * The document of an agent's page without its content, which the script asks for. Its policy allows one
 * style sheet and one script of ours, and no inline code, image, frame, form or connection at all.
 */
export function identityDocument(options: IdentityDocumentOptions): string {
  const { placeholder, nonce, cspSource, state } = options;
  const policy = `default-src 'none'; style-src ${cspSource}; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  const page = html`<html lang="${options.language}">
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content="${policy}" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <link rel="stylesheet" href="${options.styleUri}" />
      <title>${options.title}</title>
    </head>
    <body>
      <main id="identity" data-state="${encodeURIComponent(JSON.stringify(state))}">
        <p id="placeholder" role="status">${placeholder}</p>
        ${identityPartIds.map((id) => html`<div id="part-${id}" class="part"></div>`)}
      </main>
      <script nonce="${nonce}" src="${options.scriptUri}"></script>
    </body>
  </html>`;
  return `<!DOCTYPE html>\n${page.markup}`;
}

/** The parts that look different from what a page shows now. */
export function changedIdentityParts(
  shown: Readonly<Record<IdentityPartId, string>> | undefined,
  next: Readonly<Record<IdentityPartId, string>>,
): Partial<Record<IdentityPartId, string>> {
  return Object.fromEntries(
    identityPartIds.filter((id) => shown?.[id] !== next[id]).map((id) => [id, next[id]]),
  );
}
