import { html, type Html } from './agentDetailsHtml.ts';

/** What a page of ours is loaded from. */
export interface WebviewResources {
  /** What the editor serves the page's files from. */
  readonly cspSource: string;
  /** In the order in which they apply. */
  readonly styleUris: readonly string[];
  readonly scriptUri: string;
  /** Lets exactly our script run; new for each document. */
  readonly nonce: string;
}

export interface WebviewDocumentOptions extends WebviewResources {
  /** The element that holds the content. */
  readonly id: string;
  /** Shown until the content has arrived. */
  readonly placeholder: string;
  readonly title: string;
  /** Language of the texts, as BCP 47. */
  readonly language: string;
  /** What the page remembers across a reload of the window; becomes JSON. */
  readonly state: object;
  /** The empty places of the content. */
  readonly places: readonly Html[];
}

/**
 * A document without its content, which its script asks for and then keeps up to date. Its policy allows
 * our style sheets and one script of ours, and no inline code, image, frame, form or connection at all.
 */
export function webviewDocument(options: WebviewDocumentOptions): string {
  const { placeholder, nonce, cspSource, state } = options;
  const policy = `default-src 'none'; style-src ${cspSource}; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  const page = html`<html lang="${options.language}">
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content="${policy}" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      ${options.styleUris.map((uri) => html`<link rel="stylesheet" href="${uri}" />`)}
      <title>${options.title}</title>
    </head>
    <body>
      <main id="${options.id}" data-state="${encodeURIComponent(JSON.stringify(state))}">
        <p id="placeholder" role="status">${placeholder}</p>
        ${options.places}
      </main>
      <script nonce="${nonce}" src="${options.scriptUri}"></script>
    </body>
  </html>`;
  return `<!DOCTYPE html>\n${page.markup}`;
}

/** The empty place of a part of the content. */
export function partPlace(id: string): Html {
  return html`<div id="part-${id}" class="part"></div>`;
}

/** The parts of a content, as HTML by their ids, that look different from what a page shows now. */
export function changedParts<Id extends string>(
  shown: Readonly<Record<Id, string>> | undefined,
  next: Readonly<Record<Id, string>>,
): Partial<Record<Id, string>> {
  const changed = (Object.keys(next) as Id[]).filter((id) => shown?.[id] !== next[id]);
  return Object.fromEntries(changed.map((id) => [id, next[id]])) as Partial<Record<Id, string>>;
}
