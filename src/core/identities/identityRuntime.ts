import { errorText } from '../../base/errorText.ts';
import type { Event } from '../../base/event.ts';
import type { AgentIdentity, AgentRuntimeId } from './agentIdentity.ts';
import type { DeliveryReceipt } from './answerMemory.ts';
import { computeEdges } from './buildDraft.ts';
import { checkpoint } from './checkpoint.ts';
import { CheckpointWriter } from './checkpointWriter.ts';
import type {
  CheckpointVersion,
  ContinuityRecord,
  FencingToken,
  SessionSnapshot,
} from './continuityRecord.ts';
import type { ContinuityStore } from './continuityStore.ts';
import { deleteIdentity } from './deleteIdentity.ts';
import type { DurabilityPolicy } from './durabilityPolicy.ts';
import type { DurableAgentSpec } from './durableAgentSpec.ts';
import { IdentityBook, type StateChange } from './identityBook.ts';
import { internalFailure, isIdentityError } from './identityError.ts';
import type { IdentityEvent } from './identityEvent.ts';
import { IdentityFeeds } from './identityFeeds.ts';
import type { IdentityObserver } from './identityObserver.ts';
import { fallbackTimeoutMs, type IdentityRuntimeConfig } from './identityRuntimeConfig.ts';
import type { IdentityState } from './identityState.ts';
import { statusOf, type IdentityStatus, type RosterEntry } from './identityStatus.ts';
import { KeyedTurns } from './keyedTurns.ts';
import { LeaseDesk } from './leaseDesk.ts';
import type { LeaseGrant, LeaseProvider } from './leaseProvider.ts';
import type { ManagedPeerEdge } from './managedPeerEdge.ts';
import { materialize } from './materialize.ts';
import {
  deliver,
  expectRecord,
  type DeliveryRequest,
  type DispatchInput,
  type MessageContent,
} from './messages.ts';
import { PeerEdges } from './peerEdges.ts';
import { computeReconcileActions, type ReconcileAction } from './reconcileActions.ts';
import { loseOwnership, renewLeases, type RenewalReport } from './renewLeases.ts';
import { reset } from './reset.ts';
import { respawn } from './respawn.ts';
import { restoreFlow, type RestoreOptions } from './restoreFlow.ts';
import type { RestoreFlowResult, RestoreOutcome } from './restoreOutcome.ts';
import { release, retire } from './retire.ts';
import { validateRosterUniqueness } from './rosterUniqueness.ts';
import type { RuntimeCore } from './runtimeCore.ts';
import type { MemberInspection, SessionBridge } from './sessionBridge.ts';
import { stopWork } from './stopWork.ts';
import { StoreDesk } from './storeDesk.ts';
import { inspect, waitForOutput } from './waiting.ts';
import { within } from './within.ts';

/** What an identity is registered with. */
export interface Registration {
  readonly state: IdentityState;
  readonly record?: ContinuityRecord | undefined;
  readonly grant?: LeaseGrant | undefined;
}

/** A runtime that stops waits so long for what is under way. */
export const stopPatienceMs = 5_000;

/**
 * The named agents of this process: what each should be, where it stands, and whether it is owned here.
 * Operations on one identity take turns, in the order in which they were called; a port must therefore
 * never wait for another operation on the identity for which it is asked. All that fails is an
 * `IdentityError`.
 */
export class IdentityRuntime {
  private readonly core: RuntimeCore;
  private readonly peerEdges: PeerEdges;
  private hasStopped = false;

  /** @throws IdentityError `internal` when the durability policy needs a mirror and there is none */
  constructor(private readonly config: IdentityRuntimeConfig) {
    const { logger, monotonicNow } = config;
    const feeds = new IdentityFeeds((error) => logger.error(errorText(error)));
    const book = new IdentityBook(feeds, monotonicNow);
    const store = new StoreDesk(config.store);
    const checkpoints = new CheckpointWriter({
      config,
      store,
      onFenced: ({ identity, token }) => {
        const entry = book.find(identity);
        if (entry?.lease?.grant.token === token) loseOwnership(this.core, entry);
      },
    });
    const leases = new LeaseDesk(config);
    const turns = new KeyedTurns<AgentIdentity>();
    this.core = { config, book, turns, store, leases, checkpoints, build: {} };
    this.peerEdges = new PeerEdges(this.core);
  }

  get continuityStore(): ContinuityStore {
    return this.config.store;
  }

  get leaseProvider(): LeaseProvider {
    return this.config.leases;
  }

  get runtimeInstanceId(): string {
    return this.config.instance;
  }

  get durabilityPolicy(): DurabilityPolicy {
    return this.config.durability;
  }

  get hasRuntimeStore(): boolean {
    return this.config.hasRuntimeStore;
  }

  get bridge(): SessionBridge | undefined {
    return this.config.bridge;
  }

  get hasSessionBridge(): boolean {
    return this.config.bridge !== undefined;
  }

  /** How long waits take where nothing else is said. */
  get defaultTimeoutMs(): number {
    return this.config.defaultTimeoutMs ?? fallbackTimeoutMs;
  }

  /** What happens to any identity. */
  get onDidHappen(): Event<IdentityEvent> {
    return this.core.book.feeds.all;
  }

  /**
   * Enters an identity or replaces what was entered; those who observe it stay. Without a grant it is not
   * held, and what ran of it under a lease is ended. Nothing of it is checked with the store.
   * @throws IdentityError `stale-fencing-token`, `internal` for a record or a grant of another identity
   */
  register(spec: DurableAgentSpec, { state, record, grant }: Registration): Promise<void> {
    const { identity } = spec;
    return this.inTurn(identity, async () => {
      const { book } = this.core;
      expectSame(identity, record);
      if (grant !== undefined) book.expectGrant(identity, grant);
      const sinceMs = this.config.monotonicNow();
      const entry = book.ensure(spec);
      if (grant !== undefined) book.giveLease(entry, { grant, sinceMs });
      else if (entry.lease !== undefined) book.loseLease(entry);
      await stopWork(this.core, entry);
      entry.adopt(record);
      book.changeState(entry, state);
    });
  }

  /** What happens to one identity from now on; whoever subscribes disposes. @throws IdentityError `unknown-identity` */
  subscribe(identity: AgentIdentity): IdentityObserver {
    this.core.book.get(identity);
    return this.core.book.feeds.observe(identity);
  }

  /** Takes effect with the next call. @throws IdentityError `unknown-identity` */
  updateSpec(spec: DurableAgentSpec): Promise<void> {
    return this.inTurn(spec.identity, () => {
      this.core.book.get(spec.identity).spec = spec;
      return Promise.resolve();
    });
  }

  /** @throws IdentityError `unknown-identity`, `stale-fencing-token`, `internal` for a grant of another identity */
  updateLease(identity: AgentIdentity, grant: LeaseGrant): Promise<void> {
    const sinceMs = this.config.monotonicNow();
    return this.inTurn(identity, () => {
      this.core.book.giveLease(this.core.book.get(identity), { grant, sinceMs });
      return Promise.resolve();
    });
  }

  /**
   * No more work from this very moment, whatever is under way; what runs is ended as soon as that is
   * possible (INV-02). @throws IdentityError `unknown-identity`
   */
  markLeaseLost(identity: AgentIdentity): void {
    loseOwnership(this.core, this.core.book.get(identity));
  }

  /** Any state may follow any other. @throws IdentityError `unknown-identity` */
  setState(identity: AgentIdentity, state: IdentityState, why: StateChange = {}): Promise<void> {
    return this.inTurn(identity, () => {
      this.core.book.changeState(this.core.book.get(identity), state, why);
      return Promise.resolve();
    });
  }

  /**
   * Brings a message to an addressable identity that is active here. Resolves with the token under which it
   * was brought.
   * @throws IdentityError `unknown-identity`, `not-addressable`, `invalid-state`, `no-active-lease`,
   * `lease-lost`, `internal`, checked in this order
   */
  async send(identity: AgentIdentity, content: MessageContent): Promise<FencingToken> {
    return (await this.deliver(identity, { operation: 'send', content })).token;
  }

  /** As `send`, from a person. */
  sendText(identity: AgentIdentity, text: string): Promise<FencingToken> {
    return this.send(identity, { text });
  }

  /** As `send`, also to identities that are internal only. */
  dispatch(identity: AgentIdentity, content: DispatchInput): Promise<DeliveryReceipt> {
    return this.deliver(identity, { operation: 'dispatch', content });
  }

  /** As `dispatch`, from the system. */
  dispatchText(identity: AgentIdentity, text: string): Promise<DeliveryReceipt> {
    return this.dispatch(identity, { text, origin: 'system' });
  }

  /** @throws IdentityError `unknown-identity` */
  status(identity: AgentIdentity): IdentityStatus {
    return statusOf(this.core, this.core.book.get(identity));
  }

  /** All that are registered, in every state, in the order of their names. */
  rosterInspect(): ReadonlyMap<AgentIdentity, RosterEntry> {
    const all = this.core.book.all();
    return new Map(
      all.map((entry) => [
        entry.identity,
        { spec: entry.spec, status: statusOf(this.core, entry) },
      ]),
    );
  }

  contains(identity: AgentIdentity): boolean {
    return this.core.book.find(identity) !== undefined;
  }

  isActive(identity: AgentIdentity): boolean {
    return this.core.book.find(identity)?.state === 'active';
  }

  /** @throws IdentityError `unknown-identity`, `internal` before it has a record */
  runtimeIdFor(identity: AgentIdentity): AgentRuntimeId {
    return expectRecord(this.core.book.get(identity)).runtimeId;
  }

  /** Embodies one registered identity, if it is not embodied here. @throws IdentityError */
  async materialize(identity: AgentIdentity): Promise<RestoreOutcome> {
    const outcome = await this.inTurn(identity, () => materialize(this.core, identity));
    await this.refreshPeers();
    return outcome;
  }

  /** Ends the agent and takes no more work; the lease stays. @throws IdentityError */
  retire(identity: AgentIdentity): Promise<FencingToken> {
    return this.inTurn(identity, () => retire(this.core, identity));
  }

  /** Ends the agent, if it runs here, and lets somebody else own it. @throws IdentityError */
  release(identity: AgentIdentity): Promise<void> {
    return this.inTurn(identity, () => release(this.core, identity));
  }

  /** Recovers without losing anything: same session, generation and runtime id, new token. @throws IdentityError */
  respawn(identity: AgentIdentity): Promise<ContinuityRecord> {
    return this.inTurn(identity, () => respawn(this.core, identity));
  }

  /** Begins anew under the next generation. @throws IdentityError */
  reset(identity: AgentIdentity): Promise<ContinuityRecord> {
    return this.inTurn(identity, () => reset(this.core, identity));
  }

  /** Removes what lasts of it, except its fence, and ends what observes it. @throws IdentityError */
  deleteIdentity(identity: AgentIdentity): Promise<void> {
    return this.inTurn(identity, () => deleteIdentity(this.core, identity));
  }

  /** Keeps a snapshot as the durability policy says; resolves with its version. @throws IdentityError */
  checkpoint(identity: AgentIdentity, snapshot: SessionSnapshot): Promise<CheckpointVersion> {
    return this.inTurn(identity, () => checkpoint(this.core, identity, snapshot));
  }

  /** Renews what has at most two thirds of its time left; to be called at least each third of the time. Never rejects. */
  renewLeases(): Promise<RenewalReport> {
    return renewLeases(this.core);
  }

  /**
   * Brings a roster back, and connects peers. What goes wrong with one identity is its outcome.
   * @throws IdentityError `duplicate-identity`, `lease`, `store`, `internal` for topology: nothing has
   * happened then
   */
  async restoreFlow(
    roster: readonly DurableAgentSpec[],
    options: RestoreOptions = {},
  ): Promise<RestoreFlowResult> {
    this.expectRunning();
    const result = await restoreFlow(this.core, roster, options);
    if (options.embody === 'none') return result;
    try {
      await this.peerEdges.reconcile(result.managedEdges);
      return result;
    } catch (error) {
      if (!isIdentityError(error)) throw error;
      return { ...result, peerProblem: error.problem };
    }
  }

  /** @throws IdentityError `duplicate-identity` */
  static validateRosterUniqueness(specs: readonly DurableAgentSpec[]): void {
    validateRosterUniqueness(specs);
  }

  /** What has to be done so that the agents are what their specs say. */
  static computeReconcileActions(
    desired: readonly DurableAgentSpec[],
    current: readonly DurableAgentSpec[],
  ): readonly ReconcileAction[] {
    return computeReconcileActions(desired, current);
  }

  /** Connects and disconnects peers among those that are active here. @throws IdentityError `internal` */
  async reconcileManagedPeerEdges(desired: readonly ManagedPeerEdge[]): Promise<void> {
    this.expectRunning();
    await this.peerEdges.reconcile(desired);
  }

  /** @throws IdentityError `unknown-identity`, `internal` without a bridge or a session, or when it fails */
  inspect(identity: AgentIdentity): Promise<MemberInspection> {
    return inspect(this.core, identity);
  }

  /** Waits until an agent has said something. @throws IdentityError as `inspect`, and `internal` in the end */
  waitForOutput(identity: AgentIdentity, timeoutMs = this.defaultTimeoutMs): Promise<string> {
    return waitForOutput(this.core, identity, { timeoutMs });
  }

  /** Waits until what an agent says last contains a text. @throws IdentityError as `waitForOutput` */
  waitForOutputContaining(
    identity: AgentIdentity,
    needle: string,
    timeoutMs = this.defaultTimeoutMs,
  ): Promise<string> {
    return waitForOutput(this.core, identity, { timeoutMs, needle });
  }

  /**
   * Takes no more work, waits a little for what is under way, writes what is buffered, and gives all leases
   * up. Agents go on running: whoever owns them next finds them.
   * @throws IdentityError when a checkpoint could not be written
   */
  async stop(): Promise<void> {
    if (this.hasStopped) return;
    this.hasStopped = true;
    const { book, turns, checkpoints, leases } = this.core;
    const identities = book.all().map(({ identity }) => identity);
    const { clock } = this.config;
    await within(turns.takeAll(identities), { clock, limitMs: stopPatienceMs });
    try {
      await checkpoints.stop();
    } finally {
      const grants = book.all().flatMap(({ lease }) => (lease ? [lease.grant] : []));
      for (const entry of book.all()) {
        entry.lease = undefined;
        if (entry.state === 'active') book.changeState(entry, 'dormant');
      }
      await leases.release(grants);
      book.feeds.closeAll();
    }
  }

  private deliver(identity: AgentIdentity, request: DeliveryRequest): Promise<DeliveryReceipt> {
    return this.inTurn(identity, () => deliver(this.core, identity, request));
  }

  private async inTurn<T>(identity: AgentIdentity, work: () => Promise<T>): Promise<T> {
    this.expectRunning();
    return this.core.turns.run(identity, () => {
      this.expectRunning();
      return work();
    });
  }

  private expectRunning(): void {
    if (this.hasStopped)
      throw internalFailure('stopped', 'The agents of this process were let go.');
  }

  /** As well as it can: an agent that is there is not undone because its peers are not connected. */
  private async refreshPeers(): Promise<void> {
    if (this.core.build.topology === undefined) return;
    const active = this.core.book.all().filter(({ state }) => state === 'active');
    try {
      const targets = active.map(({ identity }) => identity);
      const specs = active.map(({ spec }) => spec);
      await this.peerEdges.reconcile(await computeEdges(this.core, targets, specs));
    } catch (error) {
      this.config.logger.warn(errorText(error));
    }
  }
}

function expectSame(identity: AgentIdentity, record: ContinuityRecord | undefined): void {
  if (record === undefined || record.identity === identity) return;
  throw internalFailure('foreign', `A record of ${record.identity} is none of ${identity}.`);
}
