import type { Clock } from '../../base/clock.ts';
import { errorText } from '../../base/errorText.ts';
import { editedPaths } from '../../core/acp/editedPaths.ts';
import type { LockPath } from '../../core/locks/lockPath.ts';
import type { ToolCall } from '../../core/sessions/agentUpdate.ts';
import type { EditRecord } from './editRecord.ts';
import type { SessionLocks } from './sessionLocks.ts';

/** What watching the edits of an agent needs. */
export interface EditWatchPorts {
  readonly locks: SessionLocks;
  readonly edits: EditRecord;
  readonly clock: Pick<Clock, 'now'>;
  /** Tells those who watch that files were edited, with nobody asked, that somebody else holds. */
  readonly onUnguarded: (paths: readonly LockPath[]) => void;
  readonly onProblem: (problem: string) => void;
}

interface WatchedCall {
  readonly sinceMs: number;
  /** The paths that were looked at, in one text. */
  seen: string;
  fresh: readonly LockPath[];
  isUnknown: boolean;
  isAllowed: boolean;
  isHeld: boolean;
  isDone: boolean;
}

/** Calls of which no end was told are forgotten when there are more. */
const maxCalls = 1000;

/**
 * Watches the edits that an agent tells of, also those for which it asks nobody: their files are taken
 * for it before it gets to them, and what it changed is recorded.
 */
export class EditWatch {
  private readonly calls = new Map<string, WatchedCall>();
  private work: Promise<void> = Promise.resolve();

  constructor(private readonly ports: EditWatchPorts) {}

  /** A call as it is after an update, in the order of the updates. Never waits, never throws. */
  note(call: ToolCall): void {
    const paths = editedPaths(call);
    if (paths.length === 0) return;
    const watched = this.watched(call.callId);
    if (watched.isDone || call.status === 'failed') return;
    const seen = paths.join('\n');
    if (watched.seen !== seen) {
      watched.seen = seen;
      this.queue(() => this.take(call, watched));
    }
    if (call.status !== 'completed') return;
    watched.isDone = true;
    this.queue(() => this.complete(call, watched));
  }

  /** What was taken for a call when it was first noticed. */
  takenFor(callId: string): readonly LockPath[] {
    return this.calls.get(callId)?.fresh ?? [];
  }

  /** Somebody was asked about a call. */
  noteAllowed(callId: string): void {
    this.watched(callId).isAllowed = true;
  }

  /** Resolves when all that was noted so far is done. */
  settled(): Promise<void> {
    return this.work;
  }

  private watched(callId: string): WatchedCall {
    const known = this.calls.get(callId);
    if (known) return known;
    const watched: WatchedCall = {
      sinceMs: this.ports.clock.now(),
      seen: '',
      fresh: [],
      isUnknown: false,
      isAllowed: false,
      isHeld: false,
      isDone: false,
    };
    this.calls.set(callId, watched);
    const oldest = this.calls.keys().next();
    if (this.calls.size > maxCalls && oldest.done !== true) this.calls.delete(oldest.value);
    return watched;
  }

  private async take(call: ToolCall, watched: WatchedCall): Promise<void> {
    // It may ask yet, and is refused then.
    const options = { areFolders: call.toolKind !== 'edit', onlyIfFree: true };
    const taking = await this.ports.locks.take(editedPaths(call), options);
    watched.isUnknown = taking.kind === 'unknown';
    if (taking.kind === 'unknown') this.ports.onProblem(taking.problem);
    watched.isHeld = taking.kind === 'held' || taking.kind === 'refused';
    if (taking.kind === 'taken') watched.fresh = [...watched.fresh, ...taking.fresh];
  }

  private async complete(call: ToolCall, watched: WatchedCall): Promise<void> {
    const { locks, edits, onUnguarded } = this.ports;
    const paths = locks.lockPaths(editedPaths(call));
    if (paths.length === 0) return;
    if (watched.isHeld && !watched.isAllowed) onUnguarded(paths);
    if (watched.isUnknown) await edits.noteUnguarded(paths);
    else await edits.note({ paths, sinceMs: watched.sinceMs });
  }

  private queue(step: () => Promise<void>): void {
    this.work = this.work.then(step).catch((error: unknown) => {
      this.ports.onProblem(errorText(error));
    });
  }
}
