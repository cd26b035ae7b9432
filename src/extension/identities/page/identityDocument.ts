import type { IdentityRef } from '../../../presentation/identities/rows/identityElement.ts';
import {
  partPlace,
  webviewDocument,
  type WebviewDocumentOptions,
} from '../../../presentation/webviewDocument.ts';
import { identityPartIds, type IdentityPartId } from './identityParts.ts';

export interface IdentityDocumentOptions extends Omit<WebviewDocumentOptions, 'id' | 'places'> {
  readonly state: IdentityRef;
}

/** What the extension posts to a page. */
export type IdentityPageUpdate =
  /** Parts of the content by their ids, as HTML. */
  | { readonly kind: 'parts'; readonly parts: Partial<Record<IdentityPartId, string>> }
  /** What was put in was not taken. */
  | { readonly kind: 'notTaken'; readonly text: string }
  /** A text instead of the content. */
  | { readonly kind: 'placeholder'; readonly text: string };

/** The document of a named agent's page without its content, which the script asks for. */
export function identityDocument(options: IdentityDocumentOptions): string {
  return webviewDocument({ ...options, id: 'identity', places: identityPartIds.map(partPlace) });
}
