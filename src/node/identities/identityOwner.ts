import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { errorText } from '../../base/errorText.ts';
import { Emitter, type Event } from '../../base/event.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/logger.ts';
import type { RandomSource } from '../../base/randomSource.ts';
import { SerialQueue } from '../../base/serialQueue.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { ContinuityRecord } from '../../core/identities/continuityRecord.ts';
import type { DurabilityPolicy } from '../../core/identities/durabilityPolicy.ts';
import { IdentityRuntime, stopPatienceMs } from '../../core/identities/identityRuntime.ts';
import type { IdentityStatus } from '../../core/identities/identityStatus.ts';
import type { MessageContent } from '../../core/identities/messages.ts';
import type { ReconcileAction } from '../../core/identities/reconcileActions.ts';
import type { RestoreFlowResult } from '../../core/identities/restoreOutcome.ts';
import type { RosterProvider } from '../../core/identities/rosterProvider.ts';
import type { SessionBridge } from '../../core/identities/sessionBridge.ts';
import type { TopologyProvider } from '../../core/identities/topologyProvider.ts';
import { within } from '../../core/identities/within.ts';
import type { DurableAgentSpec } from '../../core/identities/durableAgentSpec.ts';
import { repeatedly } from '../../core/sessions/sessionCollector.ts';
import { AgentReviver } from './agentReviver.ts';
import type { ConversationBridge, EndedTurn } from './conversationBridge.ts';
import { defaultLeaseTtlMs } from './fileLeaseProvider.ts';
import { InboxDelivery } from './inboxDelivery.ts';
import type { OpenContinuity } from './openContinuity.ts';
import { OwnedIdentities } from './ownedIdentities.ts';
import { OwnerJournal } from './ownerJournal.ts';
import { OwnerMessages, type SendOptions, type SendResult } from './ownerMessages.ts';
import { startOutcomeOf, type StartOutcome } from './startOutcome.ts';
import { readStatusFile } from './statusFile.ts';

/** The agents themselves, as an owner needs them. */
export type OwnerBridge = SessionBridge &
  Pick<
    ConversationBridge,
    'isBusy' | 'updateSpec' | 'dispose' | 'onDidStartTurn' | 'onDidEndTurn' | 'onDidDropDelivery'
  >;

export interface IdentityOwnerOptions {
  readonly continuity: Pick<
    OpenContinuity,
    'folder' | 'store' | 'leases' | 'inbox' | 'history' | 'mirror'
  >;
  readonly bridge: OwnerBridge;
  readonly specs: RosterProvider & TopologyProvider;
  /** Names this process among all owners; never used twice. */
  readonly instance: string;
  /** Who owns, as people are told. */
  readonly label?: string | undefined;
  /** The time to live of the leases of `continuity`. */
  readonly leaseTtlMs?: number | undefined;
  readonly durability?: DurabilityPolicy | undefined;
  readonly clock: Clock;
  /** Milliseconds that never jump. */
  readonly monotonicNow: () => number;
  readonly random: RandomSource;
  readonly logger: Logger;
}

/** How often inboxes are looked at when nobody says that they changed. */
const inboxLookMs = 5000;

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
  private readonly queues = new Map<AgentIdentity, SerialQueue>();
  /** What was begun and is not over. */
  private readonly unfinished = new Set<Promise<void>>();
  private readonly subscriptions = new DisposableStore();
  private readonly changed = new Emitter<AgentIdentity>();
  private readonly stopping = new AbortController();
  private timers: Disposable | undefined;

  constructor(private readonly options: IdentityOwnerOptions) {
    const { continuity, bridge, instance, label, clock, logger } = options;
    const { folder, history, inbox, store, leases, mirror } = continuity;
    this.runtime = new IdentityRuntime({
      ...{ store, leases, mirror, bridge, instance, clock, logger, hasRuntimeStore: true },
      ...{ monotonicNow: options.monotonicNow, random: options.random },
      durability: options.durability ?? { kind: 'sync_write_through' },
    });
    this.journal = new OwnerJournal({ folder, history, clock, logger });
    this.owned = new OwnedIdentities({
      ...{ journal: this.journal, label, now: () => clock.now() },
      statusOf: (identity) => this.status(identity),
      formerStatusOf: (identity) => readStatusFile(join(folder, identity), identity),
    });
    this.inbox = new InboxDelivery({
      ...{ runtime: this.runtime, inbox, journal: this.journal, clock, logger },
      isReady: (identity) => this.isReady(identity),
    });
    const isHeld = (identity: AgentIdentity): boolean => this.owned.isHeld(identity);
    this.messages = new OwnerMessages({
      ...{ runtime: this.runtime, continuity, journal: this.journal, isHeld, clock },
      ...{ name: label ?? instance, random: options.random },
      isBusy: (identity) => bridge.isBusy(identity),
    });
    this.reviver = new AgentReviver({
      ...{ runtime: this.runtime, journal: this.journal, isHeld, clock, logger },
      stopping: this.stopping.signal,
    });
    this.subscribe();
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
    const { specs } = this.options;
    const roster = await specs.roster([]);
    const names = identities === 'all' ? roster.map(({ identity }) => identity) : identities;
    const wanted = new Set(names);
    const described = new Set(roster.map(({ identity }) => identity));
    if (roster.some(({ identity }) => !this.runtime.contains(identity))) await this.registerAll();
    const results = new Map<AgentIdentity, StartOutcome>();
    const take = (outcome: StartOutcome): void => {
      results.set(outcome.identity, outcome);
      this.reviver.forget(outcome.identity);
      this.inbox.resume(outcome.identity);
      onProgress(outcome);
    };
    for (const identity of wanted)
      if (!described.has(identity)) take({ identity, kind: 'unknown' });
    await this.runtime.restoreFlow(this.withActive(roster, wanted), {
      topology: specs,
      onOutcome: (identity, outcome) => {
        if (wanted.has(identity)) take(startOutcomeOf(identity, outcome));
      },
    });
    await this.settleStarted([...results.values()]);
    return [...wanted].flatMap((identity) => results.get(identity) ?? []);
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
      this.inQueue(each, () => this.inbox.deliver(each));
    }
  }

  /** Keeps where the conversation stands now. @throws IdentityError */
  async checkpoint(identity: AgentIdentity): Promise<number | undefined> {
    const record = this.recordOf(identity);
    const snapshot = record && (await this.options.bridge.checkpointSession(record));
    return snapshot && this.runtime.checkpoint(identity, snapshot);
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
    if (this.runtime.isActive(identity)) await this.checkpointQuietly(identity);
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
      case 'activate':
        await this.runtime.restoreFlow([action.spec], { embody: 'none', ...this.topology() });
        break;
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
    this.timers?.dispose();
    // The checkpoint of a turn that ended just now is not lost.
    await within(Promise.all(this.unfinished), {
      clock: this.options.clock,
      limitMs: stopPatienceMs,
    });
    try {
      await this.runtime.stop();
    } finally {
      this.options.bridge.dispose();
      this.subscriptions.dispose();
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

  private subscribe(): void {
    const { bridge, logger } = this.options;
    const own = this.subscriptions;
    own.add(
      this.runtime.onDidHappen((event) => {
        this.owned.happened(event);
        this.keepTime();
        this.changed.fire(event.identity);
      }),
    );
    own.add(
      bridge.onDidStartTurn((turn) => {
        this.owned.turnStarted(turn);
        this.changed.fire(turn.identity);
        this.inQueue(turn.identity, () => this.checkpointQuietly(turn.identity));
      }),
    );
    own.add(
      bridge.onDidEndTurn((turn) => {
        this.owned.turnEnded(turn);
        this.changed.fire(turn.identity);
        if (!turn.wasRetired) this.inQueue(turn.identity, () => this.afterTurn(turn));
      }),
    );
    own.add(
      bridge.onDidDropDelivery((dropped) => {
        this.messages
          .keepDropped(dropped)
          .catch((error: unknown) => logger.error(errorText(error)));
      }),
    );
  }

  private async afterTurn({ identity, outcome, wasAdopted }: EndedTurn): Promise<void> {
    await this.checkpointQuietly(identity);
    if (outcome.kind === 'failed' && outcome.isDeath) {
      // One that died before it was owned here has been started anew already.
      if (!wasAdopted) await this.reviver.revive(identity, outcome.failure.message);
    } else {
      this.reviver.forget(identity);
      // Whatever the model or its account refuse, the next message would be refused as well.
      if (outcome.kind === 'failed') this.inbox.holdOff(identity);
    }
    await this.inbox.deliver(identity);
  }

  private async settleStarted(outcomes: readonly StartOutcome[]): Promise<void> {
    for (const outcome of outcomes) {
      // From now on whoever finds it resumes it.
      if (outcome.kind === 'created') await this.checkpointQuietly(outcome.identity);
      if (this.owned.isHeld(outcome.identity)) this.noticeInbox(outcome.identity);
    }
  }

  /** Those that are active stay connected with the others. */
  private withActive(
    roster: readonly DurableAgentSpec[],
    wanted: ReadonlySet<AgentIdentity>,
  ): readonly DurableAgentSpec[] {
    return roster.filter(({ identity }) => wanted.has(identity) || this.runtime.isActive(identity));
  }

  private topology(): { readonly topology: TopologyProvider } {
    return { topology: this.options.specs };
  }

  private async updateSpec(spec: DurableAgentSpec): Promise<void> {
    await this.runtime.updateSpec(spec);
    this.options.bridge.updateSpec(spec);
    this.changed.fire(spec.identity);
  }

  private recordOf(identity: AgentIdentity): ContinuityRecord | undefined {
    const status = this.status(identity);
    if (status?.runtimeId === undefined || status.sessionId === undefined) return undefined;
    const { runtimeId, sessionId, generation = 0, checkpointVersion = 0 } = status;
    return { identity, runtimeId, sessionId, generation, checkpointVersion };
  }

  private async checkpointQuietly(identity: AgentIdentity): Promise<void> {
    if (this.owned.isHeld(identity)) await this.tried(() => this.checkpoint(identity));
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

  /** Clocks tick only while something is held. */
  private keepTime(): void {
    const isNeeded = !this.stopping.signal.aborted && this.owned.held().length > 0;
    if (isNeeded === (this.timers !== undefined)) return;
    this.timers?.dispose();
    this.timers = isNeeded ? this.startTimers() : undefined;
  }

  private startTimers(): Disposable {
    const { clock, leaseTtlMs = defaultLeaseTtlMs } = this.options;
    const timers = new DisposableStore();
    const renew = (): void => void this.runtime.renewLeases();
    timers.add(repeatedly(clock, { intervalMs: leaseTtlMs / 3, run: renew }));
    timers.add(repeatedly(clock, { intervalMs: inboxLookMs, run: () => this.noticeInbox() }));
    return timers;
  }

  /** One at a time for each agent, in order. */
  private inQueue(identity: AgentIdentity, work: () => Promise<void>): void {
    if (this.stopping.signal.aborted) return;
    const queue = this.queues.get(identity) ?? new SerialQueue();
    this.queues.set(identity, queue);
    const run = queue
      .run(work)
      .catch((error: unknown) => this.options.logger.error(errorText(error)))
      .finally(() => this.unfinished.delete(run));
    this.unfinished.add(run);
  }

  private async tried(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.stopping.signal.aborted) this.options.logger.warn(errorText(error));
    }
  }
}
