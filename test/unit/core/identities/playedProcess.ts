import {
  ContinuityStoreError,
  type ContinuityStore,
} from '../../../../src/core/identities/continuityStore.ts';
import { LeaseError, type LeaseProvider } from '../../../../src/core/identities/leaseProvider.ts';
import { BridgeError } from '../../../../src/core/identities/sessionBridge.ts';
import { MemoryBridge, type BridgeCall } from '../../../support/identityMemoryBridge.ts';
import type { MemoryLeaseProvider } from '../../../support/identityMemoryLeases.ts';
import type { MemoryContinuityStore } from '../../../support/identityMemoryStore.ts';
import { Gate } from '../../../support/identityWorld.ts';
import type { AcceptedWrite, WriteWitness } from './writeWitness.ts';

/** What can be told to fail. */
export type PlayedPort = 'store' | 'leases' | 'bridge';

/** What a process shares with others. */
export interface SharedPlaces {
  readonly instance: string;
  readonly store: MemoryContinuityStore;
  readonly leases: MemoryLeaseProvider;
  readonly witness: WriteWitness;
}

/**
 * The ports of one process, which can be stopped before and after each call has its effect, or die there.
 */
export class PlayedProcess {
  readonly instance: string;
  readonly store: ContinuityStore;
  readonly leases: LeaseProvider;
  readonly bridge: MemoryBridge;
  private readonly failing = new Set<PlayedPort>();
  private gate: Gate | undefined;
  private callsLeft = Infinity;
  private hasDied = false;

  constructor(private readonly shared: SharedPlaces) {
    this.instance = shared.instance;
    this.store = this.ownStore();
    this.leases = this.ownLeases();
    this.bridge = this.ownBridge();
  }

  get isPaused(): boolean {
    return this.gate !== undefined;
  }

  /** Stops in the middle of one of the next calls. */
  pauseAfter(calls: number): void {
    this.callsLeft = calls;
  }

  goOn(): void {
    this.callsLeft = Infinity;
    const { gate } = this;
    if (this.hasDied) return;
    this.gate = undefined;
    gate?.open();
  }

  /** Goes on, and nothing fails any more. */
  heal(): void {
    this.failing.clear();
    this.goOn();
  }

  /** Nothing that it was doing goes on, and nothing of it runs. */
  die(): void {
    this.hasDied = true;
    this.gate ??= new Gate();
    this.bridge.live.clear();
  }

  failNext(port: PlayedPort): void {
    this.failing.add(port);
  }

  /** A moment at which the process may be stopped. */
  private async moment(): Promise<void> {
    this.callsLeft -= 1;
    if (this.callsLeft <= 0) this.gate ??= new Gate();
    while (this.gate !== undefined) await this.gate.opened;
  }

  private async call<T>(port: PlayedPort, work: () => Promise<T>): Promise<T> {
    await this.moment();
    if (this.failing.delete(port)) throw failureOf(port);
    const result = await work();
    await this.moment();
    return result;
  }

  private ownStore(): ContinuityStore {
    const { store, witness, instance } = this.shared;
    return {
      resolveMany: (identities) => this.call('store', () => store.resolveMany(identities)),
      loadSnapshot: (identity, sessionId) =>
        this.call('store', () => store.loadSnapshot(identity, sessionId)),
      saveSnapshot: (toSave) =>
        this.call('store', async () => {
          await store.saveSnapshot(toSave);
          witness.checkpointWritten(toSave, { ...toSave, instance });
        }),
      upsertRecord: (record, token) =>
        this.call('store', async () => {
          const kept = await store.upsertRecord(record, token);
          witness.recordWritten(kept, { identity: record.identity, token, instance });
          return kept;
        }),
      deleteRecord: (identity, token) =>
        this.call('store', async () => {
          await store.deleteRecord(identity, token);
          witness.deleted({ identity, token, instance });
        }),
      highestToken: () => store.highestToken(),
    };
  }

  private ownLeases(): LeaseProvider {
    const { leases, witness, instance } = this.shared;
    return {
      acquire: (identities) =>
        this.call('leases', async () => {
          const results = await leases.acquire(identities, instance);
          for (const [identity, result] of results) {
            if (result.result === 'acquired') {
              witness.tokenMinted(identity, result.grant.token, instance);
            }
          }
          return results;
        }),
      renew: (grants) => this.call('leases', () => leases.renew(grants)),
      release: (grants) => this.call('leases', () => leases.release(grants)),
    };
  }

  private ownBridge(): MemoryBridge {
    const { witness, instance } = this.shared;
    const bridge = new WitnessedBridge((what, write) => {
      // What is left of a dead process in the queue of tasks would never have run.
      if (!this.hasDied) witness.workBegun(what, { ...write, instance });
    });
    bridge.before = async (call) => {
      await this.moment();
      if (canFail.has(call) && this.failing.delete('bridge')) throw failureOf('bridge');
    };
    return bridge;
  }
}

/** An agent that could not be ended would be an agent too many, whatever anybody does. */
const canFail: ReadonlySet<BridgeCall> = new Set([
  'create',
  'resume',
  'deliver',
  'checkpoint',
  'state',
]);

type Witnessed = (
  what: 'create' | 'resume' | 'deliver',
  write: Omit<AcceptedWrite, 'instance'>,
) => void;

/** Says what is begun at the moment at which it is asked for. */
class WitnessedBridge extends MemoryBridge {
  constructor(private readonly told: Witnessed) {
    super();
  }

  override createSession(
    ...[embodiment]: Parameters<MemoryBridge['createSession']>
  ): Promise<string> {
    this.told('create', { identity: embodiment.record.identity, token: embodiment.token });
    return super.createSession(embodiment);
  }

  override resumeSession(
    ...[embodiment, snapshot]: Parameters<MemoryBridge['resumeSession']>
  ): ReturnType<MemoryBridge['resumeSession']> {
    this.told('resume', { identity: embodiment.record.identity, token: embodiment.token });
    return super.resumeSession(embodiment, snapshot);
  }

  override deliver(...[delivery]: Parameters<MemoryBridge['deliver']>): Promise<void> {
    this.told('deliver', { identity: delivery.record.identity, token: delivery.token });
    return super.deliver(delivery);
  }
}

function failureOf(port: PlayedPort): Error {
  const detail = 'It failed.';
  if (port === 'store') return new ContinuityStoreError({ code: 'io', detail });
  return port === 'leases' ? new LeaseError('io', detail) : new BridgeError('member', detail);
}
