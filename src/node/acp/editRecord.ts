import type { Clock } from '../../base/clock.ts';
import type { ActivityParty } from '../../core/activity/activityEvent.ts';
import type { ActivityReader, ActivitySink } from '../../core/activity/activityLog.ts';
import type { LockPath } from '../../core/locks/lockPath.ts';
import type { SessionLocks } from './sessionLocks.ts';

/** What edits are recorded with. */
export interface EditRecordPorts {
  /** The agent, with its entry. */
  readonly actor: ActivityParty;
  readonly activity: ActivitySink & Pick<ActivityReader, 'read'>;
  readonly locks: SessionLocks;
  readonly clock: Pick<Clock, 'now'>;
  /** True when hooks of this agent record what it edits. */
  readonly hasHooks: () => Promise<boolean>;
}

interface Edit {
  readonly paths: readonly LockPath[];
  /** When the call that made it began. */
  readonly sinceMs: number;
}

/**
 * Records what an agent has edited, so that each edit is told once: what its hooks or a write through us
 * have recorded since the call began is not recorded again.
 */
export class EditRecord {
  private readonly waiting: Edit[] = [];
  private count = 0;

  constructor(private readonly ports: EditRecordPorts) {}

  /** How many edits were recorded here. */
  get edits(): number {
    return this.count;
  }

  /** An edit that was carried out. Where there are hooks, they have until the end of the turn to tell it. */
  async note(edit: Edit): Promise<void> {
    if (edit.paths.length === 0) return;
    if (await this.ports.hasHooks()) this.waiting.push(edit);
    else await this.record(edit);
  }

  /** An edit of which it could not be told whether somebody else holds its files. */
  async noteUnguarded(paths: readonly LockPath[]): Promise<void> {
    const { activity, actor, clock } = this.ports;
    await activity.append([{ atMs: clock.now(), kind: 'edit-unguarded', actor, paths }]);
  }

  /** At the end of a turn. */
  async flush(): Promise<void> {
    for (const edit of this.waiting.splice(0)) await this.record(edit);
  }

  private async record({ paths, sinceMs }: Edit): Promise<void> {
    const { activity, actor, clock, locks } = this.ports;
    const told = await this.toldSince(sinceMs);
    const untold = paths.filter((path) => !told.has(path));
    if (untold.length === 0) return;
    this.count += 1;
    await activity.append([{ atMs: clock.now(), kind: 'file-edited', actor, paths: untold }]);
    for (const path of untold) await locks.tellHolders(path);
  }

  private async toldSince(sinceMs: number): Promise<ReadonlySet<LockPath>> {
    const { activity, actor } = this.ports;
    const { events } = await activity.read({
      sinceMs,
      matches: ({ kind, actor: by }) =>
        (kind === 'file-edited' || kind === 'edit-unguarded') && by.sessionId === actor.sessionId,
    });
    return new Set(events.flatMap(({ paths }) => paths));
  }
}
