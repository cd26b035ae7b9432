import type { Clock } from '../../base/clock.ts';
import type { ActivityParty } from '../activity/activityEvent.ts';
import type { ActivitySink } from '../activity/activityLog.ts';
import type { FileLocks } from '../locks/fileLocks.ts';
import type { LockPath } from '../locks/lockPath.ts';
import type { LockConflict } from '../locks/lockRequest.ts';
import type { HarnessEvent } from './harnessEvent.ts';
import type { HookSettings } from './hookSettings.ts';
import type { SessionHeader, SessionLine } from './sessionLine.ts';
import type { SessionAgent } from './sessionAgent.ts';
import type { SessionState } from './sessionState.ts';
import type { TurnEvidence } from './turnOver.ts';

/** The record of the session of an event. Lines that it appends show in its state at once. */
export interface SessionRecord {
  /** Undefined for a session of which nothing is known. */
  readonly state: SessionState | undefined;
  /** What hooks of the session could not do, also of one that is not known. */
  readonly faults: readonly { readonly text: string }[];
  /** Edits that went on unguarded, by call id, and which hook was the first to tell it. */
  readonly unguardedCalls: ReadonlyMap<string, string>;
  /** Tells this hook from all others. */
  readonly hook: string;
  /** @throws Error when it cannot be written */
  append(...lines: readonly SessionLine[]): void;
  /** Reads again what parallel hooks have appended. Agents are other objects then. */
  reread(): void;
  /** Writes it anew with fewer lines where it has grown long. Never throws. */
  compact(): void;
}

/** The agents of the registry, as far as hooks need them. */
export interface HookAgents {
  /** Finds or makes the entry of the session, with its process. */
  register(event: HarnessEvent, known: SessionHeader | undefined): Promise<SessionHeader>;
  /** Finds or makes the entry of the child of the event; `known` is the one that it had before. */
  registerChild(
    event: HarnessEvent,
    at: { readonly parent: SessionHeader; readonly known: string | undefined },
  ): Promise<string>;
  /** False when the entry is gone or was ended by somebody. Costs a look at one file. */
  isListed(entryId: string): boolean;
  /** Marks an entry as complete; nothing when there is none or it has ended. */
  complete(entryId: string): Promise<void>;
  /** Brings the entry up to date at the end of a turn, unless that was done moments ago. */
  noteTurn(entryId: string, event: HarnessEvent): Promise<void>;
  /** How it is called in the log. */
  partyOf(entryId: string): ActivityParty;
}

/** A file that an agent names, as it is now. */
export interface LookedAtFile {
  readonly path: LockPath;
  /** What tells it from all other files, however they are spelt. */
  readonly key: string;
  /** Changes with the content: time of the change and size; `none` for what is not there. */
  readonly signature: string;
  readonly isFolder: boolean;
  /** Undefined for what is not there. */
  readonly changedMs: number | undefined;
}

export interface HookFiles {
  /** Undefined for what is outside the repository or has no lock path. */
  look(path: string, cwd: string): LookedAtFile | undefined;
  /** The same for a lock path, in the checkout of a folder. */
  lookAt(path: LockPath, cwd: string): LookedAtFile | undefined;
}

/** A file that somebody else held when a shell command began. */
export interface WatchedFile {
  readonly path: LockPath;
  readonly signature: string;
  readonly holderEntryId: string | undefined;
  readonly holder: ActivityParty;
}

/** Files are remembered from the start of a shell command to its end. */
export interface ShellWatch {
  /** What everybody but these agents seems to hold, copied where that is cheap. */
  foreignFiles(entryIds: ReadonlySet<string>, cwd: string): readonly WatchedFile[];
  remember(key: string, watch: WatchedFiles): void;
  /** What was remembered, once. */
  recall(key: string): WatchedFiles | undefined;
}

export interface WatchedFiles {
  readonly sinceMs: number;
  readonly files: readonly WatchedFile[];
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

/** A file and who changed it. */
export interface ChangedFile {
  readonly path: LockPath;
  readonly edit: EditByOther;
}

export interface HookWords {
  /** Why an edit is refused, and what to do instead. */
  refusal(conflicts: readonly LockConflict[]): Promise<string>;
  stale(changes: readonly ChangedFile[]): string;
  /** The same for an agent that is not refused. */
  changedMeanwhile(changes: readonly ChangedFile[]): string;
  changedByShell(files: readonly WatchedFile[]): string;
  /** Said instead of an edit where hooks that fail refuse. */
  failedClosed(problem: string): string;
}

export interface HookPorts {
  readonly clock: Pick<Clock, 'now'>;
  readonly settings: HookSettings;
  /** Whether the agent tells what it reads, so that what it has not seen can be known. */
  readonly reportsReads: boolean;
  readonly record: SessionRecord;
  readonly agents: HookAgents;
  readonly locks: Pick<FileLocks, 'lock' | 'closeTurn' | 'noteSavedOver' | 'holdersOf' | 'list'>;
  /** True when there may be something to give back, so that giving back is worth its price. */
  mayHold(entryId: string): boolean;
  /** True when an agent beyond doubt holds all of these for a good while yet. Costs a look at one file. */
  holds(entryId: string, paths: readonly LockPath[]): boolean;
  /** What hooks took for it that nobody has refreshed for a good while. Costs a look at one file. */
  agingLocks(entryId: string): readonly LockPath[];
  readonly files: HookFiles;
  readonly shell: ShellWatch;
  readonly others: OtherSessions;
  readonly activity: ActivitySink;
  /** Lets time pass, for what others are about to tell. */
  pause(ms: number): Promise<void>;
  /** The newest change of a path by anybody but this agent since an instant. */
  editByOther(
    path: LockPath,
    query: { entryId: string; sinceMs: number },
  ): Promise<EditByOther | undefined>;
  readonly words: HookWords;
  /** Hands the identity on to what the agent starts, where the harness has a way. */
  handOn(event: HarnessEvent, entryId: string): void;
}
