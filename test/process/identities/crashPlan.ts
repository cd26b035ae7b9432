/** What a process that is about to die is told. */
export interface CrashPlan {
  readonly root: string;
  readonly home: string;
  readonly operation: CrashOperation;
  /** The how-many-th step is its last, from 1. */
  readonly fatalStep: number;
  /** The token under which it works. */
  readonly token: number;
  /** The id of a message that it takes. */
  readonly message?: string | undefined;
}

export const crashOperations = [
  'acquire',
  'renew',
  'release',
  'upsert',
  'save',
  'delete',
  'put',
  'begin',
  'take',
  'shorten',
] as const;
export type CrashOperation = (typeof crashOperations)[number];
