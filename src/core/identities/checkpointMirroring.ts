import type { Clock } from '../../base/clock.ts';
import { errorText } from '../../base/errorText.ts';
import type { Logger } from '../../base/logger.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import type { ContinuityMirror } from './continuityMirror.ts';
import type { CheckpointVersion } from './continuityRecord.ts';
import type { SnapshotToSave } from './continuityStore.ts';
import { pause } from './within.ts';

/** How far the second place is behind the first. */
export interface ReplicationLag {
  /** The newest checkpoint that has been copied by this process. */
  readonly mirroredVersion?: CheckpointVersion | undefined;
  /** 0 when nothing is behind. */
  readonly behindVersions: number;
  /** How long the oldest checkpoint that is not copied has waited; 0 when none does. */
  readonly behindMs: number;
}

interface Mirrored {
  newest: SnapshotToSave;
  copied: SnapshotToSave | undefined;
  /** Before the first: one less than the first that was seen here. */
  copiedVersion: CheckpointVersion;
  behindSinceMs: number | undefined;
  running: Promise<void> | undefined;
}

const firstRetryMs = 1_000;
const longestRetryMs = 60_000;

/** What mirroring needs. */
export interface MirroringPorts {
  readonly mirror: ContinuityMirror;
  readonly clock: Pick<Clock, 'after'>;
  readonly monotonicNow: () => number;
  readonly logger: Logger;
}

/** Copies checkpoints to a second place behind the back of those who make them, the newest of each identity. */
export class CheckpointMirroring {
  private readonly mirrored = new Map<AgentIdentity, Mirrored>();
  private hasStopped = false;

  constructor(private readonly ports: MirroringPorts) {}

  /** A checkpoint is in the store. */
  note(checkpoint: SnapshotToSave): void {
    const { identity, generation } = checkpoint;
    const known = this.mirrored.get(identity);
    const entry = known?.newest.generation === generation ? known : freshMirrored(checkpoint);
    entry.newest = checkpoint;
    entry.behindSinceMs ??= this.ports.monotonicNow();
    this.mirrored.set(identity, entry);
    entry.running ??= this.run(entry);
  }

  forget(identity: AgentIdentity): void {
    this.mirrored.delete(identity);
  }

  lag(identity: AgentIdentity): ReplicationLag {
    const entry = this.mirrored.get(identity);
    if (!entry) return { behindVersions: 0, behindMs: 0 };
    const { copied, copiedVersion, newest, behindSinceMs } = entry;
    return {
      ...(copied === undefined ? {} : { mirroredVersion: copied.version }),
      behindVersions: newest.version - copiedVersion,
      behindMs: behindSinceMs === undefined ? 0 : this.ports.monotonicNow() - behindSinceMs,
    };
  }

  /** Tries once more what is behind, and gives up. */
  async stop(): Promise<void> {
    this.hasStopped = true;
    const behind = [...this.mirrored.values()].filter((each) => each.copied !== each.newest);
    await Promise.all(behind.map((entry) => this.copy(entry)));
  }

  private async run(entry: Mirrored): Promise<void> {
    // Not in the step that noted it: a copy never holds up a checkpoint.
    await Promise.resolve();
    for (let retryMs = firstRetryMs; !this.hasStopped;) {
      if (this.mirrored.get(entry.newest.identity) !== entry || entry.copied === entry.newest)
        break;
      if (await this.copy(entry)) {
        retryMs = firstRetryMs;
      } else {
        await pause(this.ports.clock, retryMs);
        retryMs = Math.min(retryMs * 2, longestRetryMs);
      }
    }
    entry.running = undefined;
  }

  private async copy(entry: Mirrored): Promise<boolean> {
    const checkpoint = entry.newest;
    const startedMs = this.ports.monotonicNow();
    try {
      await this.ports.mirror.replicate(checkpoint);
    } catch (error) {
      const { identity, version } = checkpoint;
      this.ports.logger.warn(
        `Checkpoint ${version} of ${identity} is not mirrored: ${errorText(error)}`,
      );
      return false;
    }
    entry.copied = checkpoint;
    entry.copiedVersion = checkpoint.version;
    entry.behindSinceMs = entry.newest === checkpoint ? undefined : startedMs;
    return true;
  }
}

function freshMirrored(checkpoint: SnapshotToSave): Mirrored {
  return {
    newest: checkpoint,
    copied: undefined,
    copiedVersion: checkpoint.version - 1,
    behindSinceMs: undefined,
    running: undefined,
  };
}
