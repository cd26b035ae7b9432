import { html } from '../../../presentation/agentDetailsHtml.ts';
import type { SessionRef } from '../../../presentation/sessions/rows/sessionElement.ts';
import {
  partPlace,
  webviewDocument,
  type WebviewDocumentOptions,
} from '../../../presentation/webviewDocument.ts';
import type { SessionPartId } from './sessionParts.ts';

export interface SessionDocumentOptions extends Omit<WebviewDocumentOptions, 'id' | 'places'> {
  readonly state: SessionRef;
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

/** The document of a session's page without its content, which the script asks for. */
export function sessionDocument(options: SessionDocumentOptions): string {
  const before = ['head', 'status', 'prompt', 'plan', 'omitted'] as const satisfies SessionPartId[];
  const places = [...before.map(partPlace), html`<div id="entries"></div>`, partPlace('composer')];
  return webviewDocument({ ...options, id: 'session', places });
}
