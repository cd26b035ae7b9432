import type { Clock } from '../base/clock.ts';
import { CoalescedRun } from '../base/coalescedRun.ts';
import { Emitter, type Event } from '../base/event.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import type { ActivityEvent } from '../core/activity/activityEvent.ts';
import type { ActivityFollower, ActivityPosition } from '../core/activity/activityLog.ts';
import {
  openActivityFiles,
  type OpenActivityFile,
  type OpenActivityFiles,
} from './activityFolder.ts';
import { readForwards } from './activityLines.ts';
import { DirectoryWatcher } from './directoryWatcher.ts';

export interface ActivityFollowOptions {
  readonly folder: string;
  readonly maxFiles: number;
  readonly from: ActivityPosition;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often it looks again, in case an event of the file system was lost. */
const rescanIntervalMs = 45_000;
/** Files of the past are forgotten, so that following for weeks costs no more than at first. */
const maxKnownFiles = 64;

/**
 * Reads what is added to the files of a log, whatever they are called by then. A file that was cut
 * short or made anew is read from its beginning.
 */
export class ActivityFollow implements ActivityFollower {
  private readonly own = new DisposableStore();
  private readonly _onDidAppend: Emitter<readonly ActivityEvent[]>;
  readonly onDidAppend: Event<readonly ActivityEvent[]>;
  readonly ready: Promise<void>;
  private readonly run: CoalescedRun;
  private readonly bytesRead: Map<string, number>;
  private rescanTimer: Disposable | undefined;

  constructor(private readonly options: ActivityFollowOptions) {
    const { folder, logger, from } = options;
    this.bytesRead = new Map(from.bytesRead);
    this._onDidAppend = this.own.add(
      new Emitter((error) => logger.error('A listener of the activity failed.', error)),
    );
    this.onDidAppend = this._onDidAppend.event;
    this.run = this.own.add(
      new CoalescedRun(
        () => this.look(),
        (error) => logger.warn('The activity could not be read.', error),
      ),
    );
    const watcher = this.own.add(new DirectoryWatcher(folder, logger));
    this.own.add(watcher.onDidChange(() => void this.run.request()));
    this.own.add({ dispose: () => this.rescanTimer?.dispose() });
    this.armRescan();
    this.ready = watcher.ready.then(() => this.run.request());
  }

  dispose(): void {
    this.own.dispose();
  }

  private async look(): Promise<void> {
    const opened = openActivityFiles(this.options.folder, this.options.maxFiles);
    try {
      for (const file of opened.files) await this.readOn(file);
    } finally {
      opened.close();
    }
    const forgotten = [...this.bytesRead.keys()].slice(0, -maxKnownFiles);
    for (const key of forgotten) this.bytesRead.delete(key);
  }

  private async readOn(file: OpenActivityFile): Promise<void> {
    const known = this.bytesRead.get(file.key) ?? 0;
    const from = file.size < known ? 0 : known;
    // First, so that nothing is told twice when it fails halfway. Last in the map is seen last.
    this.bytesRead.delete(file.key);
    this.bytesRead.set(file.key, file.end);
    for await (const { events } of readForwards(file, from)) {
      if (this.own.isDisposed) return;
      if (events.length > 0) this._onDidAppend.fire(events);
    }
  }

  private armRescan(): void {
    if (this.own.isDisposed) return;
    this.rescanTimer = this.options.clock.after(rescanIntervalMs, () => {
      void this.run.request();
      this.armRescan();
    });
  }
}

/** Where a log ends now. */
export function positionOf({ files }: OpenActivityFiles): ActivityPosition {
  return { bytesRead: new Map(files.map(({ key, end }) => [key, end])) };
}
