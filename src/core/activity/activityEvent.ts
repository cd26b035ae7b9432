/** What may happen to threads, agents and locks. The words are those of the file. */
export const activityKinds = [
  'thread-reserved',
  'thread-refused',
  'thread-released',
  'agent-reaped',
  'reap-undone',
  'lock-granted',
  'lock-refused',
  /** Began to wait for somebody else's lock. */
  'lock-waited',
  'lock-released',
  'lock-expired',
  /** Its holder was provably gone, or silent for too long. */
  'lock-reaped',
  'lock-broken',
  /** Somebody else changed a held file. */
  'lock-saved-over',
  /** An agent changed a file with a tool that its hook saw. */
  'file-edited',
  /** An edit went on although its hook could not look whether anybody holds the file. */
  'edit-unguarded',
] as const;
export type ActivityKind = (typeof activityKinds)[number];

/** Somebody who took part in an event. */
export interface ActivityParty {
  readonly holderId?: number | undefined;
  readonly sessionId?: string | undefined;
  /** Empty for somebody of whom nothing is known. */
  readonly name: string;
}

/** One thing that happened. The log may shorten long lists and texts. */
export interface ActivityEvent {
  /** Whole milliseconds since the Unix epoch, by the clock of whoever recorded it. */
  readonly atMs: number;
  readonly kind: ActivityKind | 'other';
  /** The word in the file, for the kind `other`: a newer version wrote it. */
  readonly otherKind?: string | undefined;
  /** Who did it, or to whom it happened. */
  readonly actor: ActivityParty;
  /** The other side: who holds what was refused, who broke the lock, who owns the thread. */
  readonly other?: ActivityParty | undefined;
  /** Relative to the repository. At most `maxActivityPaths` are kept. */
  readonly paths: readonly string[];
  /** How many paths there were, when more than are listed. */
  readonly pathCount?: number | undefined;
  readonly thread?: string | undefined;
  readonly mode?: 'exclusive' | 'shared' | undefined;
  readonly tokens?: readonly number[] | undefined;
  /** In the words of whoever did it. */
  readonly reason?: string | undefined;
  /** One word for programs, such as `ttl`, `silent`, `gone`, `age-cap` or `deadlock`. */
  readonly cause?: string | undefined;
}

export const maxActivityPaths = 50;
/** In UTF-16 code units. */
export const maxActivityReasonLength = 500;
