import { join } from 'node:path';
import { Emitter, type Event } from '../../base/event.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { ContinuityRecord } from '../../core/identities/continuityRecord.ts';
import { IdentityRuntime } from '../../core/identities/identityRuntime.ts';
import type { DurableAgentSpec } from '../../core/identities/durableAgentSpec.ts';
import type { IdentityStatus } from '../../core/identities/identityStatus.ts';
import { KeyedTurns } from '../../core/identities/keyedTurns.ts';
import type { MessageContent } from '../../core/identities/messages.ts';
import type { ReconcileAction } from '../../core/identities/reconcileActions.ts';
import type { RestoreFlowResult } from '../../core/identities/restoreOutcome.ts';
import { stopPatienceMs } from '../../core/identities/stopRuntime.ts';
import { within } from '../../core/identities/within.ts';
import { AgentReviver } from './agentReviver.ts';
import { defaultLeaseTtlMs } from './fileLeaseProvider.ts';
import type { IdentityOwnerOptions } from './identityOwnerOptions.ts';
import { InboxDelivery } from './inboxDelivery.ts';
import { OwnedIdentities } from './ownedIdentities.ts';
import { OwnerClock } from './ownerClock.ts';
import { OwnerJournal } from './ownerJournal.ts';
import { OwnerMessages, type SendOptions, type SendResult } from './ownerMessages.ts';
import { OwnerQueues } from './ownerQueues.ts';
import { OwnerTurns } from './ownerTurns.ts';
import { startAgents } from './startAgents.ts';
import type { StartOutcome } from './startOutcome.ts';
import { readStatusFile } from './statusFile.ts';

/**
 * The living owner of identities, in a window or for the time of a call: it holds their leases, brings
 * them what waits for them, keeps a checkpoint of each turn, and starts anew what died. Constructing it
 * does nothing; nothing is started by itself.
 */
export class IdentityOwner {
  readonly runtime: IdentityRuntime;
  private readonly journal: OwnerJournal;
  private readonly owned: OwnedIdentities;
  private readonly inbox: InboxDelivery;
  private readonly messages: OwnerMessages;
  private readonly reviver: AgentReviver;
  private readonly turns: OwnerTurns;
  private readonly queues: OwnerQueues;
  private readonly ticking: OwnerClock;
  private readonly happening: Disposable;
  private readonly changed = new Emitter<AgentIdentity>();
  private readonly stopping = new AbortController();

  constructor(private readonly options: IdentityOwnerOptions) {
    const { continuity, bridge, instance, label, clock, logger, random } = options;
    const { folder, history, inbox, store, leases, mirror } = continuity;
    const { monotonicNow, leaseTtlMs = defaultLeaseTtlMs } = options;
    const runtime = new IdentityRuntime({
      ...{ store, leases, mirror, bridge, instance, clock, logger, hasRuntimeStore: true },
      ...{ monotonicNow, random, durability: options.durability ?? { kind: 'sync_write_through' } },
    });
    const journal = new OwnerJournal({ folder, history, clock, logger });
    const owned = new OwnedIdentities({
      ...{ journal, label, now: () => clock.now() },
      statusOf: (identity) => this.status(identity),
      formerStatusOf: (identity) => readStatusFile(join(folder, identity), identity),
    });
    const isHeld = (identity: AgentIdentity): boolean => owned.isHeld(identity);
    const isBusy = (identity: AgentIdentity): boolean => bridge.isBusy(identity);
    const shared = { runtime, journal, isHeld, clock, logger };
    const telling = { ...shared, turns: new KeyedTurns<AgentIdentity>() };
    this.inbox = new InboxDelivery({
      ...{ ...telling, inbox, isReady: (identity) => this.isReady(identity) },
      wasBegun: (identity, what) => bridge.wasBegun(identity, what),
      lookAgain: (identity) => this.noticeInbox(identity),
    });
    this.messages = new OwnerMessages({
      ...{ ...telling, continuity, name: label ?? instance, random, isBusy },
    });
    const stopping = this.stopping.signal;
    this.reviver = new AgentReviver({ ...shared, stopping });
    this.queues = new OwnerQueues(logger, stopping);
    this.turns = new OwnerTurns({
      ...{ runtime, bridge, owned, stopping, logger, queues: this.queues },
      ...{ inbox: this.inbox, messages: this.messages, reviver: this.reviver },
      changed: (identity) => this.changed.fire(identity),
    });
    this.ticking = new OwnerClock({
      ...{ clock, leaseTtlMs, lookAtInboxes: () => this.noticeInbox() },
      renew: () => void runtime.renewLeases(),
    });
    [this.runtime, this.journal, this.owned] = [runtime, journal, owned];
    this.happening = runtime.onDidHappen((event) => {
      owned.happened(event);
      this.ticking.keep(!stopping.aborted && owned.held().length > 0);
      this.changed.fire(event.identity);
    });
  }

  /** Something of this agent is not as it was. */
  get onDidChange(): Event<AgentIdentity> {
    return this.changed.event;
  }

  /** Those that are owned here now, in the order of their names. */
  held(): readonly AgentIdentity[] {
    return this.owned.held();
  }

  /** What this process knows of an agent; undefined for one that is not registered. */
  status(identity: AgentIdentity): IdentityStatus | undefined {
    return this.runtime.contains(identity) ? this.runtime.status(identity) : undefined;
  }

  /** Knows all that are described, and starts none. @throws RosterError, IdentityError */
  async registerAll(): Promise<RestoreFlowResult> {
    const { specs } = this.options;
    const roster = await specs.roster([]);
    return this.runtime.restoreFlow(roster, { embody: 'none', topology: specs });
  }

  /**
   * Starts agents, or goes on with them; `all` for everybody who is described. What goes wrong with one is
   * its outcome; each is told as soon as it is known. @throws RosterError, IdentityError when nothing happened
   */
  async start(
    identities: readonly AgentIdentity[] | 'all',
    onProgress: (outcome: StartOutcome) => void = () => undefined,
  ): Promise<readonly StartOutcome[]> {
    const { runtime } = this;
    const outcomes = await startAgents(identities, {
      ...{ runtime, specs: this.options.specs },
      onOutcome: (outcome) => {
        this.cared(outcome.identity);
        onProgress(outcome);
      },
    });
    for (const { identity, kind } of outcomes) {
      // From now on whoever finds it resumes it.
      if (kind === 'created') await this.turns.checkpointQuietly(identity);
      if (this.owned.isHeld(identity)) this.noticeInbox(identity);
    }
    return outcomes;
  }

  /**
   * Says something to an agent. What cannot be brought at once waits in its inbox, which its owner, be it
   * this process or another, empties. @throws IdentityError, InboxError
   */
  async send(
    identity: AgentIdentity,
    content: MessageContent,
    options: SendOptions = {},
  ): Promise<SendResult> {
    const result = await this.messages.send(identity, content, options);
    if (result.kind === 'queued') this.changed.fire(identity);
    if (this.owned.isHeld(identity)) this.noticeInbox(identity);
    return result;
  }

  /** Somebody has put something into an inbox; without a name, into any. */
  noticeInbox(identity?: AgentIdentity): void {
    for (const each of identity === undefined ? this.held() : [identity]) {
      this.queues.run(each, () => this.inbox.deliver(each));
    }
  }

  /** Brings nothing more that waits, until it is started again or half a minute has passed. */
  holdMessages(identity: AgentIdentity): void {
    this.inbox.holdOff(identity);
  }

  /** Keeps where the conversation stands now. @throws IdentityError */
  checkpoint(identity: AgentIdentity): Promise<number | undefined> {
    return this.turns.checkpoint(identity);
  }

  /** Goes on under a new token, whatever came before. @throws IdentityError */
  async respawn(identity: AgentIdentity): Promise<ContinuityRecord> {
    this.cared(identity);
    const record = await this.runtime.respawn(identity);
    this.journal.note(identity, { kind: 'respawned', generation: record.generation });
    this.noticeInbox(identity);
    return record;
  }

  /** Begins a new conversation under the next generation. @throws IdentityError */
  async reset(identity: AgentIdentity): Promise<ContinuityRecord> {
    this.cared(identity);
    const record = await this.runtime.reset(identity);
    this.journal.note(identity, { kind: 'reset', generation: record.generation });
    this.owned.forgetTurn(identity);
    if (this.runtime.isActive(identity)) await this.turns.checkpointQuietly(identity);
    this.noticeInbox(identity);
    return record;
  }

  /** Ends the agent, takes no more work, and lets others have it. @throws IdentityError */
  async retire(identity: AgentIdentity): Promise<void> {
    this.cared(identity);
    await this.runtime.retire(identity);
    await this.runtime.release(identity);
  }

  /** Removes what lasts of it. @throws IdentityError */
  async delete(identity: AgentIdentity): Promise<void> {
    this.cared(identity);
    await this.runtime.deleteIdentity(identity);
  }

  /** What would have to be done so that the agents that are registered are what is described now. */
  async reconcileActions(): Promise<readonly ReconcileAction[]> {
    const roster = await this.options.specs.roster([]);
    const current = [...this.runtime.rosterInspect().values()].map(({ spec }) => spec);
    return IdentityRuntime.computeReconcileActions(roster, current);
  }

  /** Does what is to be done; what is new is only registered. @throws IdentityError */
  async reconcile(action: ReconcileAction): Promise<void> {
    switch (action.action) {
      case 'activate': {
        const topology = this.options.specs;
        await this.runtime.restoreFlow([action.spec], { embody: 'none', topology });
        break;
      }
      case 'retire':
        if (this.owned.isHeld(action.identity)) await this.retire(action.identity);
        break;
      case 'hot_reload':
        await this.updateSpec(action.spec);
        break;
      case 'respawn':
        await this.updateSpec(action.spec);
        if (this.runtime.isActive(action.identity)) await this.respawn(action.identity);
        break;
    }
  }

  /** Writes what is to be written and gives all leases up. Agents go on, for whoever owns them next. */
  async stop(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    this.stopping.abort();
    this.ticking.dispose();
    const patience = { clock: this.options.clock, limitMs: stopPatienceMs };
    // The checkpoint of a turn that ended just now is not lost.
    await within(this.queues.settled(), patience);
    this.inbox.dispose();
    try {
      await this.runtime.stop();
    } finally {
      this.options.bridge.dispose();
      // Nor is what the bridge has given back.
      await within(this.queues.settled(), patience);
      this.turns.dispose();
      this.happening.dispose();
      await this.journal.flush();
      await this.settleMirror();
      this.changed.dispose();
    }
  }

  /** What is not mirrored in time is mirrored by whoever owns it next. */
  private async settleMirror(): Promise<void> {
    const { clock, continuity } = this.options;
    const { mirror } = continuity;
    if (mirror === undefined) return;
    await within(mirror.flush(), { clock, limitMs: stopPatienceMs });
    mirror.dispose();
  }

  private async updateSpec(spec: DurableAgentSpec): Promise<void> {
    await this.runtime.updateSpec(spec);
    this.options.bridge.updateSpec(spec);
    this.changed.fire(spec.identity);
  }

  private isReady(identity: AgentIdentity): boolean {
    if (this.stopping.signal.aborted || !this.owned.isHeld(identity)) return false;
    return this.runtime.isActive(identity) && !this.options.bridge.isBusy(identity);
  }

  /** A person did something about it: what was counted before counts no more. */
  private cared(identity: AgentIdentity): void {
    this.reviver.forget(identity);
    this.inbox.resume(identity);
  }
}
