import type { Clock } from '../../base/clock.ts';
import type { ActivityParty } from '../activity/activityEvent.ts';
import type { ActivitySink } from '../activity/activityLog.ts';
import type { FileLocks } from '../locks/fileLocks.ts';
import type { LockPath } from '../locks/lockPath.ts';
import type { LockConflict } from '../locks/lockRequest.ts';
import type { HarnessEvent } from './harnessEvent.ts';
import type { HookSettings } from './hookSettings.ts';
import type { SessionHeader, SessionLine } from './sessionLine.ts';
import type { SessionAgent, SessionState } from './sessionState.ts';
import type { TurnEvidence } from './turnOver.ts';

/** The record of the session of an event. Lines that it appends show in its state at once. */
export interface SessionRecord {
  /** Undefined for a session of which nothing is known. */
  readonly state: SessionState | undefined;
  append(...lines: readonly SessionLine[]): void;
  /** Writes it anew with fewer lines where it has grown long. */
  compact(): void;
}

/** The agents of the registry, as far as hooks need them. */
export interface HookAgents {
  /** Finds or makes the entry of the session, with its process. */
  register(event: HarnessEvent, known: SessionHeader | undefined): Promise<SessionHeader>;
  /** Finds or makes the entry of the child of the event. */
  registerChild(event: HarnessEvent, parent: SessionHeader): Promise<string>;
  /** Marks an entry as complete; nothing when there is none or it has ended. */
  complete(entryId: string): Promise<void>;
  /** Brings the entry up to date at the end of a turn. */
  noteTurn(entryId: string, event: HarnessEvent): Promise<void>;
  /** How it is called in the log. */
  partyOf(entryId: string): ActivityParty;
}

/** A file that an agent names, as it is now. */
export interface LookedAtFile {
  readonly path: LockPath;
  /** Changes with the content: time of the change and size; `none` for what is not there. */
  readonly signature: string;
}

export interface HookFiles {
  /** Undefined for what is outside the repository or has no lock path. */
  look(path: string, cwd: string): LookedAtFile | undefined;
  /** The same for a lock path, in the checkout of a folder. */
  lookAt(path: LockPath, cwd: string): LookedAtFile | undefined;
}

/** A file that somebody else held when a shell command began. */
export interface WatchedFile extends LookedAtFile {
  readonly holderEntryId: string | undefined;
  readonly holder: ActivityParty;
}

/** Files are remembered from the start of a shell command to its end. */
export interface ShellWatch {
  /** What everybody but these agents holds and is there, copied where that is cheap. */
  foreignFiles(entryIds: ReadonlySet<string>, cwd: string): Promise<readonly WatchedFile[]>;
  remember(key: string, files: readonly WatchedFile[]): void;
  /** What was remembered, once. */
  recall(key: string): readonly WatchedFile[];
}

/** Other sessions of coding agents. */
export interface OtherSessions {
  find(entryId: string): Promise<
    | {
        readonly agent: SessionAgent;
        readonly evidence: TurnEvidence;
      }
    | undefined
  >;
}

/** Who changed a file. */
export interface EditByOther {
  readonly by: string;
  readonly atMs: number;
}

export interface HookWords {
  /** Why an edit is refused, and what to do instead. */
  refusal(conflicts: readonly LockConflict[]): Promise<string>;
  stale(changes: readonly { readonly path: LockPath; readonly edit: EditByOther }[]): string;
  changedByShell(files: readonly WatchedFile[]): string;
  /** Said instead of an edit where hooks that fail refuse. */
  failedClosed(problem: string): string;
}

export interface HookPorts {
  readonly clock: Pick<Clock, 'now'>;
  readonly settings: HookSettings;
  readonly record: SessionRecord;
  readonly agents: HookAgents;
  readonly locks: Pick<FileLocks, 'lock' | 'closeTurn' | 'noteSavedOver' | 'holdersOf'>;
  /** True when there may be something to give back, so that giving back is worth its price. */
  mayHold(entryId: string): boolean;
  /** True when an agent beyond doubt holds all of these for a good while yet. Costs a look at one file. */
  holds(entryId: string, paths: readonly LockPath[]): boolean;
  readonly files: HookFiles;
  readonly shell: ShellWatch;
  readonly others: OtherSessions;
  readonly activity: ActivitySink;
  /** The newest change of a path by anybody but this agent since an instant. */
  editByOther(
    path: LockPath,
    query: { entryId: string; sinceMs: number },
  ): Promise<EditByOther | undefined>;
  readonly words: HookWords;
  /** Hands the identity on to what the agent starts, where the harness has a way. */
  handOn(event: HarnessEvent, entryId: string): void;
}
