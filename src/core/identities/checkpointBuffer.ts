import type { Clock } from '../../base/clock.ts';
import { errorText } from '../../base/errorText.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/logger.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import type { SnapshotToSave } from './continuityStore.ts';
import { isIdentityError } from './identityError.ts';

interface Buffered {
  newest: SnapshotToSave | undefined;
  /** When the oldest that is not in the store was accepted. */
  sinceMs: number;
  timer: Disposable | undefined;
  writing: Promise<void> | undefined;
}

const retryMs = 1_000;

/** What a buffer needs. */
export interface CheckpointBufferPorts {
  readonly maxLossWindowMs: number;
  /** @throws IdentityError */
  readonly write: (checkpoint: SnapshotToSave) => Promise<void>;
  /** Told when the store refuses a checkpoint for ever, because somebody else has the identity. */
  readonly onFenced: (checkpoint: SnapshotToSave) => void;
  readonly clock: Pick<Clock, 'after'>;
  readonly monotonicNow: () => number;
  readonly logger: Logger;
}

/** Keeps the newest checkpoint of each identity in memory for at most the loss window. */
export class CheckpointBuffer {
  private readonly buffered = new Map<AgentIdentity, Buffered>();

  constructor(private readonly ports: CheckpointBufferPorts) {}

  /** Takes a checkpoint in place of an older one; the time of the older one goes on. */
  keep(checkpoint: SnapshotToSave): void {
    const { identity } = checkpoint;
    const entry = this.buffered.get(identity) ?? this.fresh(identity);
    entry.newest = checkpoint;
    entry.timer ??= this.later(identity, this.ports.maxLossWindowMs);
  }

  /** For how long the oldest has waited; undefined when all is in the store. */
  unsavedMs(identity: AgentIdentity): number | undefined {
    const entry = this.buffered.get(identity);
    return entry === undefined ? undefined : this.ports.monotonicNow() - entry.sinceMs;
  }

  discard(identity: AgentIdentity): void {
    const entry = this.buffered.get(identity);
    entry?.timer?.dispose();
    if (entry) entry.newest = undefined;
    this.buffered.delete(identity);
  }

  /** Writes what waits. @throws IdentityError when it could not be written; it waits on unless it is stale */
  async flush(identity: AgentIdentity): Promise<void> {
    const entry = this.buffered.get(identity);
    if (!entry) return;
    entry.timer?.dispose();
    entry.timer = undefined;
    // One after the other, so that a newer one is never overtaken.
    while (entry.writing !== undefined) await entry.writing.catch(() => undefined);
    const { newest } = entry;
    if (newest === undefined) return;
    entry.writing = this.write(entry, newest);
    try {
      await entry.writing;
    } finally {
      entry.writing = undefined;
    }
  }

  /** Writes all that waits. @throws the first that went wrong, when everything has been tried */
  async flushAll(): Promise<void> {
    const flushes = [...this.buffered.keys()].map((identity) => this.flush(identity));
    const failed = (await Promise.allSettled(flushes)).find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
  }

  dispose(): void {
    for (const identity of [...this.buffered.keys()]) this.discard(identity);
  }

  private fresh(identity: AgentIdentity): Buffered {
    const entry: Buffered = {
      newest: undefined,
      sinceMs: this.ports.monotonicNow(),
      timer: undefined,
      writing: undefined,
    };
    this.buffered.set(identity, entry);
    return entry;
  }

  private async write(entry: Buffered, checkpoint: SnapshotToSave): Promise<void> {
    const { identity } = checkpoint;
    const startedMs = this.ports.monotonicNow();
    try {
      await this.ports.write(checkpoint);
    } catch (error) {
      this.afterFailure(entry, { checkpoint, error });
      throw error;
    }
    if (this.buffered.get(identity) !== entry) return;
    if (entry.newest === checkpoint) this.discard(identity);
    else this.goOn(entry, startedMs);
  }

  /** What came while another was written waits from the moment at which that began. */
  private goOn(entry: Buffered, startedMs: number): void {
    entry.sinceMs = startedMs;
    const waitedMs = this.ports.monotonicNow() - startedMs;
    const identity = entry.newest?.identity;
    if (identity === undefined) return;
    entry.timer ??= this.later(identity, Math.max(0, this.ports.maxLossWindowMs - waitedMs));
  }

  private afterFailure(
    entry: Buffered,
    { checkpoint, error }: { readonly checkpoint: SnapshotToSave; readonly error: unknown },
  ): void {
    const { identity, version } = checkpoint;
    this.ports.logger.warn(
      `Checkpoint ${version} of ${identity} is not saved: ${errorText(error)}`,
    );
    if (this.buffered.get(identity) !== entry) return;
    const isFenced = isIdentityError(error, 'stale-fencing-token');
    if (isFenced || isRefused(error)) this.discard(identity);
    else entry.timer ??= this.later(identity, retryMs);
    if (isFenced) this.ports.onFenced(checkpoint);
  }

  private later(identity: AgentIdentity, delayMs: number): Disposable {
    return this.ports.clock.after(delayMs, () => {
      this.flush(identity).catch(() => undefined);
    });
  }
}

/** Trying again would never help. */
function isRefused(error: unknown): boolean {
  if (isIdentityError(error, 'stale-checkpoint-version')) return true;
  if (!isIdentityError(error) || error.problem.code !== 'store') return false;
  const { code } = error.problem.problem;
  return code === 'not-found' || code === 'stale-generation';
}
