import type { AgentDetailsState } from './agentDetailsMessage.ts';
import { html } from './agentDetailsHtml.ts';
import { detailsPartIds, type DetailsPartId, type DetailsParts } from './agentDetailsPage.ts';

export interface DocumentOptions {
  /** Shown until the content has arrived. */
  readonly placeholder: string;
  readonly title: string;
  /** Language of the texts, as BCP 47. */
  readonly language: string;
  readonly state: AgentDetailsState;
  /** What the editor serves the page's files from. */
  readonly cspSource: string;
  readonly styleUri: string;
  readonly scriptUri: string;
  /** Lets exactly our script run; new for each document. */
  readonly nonce: string;
}

/**
 * The document of a details page without its content, which the script asks for and then keeps up to
 * date part by part. Its policy allows one style sheet and one script of ours, and no
 * inline code, image, frame, form or connection at all.
 */
export function agentDetailsDocument(options: DocumentOptions): string {
  const { placeholder, nonce, cspSource, state } = options;
  const policy = `default-src 'none'; style-src ${cspSource}; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  const sections = detailsPartIds.map((id) => html`<div id="part-${id}" class="part"></div>`);
  const page = html`<html lang="${options.language}">
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content="${policy}" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <link rel="stylesheet" href="${options.styleUri}" />
      <title>${options.title}</title>
    </head>
    <body>
      <main id="agent" data-state="${encodeURIComponent(JSON.stringify(state))}">
        <p id="placeholder" role="status">${placeholder}</p>
        ${sections}
      </main>
      <script nonce="${nonce}" src="${options.scriptUri}"></script>
    </body>
  </html>`;
  return `<!DOCTYPE html>\n${page.markup}`;
}

/** What the extension posts to a page. */
export type DetailsUpdate =
  /** Parts of the content by their ids, as HTML. */
  | { readonly kind: 'parts'; readonly parts: Partial<Record<DetailsPartId, string>> }
  /** A text instead of the content. */
  | { readonly kind: 'placeholder'; readonly text: string };

/** The parts that look different from what a page shows now. */
export function changedParts(
  shown: DetailsParts | undefined,
  next: DetailsParts,
): Partial<Record<DetailsPartId, string>> {
  const changed = detailsPartIds.filter((id) => shown?.[id] !== next[id]);
  return Object.fromEntries(changed.map((id) => [id, next[id]]));
}
