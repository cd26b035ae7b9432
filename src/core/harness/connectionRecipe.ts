import type { HarnessId } from './harnessEvent.ts';

/** In whose settings a coding agent is connected. */
export const connectionScopes = ['local', 'shared', 'user'] as const;
/** `local`: this checkout, uncommitted. `shared`: this repository, committed. `user`: every repository of a person. */
export type ConnectionScope = (typeof connectionScopes)[number];

/** Where a settings file is, in names below a folder. */
export type SettingsPlace =
  /** Below the top of the checkout. */
  | { readonly base: 'checkout'; readonly path: readonly string[] }
  /** Below the folder that the environment variable names; without it below `folder` in the home. */
  | {
      readonly base: 'user';
      readonly variable: string | undefined;
      readonly folder: readonly string[];
      readonly path: readonly string[];
    };

/** What an edit of a settings text comes to. */
export type SettingsEdit =
  /** The whole text afterwards; undefined when nothing is left that is worth a file. */
  | { readonly kind: 'text'; readonly text: string | undefined }
  /** Nothing can be done with this text. The reason completes "FILE …" and says what to do. */
  | { readonly kind: 'problem'; readonly reason: string };

/** What a settings text says of the connection. */
export type SettingsState =
  /** Nothing of ours is in it. */
  | { readonly kind: 'none' }
  /** Exactly what would be written today. */
  | { readonly kind: 'current' }
  /** Ours, but of another form than that of today. */
  | { readonly kind: 'older' }
  /** A part of what would be written today. */
  | { readonly kind: 'partial'; readonly missing: readonly string[] }
  | { readonly kind: 'problem'; readonly reason: string };

/** How the program of a coding agent is found on a machine. */
export interface HarnessTraces {
  /** Names of its commands, without an ending. */
  readonly commands: readonly string[];
  /** Files or folders below the home that only an installation makes, in names; `*` ends a prefix. */
  readonly inHome: readonly (readonly string[])[];
  /** The same from the root of the file system. */
  readonly absolute: readonly string[];
}

/**
 * How one coding agent is told to call our hook: which file, and its text before and after. Pure; it
 * never sees the disk. Texts are without a byte order mark.
 */
export interface ConnectionRecipe {
  readonly harness: HarnessId;
  /** For people, e.g. `Claude Code`. */
  readonly displayName: string;
  readonly places: Readonly<Record<ConnectionScope, SettingsPlace>>;
  /** True when the whole file is ours by its name. */
  readonly isOwnFile: boolean;
  readonly traces: HarnessTraces;
  /** The text with our hooks in their form of today; undefined stands for no file. Doing it again changes nothing. */
  connected(before: string | undefined): SettingsEdit;
  /** The text without anything of ours. What `original` has, such as an empty list, is kept. */
  disconnected(text: string, original: string | undefined): SettingsEdit;
  state(text: string): SettingsState;
  /** What a person must know or do after connecting, in sentences. */
  notes(scope: ConnectionScope): readonly string[];
}
