/** What came of writing through an editor. */
export type EditorWrite =
  | { readonly kind: 'applied' }
  | { readonly kind: 'refused'; readonly reason: string }
  /** No editor has the file open. */
  | { readonly kind: 'not-open' };

/** The port to the editors in which files may be open with changes that no disk has. */
export interface EditorPort {
  /** Resolves when no editor is about to attach any more; who writes waits for it before the last checks. */
  ready?(): Promise<void>;
  /** The text as the person sees it; undefined when the file is not open or has no unsaved changes. */
  read(path: string): Promise<string | undefined>;
  write(path: string, text: string): Promise<EditorWrite>;
}
