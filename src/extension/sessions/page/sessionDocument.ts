import { html } from '../../../presentation/agentDetailsHtml.ts';
import type { SessionRef } from '../../../presentation/sessions/rows/sessionElement.ts';
import type { SessionPartId } from './sessionParts.ts';

export interface SessionDocumentOptions {
  /** Shown until the content has arrived. */
  readonly placeholder: string;
  readonly title: string;
  /** Language of the texts, as BCP 47. */
  readonly language: string;
  readonly state: SessionRef;
  /** What the editor serves the page's files from. */
  readonly cspSource: string;
  readonly styleUri: string;
  readonly scriptUri: string;
  /** Lets exactly our script run; new for each document. */
  readonly nonce: string;
}

/** What the extension posts to a page. */
export type SessionPageUpdate =
  /** Parts of the content by their ids, as HTML. */
  | { readonly kind: 'parts'; readonly parts: Partial<Record<SessionPartId, string>> }
  | {
      readonly kind: 'entries';
      /** Everything that was shown before is gone. */
      readonly isAnew: boolean;
      readonly removed: readonly number[];
      readonly changed: readonly { readonly id: number; readonly markup: string }[];
      /** Nothing more comes at once. */
      readonly isLast: boolean;
    }
  /** What was put in was not taken. */
  | { readonly kind: 'notTaken'; readonly draft: string; readonly text: string }
  /** A text instead of the content. */
  | { readonly kind: 'placeholder'; readonly text: string };

/**
 * The document of a session's page without its content, which the script asks for and then keeps up to
 * date. Its policy allows one style sheet and one script of ours, and no inline code, image, frame, form
 * or connection at all.
 */
export function sessionDocument(options: SessionDocumentOptions): string {
  const { placeholder, nonce, cspSource, state } = options;
  const policy = `default-src 'none'; style-src ${cspSource}; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  const part = (id: SessionPartId) => html`<div id="part-${id}" class="part"></div>`;
  const page = html`<html lang="${options.language}">
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content="${policy}" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <link rel="stylesheet" href="${options.styleUri}" />
      <title>${options.title}</title>
    </head>
    <body>
      <main id="session" data-state="${encodeURIComponent(JSON.stringify(state))}">
        <p id="placeholder" role="status">${placeholder}</p>
        ${part('head')} ${part('status')} ${part('prompt')} ${part('plan')} ${part('omitted')}
        <div id="entries"></div>
        ${part('composer')}
      </main>
      <script nonce="${nonce}" src="${options.scriptUri}"></script>
    </body>
  </html>`;
  return `<!DOCTYPE html>\n${page.markup}`;
}

/** The parts that look different from what a page shows now. */
export function changedSessionParts(
  shown: Readonly<Record<SessionPartId, string>> | undefined,
  next: Readonly<Record<SessionPartId, string>>,
): Partial<Record<SessionPartId, string>> {
  const ids = Object.keys(next) as SessionPartId[];
  return Object.fromEntries(
    ids.filter((id) => shown?.[id] !== next[id]).map((id) => [id, next[id]]),
  );
}
