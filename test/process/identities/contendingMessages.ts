/** What a contender is told, one line of JSON each. */
export type ContenderCommand =
  /** Acquires identities one after the other, or all with one call. */
  | {
      readonly do: 'acquire';
      readonly identities: readonly string[];
      readonly isAtOnce?: boolean | undefined;
    }
  | { readonly do: 'renew' }
  /** One checkpoint of each that it believes to own. */
  | { readonly do: 'checkpoint' }
  /** So many rounds of acquiring, working alone in a folder, and releasing. */
  | { readonly do: 'race'; readonly rounds: number; readonly folder: string }
  /** Acquires and releases one until it was granted it so many times, whatever becomes of the folder. */
  | { readonly do: 'mint'; readonly grants: number };

/** What it answers. */
export interface ContenderAnswer {
  /** The tokens of what it acquired. */
  readonly acquired?: Readonly<Record<string, number>>;
  readonly heldBy?: Readonly<Record<string, string>>;
  readonly renewed?: readonly string[];
  readonly lost?: readonly string[];
  /** Version or code of the refusal of each checkpoint. */
  readonly checkpoints?: Readonly<Record<string, number | string>>;
  /** All tokens that it was granted, in that order. */
  readonly minted?: readonly number[];
  /** The tokens of each that it owned, in that order, and how often it met another owner there. */
  readonly race?: {
    readonly tokens: Readonly<Record<string, readonly number[]>>;
    readonly met: number;
  };
}
