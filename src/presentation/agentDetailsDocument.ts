import type { AgentDetailsState } from './agentDetailsMessage.ts';
import { detailsPartIds, type DetailsPartId } from './agentDetailsPage.ts';
import { partPlace, webviewDocument, type WebviewDocumentOptions } from './webviewDocument.ts';

export interface DocumentOptions extends Omit<WebviewDocumentOptions, 'id' | 'places'> {
  readonly state: AgentDetailsState;
}

/** The document of a details page without its content, which the script asks for part by part. */
export function agentDetailsDocument(options: DocumentOptions): string {
  return webviewDocument({ ...options, id: 'agent', places: detailsPartIds.map(partPlace) });
}

/** What the extension posts to a page. */
export type DetailsUpdate =
  /** Parts of the content by their ids, as HTML. */
  | { readonly kind: 'parts'; readonly parts: Partial<Record<DetailsPartId, string>> }
  /** A text instead of the content. */
  | { readonly kind: 'placeholder'; readonly text: string };
