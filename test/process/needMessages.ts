/** What a process in need is told to do. */
export type NeedStep =
  | {
      readonly kind: 'save';
      readonly id: string;
      readonly version: string;
      /** How large the entry is, in parts of a few bytes. */
      readonly repetitions?: number;
    }
  | { readonly kind: 'chmod'; readonly name: string; readonly mode: number }
  | { readonly kind: 'names' }
  | { readonly kind: 'list' };

/** What came of one step. */
export interface NeedAnswer {
  readonly result?: unknown;
  /** Of a registry error, or `other`. */
  readonly code?: string;
  readonly message?: string;
}
