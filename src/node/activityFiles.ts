import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock, type Clock } from '../base/clock.ts';
import { errorCode } from '../base/errorText.ts';
import { silentLogger, type Logger } from '../base/logger.ts';
import { SerialQueue } from '../base/serialQueue.ts';
import { encodeActivityEvent } from '../core/activity/activityCodec.ts';
import type { ActivityEvent } from '../core/activity/activityEvent.ts';
import type {
  ActivityFollower,
  ActivityPage,
  ActivityPosition,
  ActivityQuery,
  ActivityReader,
  ActivitySink,
} from '../core/activity/activityLog.ts';
import { appendLines } from './activityAppend.ts';
import { ActivityFollow, positionOf } from './activityFollow.ts';
import { currentActivityFile, openActivityFiles } from './activityFolder.ts';
import { collectNewest } from './activityQuery.ts';
import {
  ActivityRotation,
  defaultActivityLimits,
  type ActivityLimits,
} from './activityRotation.ts';
import type { HeddleRoot } from './heddleRoot.ts';
import { makeStateFolder } from './makeStateFolder.ts';

export interface ActivityFilesOptions {
  /** Write nothing, as an untrusted workspace demands. */
  readonly isReadOnly?: boolean | undefined;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly limits?: Partial<ActivityLimits> | undefined;
}

/** The folder of the activity log of a root. */
export function activityFolder(location: HeddleRoot): string {
  return join(location.heddleFolder, 'activity');
}

const maxWriteBytes = 64 * 1024;

/**
 * The activity log, `.heddle/activity`: one line of JSON for each event, appended by every process at
 * once without a lock. Nothing is opened or made before the first event.
 */
export class ActivityFiles implements ActivitySink, ActivityReader {
  private readonly isReadOnly: boolean;
  private readonly logger: Logger;
  private readonly clock: Clock;
  private readonly limits: ActivityLimits;
  private readonly rotation: ActivityRotation;
  private readonly appends = new SerialQueue();
  private hasTidied = false;
  private isFailing = false;

  /** @param folder the absolute path of `.heddle/activity`; it need not exist */
  constructor(
    readonly folder: string,
    options: ActivityFilesOptions = {},
  ) {
    this.isReadOnly = options.isReadOnly ?? false;
    this.logger = options.logger ?? silentLogger;
    this.clock = options.clock ?? systemClock;
    this.limits = { ...defaultActivityLimits, ...options.limits };
    this.rotation = new ActivityRotation(folder, this.limits, this.clock);
  }

  async append(events: readonly ActivityEvent[]): Promise<void> {
    if (this.isReadOnly || events.length === 0) return;
    await this.appends.run(async () => {
      try {
        for (const lines of batches(events)) await this.write(lines);
        this.isFailing = false;
      } catch (error) {
        // Once: on a full disk every operation fails to be recorded.
        if (!this.isFailing) this.logger.warn(`${this.folder} could not be written.`, error);
        this.isFailing = true;
      }
    });
  }

  async read(query: ActivityQuery = {}): Promise<ActivityPage> {
    const opened = openActivityFiles(this.folder, this.limits.maxFiles);
    try {
      const collected = await collectNewest(opened.files, query);
      return {
        ...collected,
        skippedFiles: collected.skippedFiles + opened.unreadable,
        position: positionOf(opened),
      };
    } finally {
      opened.close();
    }
  }

  follow(from: ActivityPosition = this.position()): ActivityFollower {
    const { folder, clock, logger } = this;
    return new ActivityFollow({ folder, from, clock, logger, maxFiles: this.limits.maxFiles });
  }

  private position(): ActivityPosition {
    const opened = openActivityFiles(this.folder, this.limits.maxFiles);
    opened.close();
    return positionOf(opened);
  }

  private async write(lines: string): Promise<void> {
    const size = await this.appendMakingFolder(lines);
    if (size > this.limits.maxFileBytes) await this.rotation.rotate();
    else if (!this.hasTidied) this.rotation.removeOld();
    this.hasTidied = true;
  }

  /** Somebody may remove the folder at any time, so it tries again; but not for ever. */
  private async appendMakingFolder(lines: string, attempts = 10): Promise<number> {
    try {
      this.assertOwnFolder();
      return appendLines(join(this.folder, currentActivityFile), lines);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || attempts === 0) throw error;
      await makeStateFolder(this.folder);
      return this.appendMakingFolder(lines, attempts - 1);
    }
  }

  /** A link would lead out of the repository. */
  private assertOwnFolder(): void {
    if (lstatSync(this.folder).isDirectory()) return;
    throw new Error(`${this.folder} is not a folder; move it away`);
  }
}

/** The lines of the events, together as long as one write may be. */
function* batches(events: readonly ActivityEvent[]): Generator<string> {
  let batch = '';
  for (const event of events) {
    const line = encodeActivityEvent(event);
    if (Buffer.byteLength(batch) + Buffer.byteLength(line) > maxWriteBytes) {
      yield batch;
      batch = '';
    }
    batch += line;
  }
  yield batch;
}
