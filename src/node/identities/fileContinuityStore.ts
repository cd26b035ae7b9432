import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock, type Clock } from '../../base/clock.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type {
  ContinuityRecord,
  ContinuityResolveState,
  FencingToken,
  SessionSnapshot,
} from '../../core/identities/continuityRecord.ts';
import {
  ContinuityStoreError,
  type ContinuityStore,
  type SnapshotToSave,
} from '../../core/identities/continuityStore.ts';
import { atomicWrite } from '../atomicWrite.ts';
import { forEachYielding } from '../yieldingLoop.ts';
import {
  isPlainFolderThere,
  type ContinuityFolder,
  type ContinuityTransaction,
} from './continuityFolder.ts';
import { ContinuityReader } from './continuityReader.ts';
import {
  maxKeptSnapshots,
  recordFileName,
  recordFileText,
  snapshotFileName,
  snapshotFilePattern,
  snapshotsFolderName,
  type KeptSnapshot,
  type RecordFile,
} from './recordFile.ts';
import { maxSnapshotBytes, snapshotDigest, snapshotFileText } from './snapshotFile.ts';
import { noFloor } from './tokenFloors.ts';
import { writeProblem } from './writeProblem.ts';
import { fileSteps } from './writeSteps.ts';

export interface FileContinuityStoreOptions {
  readonly clock?: Pick<Clock, 'now'> | undefined;
}

/**
 * What lasts of the identities, in files: everything is flushed to the disk before a write resolves, and
 * record.json is what makes it count.
 */
export class FileContinuityStore implements ContinuityStore {
  private readonly reader: ContinuityReader;

  constructor(
    private readonly folder: ContinuityFolder,
    private readonly options: FileContinuityStoreOptions = {},
  ) {
    this.reader = new ContinuityReader(folder);
  }

  async resolveMany(
    identities: readonly AgentIdentity[],
  ): Promise<ReadonlyMap<AgentIdentity, ContinuityResolveState>> {
    const states = new Map<AgentIdentity, ContinuityResolveState>();
    await this.guarded(() =>
      forEachYielding(identities, (identity) => {
        states.set(identity, this.reader.resolve(identity));
      }),
    );
    return states;
  }

  loadSnapshot(identity: AgentIdentity, sessionId: string): Promise<SessionSnapshot | undefined> {
    return this.guarded(() => Promise.resolve(this.reader.load(identity, sessionId)));
  }

  saveSnapshot(toSave: SnapshotToSave): Promise<void> {
    return this.transact(async (transaction) => {
      const { identity, sessionId, generation, version, token, snapshot } = toSave;
      const file = this.reader.read(identity);
      const record = file?.record;
      if (record?.sessionId !== sessionId || record.generation !== generation) {
        throw new ContinuityStoreError({ code: 'not-found', identity });
      }
      this.assertToken(identity, { presented: token, file });
      const current = record.checkpointVersion;
      if (!(version > current)) {
        const code = 'stale-checkpoint-version';
        throw new ContinuityStoreError({ code, identity, presented: version, current });
      }
      assertFits(snapshot.data);
      const kept = { sessionId, generation, version, digest: snapshotDigest(snapshot.data) };
      const others = (file?.snapshots ?? []).filter((other) => !isSameFile(other, kept));
      await this.writeSnapshot(transaction, { identity, kept, data: snapshot.data });
      await this.commit(transaction, identity, {
        fence: token,
        record: { ...record, checkpointVersion: version },
        snapshots: [...others, kept].slice(-maxKeptSnapshots),
      });
    });
  }

  upsertRecord(record: ContinuityRecord, token: FencingToken): Promise<ContinuityRecord> {
    return this.transact(async (transaction) => {
      const { identity, generation } = record;
      const file = this.reader.read(identity);
      this.assertToken(identity, { presented: token, file });
      const known = file?.record;
      if (known && generation < known.generation) {
        const current = known.generation;
        const code = 'stale-generation';
        throw new ContinuityStoreError({ code, identity, presented: generation, current });
      }
      const isOfGeneration = known?.generation === generation;
      const checkpointVersion = isOfGeneration
        ? Math.max(known.checkpointVersion, record.checkpointVersion)
        : record.checkpointVersion;
      const kept = { ...record, checkpointVersion };
      const snapshots = file?.snapshots ?? [];
      await this.commit(transaction, identity, { fence: token, record: kept, snapshots });
      return kept;
    });
  }

  deleteRecord(identity: AgentIdentity, token: FencingToken): Promise<void> {
    return this.transact(async (transaction) => {
      const found = this.reader.readAny(identity);
      const file = found && 'value' in found ? found.value : undefined;
      this.assertToken(identity, { presented: token, file });
      if (found === undefined && !this.reader.hasSnapshots(identity)) {
        const raised = new Map([[identity, { fence: token }]]);
        await this.folder.floors.raise(raised, transaction.assertStillHeld);
        return;
      }
      await this.commit(transaction, identity, {
        ...{ fence: token, record: undefined, snapshots: [] },
        deletedAtMs: Math.round((this.options.clock ?? systemClock).now()),
      });
    });
  }

  highestToken(): Promise<FencingToken> {
    return this.guarded(() => this.reader.highestToken());
  }

  /** Everybody of whom something is kept, in the order of their names. @throws system errors */
  identities(): readonly AgentIdentity[] {
    return this.reader.identities();
  }

  private assertToken(
    identity: AgentIdentity,
    { presented, file }: { readonly presented: number; readonly file: RecordFile | undefined },
  ): void {
    if (!Number.isSafeInteger(presented) || presented < 1) {
      const detail = `${presented} is not a fencing token; acquire the lease of ${identity} first.`;
      throw new ContinuityStoreError({ code: 'io', detail });
    }
    const floor = this.folder.floors.read().get(identity) ?? noFloor;
    const current = Math.max(file?.fence ?? 0, floor.fence);
    if (presented >= current) return;
    throw new ContinuityStoreError({ code: 'stale-fencing-token', identity, presented, current });
  }

  private async writeSnapshot(
    transaction: ContinuityTransaction,
    snapshot: {
      readonly identity: AgentIdentity;
      readonly kept: KeptSnapshot;
      readonly data: Uint8Array;
    },
  ): Promise<void> {
    const { identity, kept, data } = snapshot;
    const folder = await transaction.makeFolder(identity, snapshotsFolderName);
    await atomicWrite(
      join(folder, snapshotFileName(kept)),
      snapshotFileText(identity, kept, data),
      {
        observe: fileSteps(this.folder.observe, 'snapshot'),
        beforeRename: transaction.assertStillHeld,
      },
    );
  }

  /** The floor first: a fence that was seen counts for ever, whatever becomes of the folder. */
  private async commit(
    transaction: ContinuityTransaction,
    identity: AgentIdentity,
    file: RecordFile,
  ): Promise<void> {
    const own = await transaction.makeFolder(identity);
    const raised = new Map([[identity, { fence: file.fence }]]);
    await this.folder.floors.raise(raised, transaction.assertStillHeld);
    await atomicWrite(join(own, recordFileName), recordFileText(identity, file), {
      observe: fileSteps(this.folder.observe, 'record'),
      beforeRename: transaction.assertStillHeld,
    });
    // It is done; what cannot be tidied up now is tidied up the next time.
    await this.prune(own, file.snapshots).catch(() => undefined);
  }

  /** Removes what no record names any more; it counts for nothing. */
  private async prune(own: string, kept: readonly KeptSnapshot[]): Promise<void> {
    const folder = join(own, snapshotsFolderName);
    if (!(await isPlainFolderThere(folder))) return;
    const names = new Set(kept.map(snapshotFileName));
    for (const name of await readdir(folder)) {
      if (!snapshotFilePattern.test(name) || names.has(name)) continue;
      await unlink(join(folder, name)).catch(() => undefined);
    }
    this.folder.observe?.('snapshots:pruned');
  }

  private transact<T>(work: (transaction: ContinuityTransaction) => Promise<T>): Promise<T> {
    return this.guarded(() => this.folder.transact(work));
  }

  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ContinuityStoreError) throw error;
      const detail = writeProblem(error, this.folder.path);
      throw new ContinuityStoreError({ code: 'io', detail }, { cause: error });
    }
  }
}

function isSameFile(a: KeptSnapshot, b: KeptSnapshot): boolean {
  return a.generation === b.generation && a.version === b.version;
}

function assertFits(data: Uint8Array): void {
  if (data.length <= maxSnapshotBytes) return;
  const detail = `A checkpoint has at most ${maxSnapshotBytes} bytes; this one has ${data.length}.`;
  throw new ContinuityStoreError({ code: 'io', detail });
}
