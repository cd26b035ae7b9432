import type { AgentIdentity } from '../../src/core/identities/agentIdentity.ts';
import type {
  ContinuityFailure,
  ContinuityRecord,
  ContinuityResolveState,
  FencingToken,
  SessionSnapshot,
} from '../../src/core/identities/continuityRecord.ts';
import {
  ContinuityStoreError,
  type ContinuityStore,
  type SnapshotToSave,
} from '../../src/core/identities/continuityStore.ts';

/** The calls of a store that a test can hold up or let fail. */
export type StoreCall = 'resolve' | 'load' | 'save' | 'upsert' | 'delete';

/** A store without a disk. Each write is one synchronous step. */
export class MemoryContinuityStore implements ContinuityStore {
  /** What was asked, in order. */
  readonly calls: string[] = [];
  /** Said of an identity in place of what is kept. */
  readonly failures = new Map<AgentIdentity, ContinuityFailure>();
  /** Left out of the answers. */
  readonly silentOn = new Set<AgentIdentity>();
  /** Runs before a call has any effect; what it throws the call fails with. */
  before: (call: StoreCall, identity?: AgentIdentity) => Promise<void> | void = () => undefined;
  private readonly records = new Map<AgentIdentity, ContinuityRecord>();
  private readonly snapshots = new Map<string, SnapshotToSave>();
  private readonly fences = new Map<AgentIdentity, FencingToken>();

  async resolveMany(
    identities: readonly AgentIdentity[],
  ): Promise<ReadonlyMap<AgentIdentity, ContinuityResolveState>> {
    this.calls.push(`resolve ${identities.length}`);
    await this.before('resolve', identities[0]);
    const asked = identities.filter((identity) => !this.silentOn.has(identity));
    return new Map(asked.map((identity) => [identity, this.resolve(identity)]));
  }

  async loadSnapshot(
    identity: AgentIdentity,
    sessionId: string,
  ): Promise<SessionSnapshot | undefined> {
    this.calls.push(`load ${identity}`);
    await this.before('load', identity);
    return this.snapshots.get(`${identity}/${sessionId}`)?.snapshot;
  }

  async saveSnapshot(toSave: SnapshotToSave): Promise<void> {
    const { identity, sessionId, generation, version, token } = toSave;
    this.calls.push(`save ${identity} v${version} t${token}`);
    await this.before('save', identity);
    const record = this.records.get(identity);
    if (record?.sessionId !== sessionId || record.generation !== generation) {
      throw new ContinuityStoreError({ code: 'not-found', identity });
    }
    this.expectToken(identity, token);
    if (version <= record.checkpointVersion) {
      throw new ContinuityStoreError({
        code: 'stale-checkpoint-version',
        identity,
        presented: version,
        current: record.checkpointVersion,
      });
    }
    this.snapshots.set(`${identity}/${sessionId}`, toSave);
    this.records.set(identity, { ...record, checkpointVersion: version });
    this.fences.set(identity, token);
  }

  async upsertRecord(record: ContinuityRecord, token: FencingToken): Promise<ContinuityRecord> {
    const { identity } = record;
    this.calls.push(`upsert ${identity} g${record.generation} t${token}`);
    await this.before('upsert', identity);
    this.expectToken(identity, token);
    const current = this.records.get(identity);
    if (current !== undefined && record.generation < current.generation) {
      throw new ContinuityStoreError({
        code: 'stale-generation',
        identity,
        presented: record.generation,
        current: current.generation,
      });
    }
    const isSameLife = current?.generation === record.generation;
    const version = Math.max(record.checkpointVersion, isSameLife ? current.checkpointVersion : 0);
    const kept = { ...record, checkpointVersion: version };
    this.records.set(identity, kept);
    this.fences.set(identity, token);
    this.failures.delete(identity);
    return kept;
  }

  async deleteRecord(identity: AgentIdentity, token: FencingToken): Promise<void> {
    this.calls.push(`delete ${identity} t${token}`);
    await this.before('delete', identity);
    this.expectToken(identity, token);
    this.records.delete(identity);
    for (const key of [...this.snapshots.keys()]) {
      if (key.startsWith(`${identity}/`)) this.snapshots.delete(key);
    }
    this.fences.set(identity, token);
  }

  highestToken(): Promise<FencingToken> {
    return Promise.resolve(Math.max(0, ...this.fences.values()));
  }

  /** What is kept, whatever is said of it. */
  recordOf(identity: AgentIdentity): ContinuityRecord | undefined {
    return this.records.get(identity);
  }

  fenceOf(identity: AgentIdentity): FencingToken {
    return this.fences.get(identity) ?? 0;
  }

  private resolve(identity: AgentIdentity): ContinuityResolveState {
    const failure = this.failures.get(identity);
    if (failure) return { state: 'broken', failure };
    const record = this.records.get(identity);
    return record ? { state: 'ready', record } : { state: 'uninitialized' };
  }

  private expectToken(identity: AgentIdentity, presented: FencingToken): void {
    const current = this.fenceOf(identity);
    if (presented >= current) return;
    throw new ContinuityStoreError({ code: 'stale-fencing-token', identity, presented, current });
  }
}
