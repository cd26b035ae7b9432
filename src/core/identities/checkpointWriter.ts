import type { AgentIdentity } from './agentIdentity.ts';
import { CheckpointBuffer } from './checkpointBuffer.ts';
import type { ContinuityMirror, ReplicationLag } from './continuityMirror.ts';
import type { SnapshotToSave } from './continuityStore.ts';
import { internalFailure } from './identityError.ts';
import type { IdentityRuntimeConfig } from './identityRuntimeConfig.ts';
import type { StoreDesk } from './storeDesk.ts';

/** What is not yet as safe as it will be. */
export interface CheckpointLag {
  /** For how long the oldest checkpoint has been in memory only. */
  readonly unsavedMs?: number | undefined;
  /** Under `async_replicated` only. */
  readonly replication?: ReplicationLag | undefined;
}

/** What a writer needs. */
export interface CheckpointWriterPorts {
  readonly config: IdentityRuntimeConfig;
  readonly store: StoreDesk;
  /** Told when a checkpoint that was accepted earlier turns out to be of a former owner. */
  readonly onFenced: (checkpoint: SnapshotToSave) => void;
}

/** Brings checkpoints to the store as the durability policy says. */
export class CheckpointWriter {
  private readonly buffer: CheckpointBuffer | undefined;
  private readonly mirror: ContinuityMirror | undefined;

  /** @throws IdentityError `internal` when the policy needs a mirror and there is none */
  constructor(private readonly ports: CheckpointWriterPorts) {
    const { config, store, onFenced } = ports;
    const { durability, mirror } = config;
    if (durability.kind === 'buffered_export') {
      const write = (checkpoint: SnapshotToSave): Promise<void> => store.saveSnapshot(checkpoint);
      const { maxLossWindowMs } = durability;
      this.buffer = new CheckpointBuffer({ ...config, maxLossWindowMs, write, onFenced });
    }
    if (durability.kind === 'async_replicated') {
      if (mirror === undefined) throw internalFailure('no-mirror', noMirrorText);
      this.mirror = mirror;
    }
  }

  /** Resolves when the checkpoint is as safe as the policy wants it. @throws IdentityError */
  async save(checkpoint: SnapshotToSave): Promise<void> {
    if (this.buffer) this.buffer.keep(checkpoint);
    else await this.saveNow(checkpoint);
  }

  /** Whatever the policy: resolves when the store has it. @throws IdentityError */
  saveNow(checkpoint: SnapshotToSave): Promise<void> {
    return this.ports.store.saveSnapshot(checkpoint);
  }

  /** @throws IdentityError */
  async flush(identity: AgentIdentity): Promise<void> {
    await this.buffer?.flush(identity);
  }

  /** Forgets what is not written yet. */
  discard(identity: AgentIdentity): void {
    this.buffer?.discard(identity);
  }

  lag(identity: AgentIdentity): CheckpointLag {
    const unsavedMs = this.buffer?.unsavedMs(identity);
    const replication = this.mirror?.status();
    return {
      ...(unsavedMs === undefined ? {} : { unsavedMs }),
      ...(replication === undefined ? {} : { replication }),
    };
  }

  /** Writes all that is left, and stops. @throws IdentityError when something could not be written */
  async stop(): Promise<void> {
    try {
      await this.buffer?.flushAll();
    } finally {
      this.buffer?.dispose();
    }
  }
}

const noMirrorText =
  'The durability policy async_replicated needs a second place for checkpoints: configure one, or choose another policy.';
