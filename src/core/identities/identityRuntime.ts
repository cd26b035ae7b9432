import type { AgentIdentity } from './agentIdentity.ts';
import type { DeliveryReceipt } from './answerMemory.ts';
import { assembleCore } from './assembleCore.ts';
import { checkpoint } from './checkpoint.ts';
import type {
  CheckpointVersion,
  ContinuityRecord,
  FencingToken,
  SessionSnapshot,
} from './continuityRecord.ts';
import { deleteIdentity } from './deleteIdentity.ts';
import type { DurableAgentSpec } from './durableAgentSpec.ts';
import type { StateChange } from './identityBook.ts';
import { internalFailure, isIdentityError } from './identityError.ts';
import type { IdentityRuntimeConfig } from './identityRuntimeConfig.ts';
import { IdentityRuntimeView } from './identityRuntimeView.ts';
import type { IdentityState } from './identityState.ts';
import type { LeaseGrant } from './leaseProvider.ts';
import type { ManagedPeerEdge } from './managedPeerEdge.ts';
import { materialize } from './materialize.ts';
import {
  deliver,
  type DeliveryRequest,
  type DispatchInput,
  type MessageContent,
} from './messages.ts';
import { PeerEdges } from './peerEdges.ts';
import { computeReconcileActions, type ReconcileAction } from './reconcileActions.ts';
import { register, type Registration } from './register.ts';
import { loseOwnership, renewLeases, type RenewalReport } from './renewLeases.ts';
import { reset } from './reset.ts';
import { respawn } from './respawn.ts';
import { restoreFlow, type RestoreOptions } from './restoreFlow.ts';
import type { RestoreFlowResult, RestoreOutcome } from './restoreOutcome.ts';
import { release, retire } from './retire.ts';
import { validateRosterUniqueness } from './rosterUniqueness.ts';
import { stopRuntime } from './stopRuntime.ts';

/**
 * The named agents of this process: what each should be, where it stands, and whether it is owned here.
 * Operations on one identity take turns, in the order in which they were called; a port must therefore
 * never wait for another operation on the identity for which it is asked. All that fails is an
 * `IdentityError`.
 */
export class IdentityRuntime extends IdentityRuntimeView {
  private readonly peerEdges: PeerEdges;
  private hasStopped = false;

  /** @throws IdentityError `internal` when the durability policy needs a mirror and there is none */
  constructor(config: IdentityRuntimeConfig) {
    super(assembleCore(config), config);
    this.peerEdges = new PeerEdges(this.core);
  }

  /**
   * Enters an identity or replaces what was entered; those who observe it stay. Without a grant it is not
   * held, and what ran of it under a lease is ended. Nothing of it is checked with the store.
   * @throws IdentityError `stale-fencing-token`, `internal` for a record or a grant of another identity
   */
  register(spec: DurableAgentSpec, registration: Registration): Promise<void> {
    return this.inTurn(spec.identity, () => register(this.core, spec, registration));
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

  /** Embodies one registered identity, if it is not embodied here. @throws IdentityError */
  async materialize(identity: AgentIdentity): Promise<RestoreOutcome> {
    const outcome = await this.inTurn(identity, () => materialize(this.core, identity));
    await this.peerEdges.refresh();
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

  /**
   * Takes no more work, waits a little for what is under way, writes what is buffered, and gives all leases
   * up. Agents go on running: whoever owns them next finds them.
   * @throws IdentityError when a checkpoint could not be written
   */
  async stop(): Promise<void> {
    if (this.hasStopped) return;
    this.hasStopped = true;
    await stopRuntime(this.core);
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
}
