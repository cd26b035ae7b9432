import assert from 'node:assert/strict';
import type { AgentIdentity } from '../../../../src/core/identities/agentIdentity.ts';
import type {
  ContinuityRecord,
  FencingToken,
} from '../../../../src/core/identities/continuityRecord.ts';
import type { SnapshotToSave } from '../../../../src/core/identities/continuityStore.ts';
import type { MemoryLeaseProvider } from '../../../support/identityMemoryLeases.ts';
import type { MemoryContinuityStore } from '../../../support/identityMemoryStore.ts';

/** A write that was let in, and by whom. */
export interface AcceptedWrite {
  readonly identity: AgentIdentity;
  readonly token: FencingToken;
  readonly instance: string;
}

interface Seen {
  /** The highest token under which something was written or embodied. */
  token: FencingToken;
  generation: number;
  version: number;
}

/** Sees what really happens to identities, whatever store and runtimes believe, and notes what must not. */
export class WriteWitness {
  private readonly seen = new Map<AgentIdentity, Seen>();
  private readonly mintedFor = new Map<FencingToken, string>();
  private readonly minted = new Map<AgentIdentity, FencingToken>();
  private readonly wrongs: string[] = [];

  constructor(
    private readonly store: MemoryContinuityStore,
    private readonly leases: MemoryLeaseProvider,
  ) {}

  note(wrong: string | undefined): void {
    if (wrong !== undefined) this.wrongs.push(wrong);
  }

  expectClean(): void {
    assert.deepEqual(this.wrongs, []);
  }

  tokenMinted(identity: AgentIdentity, token: FencingToken, instance: string): void {
    if (token <= (this.minted.get(identity) ?? 0)) this.note(`${identity}: token ${token} fell`);
    this.minted.set(identity, token);
    this.mintedFor.set(token, instance);
  }

  /** Work is begun: only by the owner of this very moment, and only when all others are fenced. */
  workBegun(
    what: 'create' | 'resume' | 'deliver',
    { identity, token, instance }: AcceptedWrite,
  ): void {
    const now = this.leases.ownerOf(identity);
    if (now?.token !== token || now.instance !== instance) {
      this.note(`${identity}: ${instance} begins to ${what} under token ${token} without a lease`);
    }
    if (what === 'deliver') return;
    if (this.store.fenceOf(identity) !== token) {
      this.note(`${identity}: ${instance} begins to ${what} before others are fenced`);
    }
    const seen = this.of(identity);
    seen.token = Math.max(seen.token, token);
  }

  recordWritten(record: ContinuityRecord, write: AcceptedWrite): void {
    const seen = this.written(write);
    const { generation, checkpointVersion, identity } = record;
    if (generation < seen.generation)
      this.note(`${identity}: generation ${generation} was written`);
    if (generation === seen.generation && checkpointVersion < seen.version) {
      this.note(`${identity}: version ${checkpointVersion} was written`);
    }
    seen.generation = generation;
    seen.version = checkpointVersion;
  }

  checkpointWritten({ identity, generation, version }: SnapshotToSave, write: AcceptedWrite): void {
    const seen = this.written(write);
    if (generation !== seen.generation || version <= seen.version) {
      this.note(`${identity}: checkpoint ${version} of generation ${generation} was written`);
    }
    seen.version = version;
  }

  deleted(write: AcceptedWrite): void {
    Object.assign(this.written(write), { generation: 0, version: 0 });
  }

  private written({ identity, token, instance }: AcceptedWrite): Seen {
    const seen = this.of(identity);
    if (token < seen.token) this.note(`${identity}: token ${token} got in after ${seen.token}`);
    if (this.mintedFor.get(token) !== instance) {
      this.note(`${identity}: ${instance} wrote under token ${token} of somebody else`);
    }
    seen.token = Math.max(seen.token, token);
    return seen;
  }

  private of(identity: AgentIdentity): Seen {
    const seen = this.seen.get(identity) ?? { token: 0, generation: 0, version: 0 };
    this.seen.set(identity, seen);
    return seen;
  }
}
