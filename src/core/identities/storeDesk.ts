import type { AgentIdentity } from './agentIdentity.ts';
import type {
  ContinuityRecord,
  ContinuityResolveState,
  FencingToken,
  SessionSnapshot,
} from './continuityRecord.ts';
import type { ContinuityStore, SnapshotToSave } from './continuityStore.ts';
import { IdentityError, storeFailure } from './identityError.ts';

/** The continuity store as the runtime asks it: all that fails is an `IdentityError`. */
export class StoreDesk {
  private isReachableNow = true;

  constructor(private readonly store: ContinuityStore) {}

  /** Whether the store did its work the last time that it was asked. */
  get isReachable(): boolean {
    return this.isReachableNow;
  }

  resolveMany(
    identities: readonly AgentIdentity[],
  ): Promise<ReadonlyMap<AgentIdentity, ContinuityResolveState>> {
    return this.ask(() => this.store.resolveMany(identities));
  }

  /** @throws IdentityError also where the store has no answer */
  async resolveOne(identity: AgentIdentity): Promise<ContinuityResolveState> {
    const answer = (await this.resolveMany([identity])).get(identity);
    if (answer) return answer;
    throw new IdentityError({ code: 'store', problem: { code: 'not-found', identity } });
  }

  loadSnapshot(identity: AgentIdentity, sessionId: string): Promise<SessionSnapshot | undefined> {
    return this.ask(() => this.store.loadSnapshot(identity, sessionId));
  }

  saveSnapshot(toSave: SnapshotToSave): Promise<void> {
    return this.ask(() => this.store.saveSnapshot(toSave));
  }

  upsertRecord(record: ContinuityRecord, token: FencingToken): Promise<ContinuityRecord> {
    return this.ask(() => this.store.upsertRecord(record, token));
  }

  deleteRecord(identity: AgentIdentity, token: FencingToken): Promise<void> {
    return this.ask(() => this.store.deleteRecord(identity, token));
  }

  private async ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      const answer = await work();
      this.isReachableNow = true;
      return answer;
    } catch (error) {
      const failure = storeFailure(error);
      const { problem } = failure;
      this.isReachableNow = !(problem.code === 'store' && problem.problem.code === 'io');
      throw failure;
    }
  }
}
