import type { Clock } from '../../base/clock.ts';
import { errorText } from '../../base/errorText.ts';
import { Emitter } from '../../base/event.ts';
import type { Logger } from '../../base/logger.ts';
import type { RandomSource } from '../../base/randomSource.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { ContinuityRecord, SessionSnapshot } from '../../core/identities/continuityRecord.ts';
import type { DurableAgentSpec } from '../../core/identities/durableAgentSpec.ts';
import { draftOf } from '../../core/identities/agentCustomizer.ts';
import { peerEdgeKey, type ManagedPeerEdge } from '../../core/identities/managedPeerEdge.ts';
import {
  BridgeError,
  type Delivery,
  type Embodiment,
  type MemberInspection,
  type ResumeResult,
  type SessionBridge,
  type WiredEdge,
} from '../../core/identities/sessionBridge.ts';
import { present } from '../../core/sessions/fieldReaders.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import type { RunSpec, SessionParent } from '../../core/sessions/sessionSpec.ts';
import type { AgentCommand } from '../sessions/startRequest.ts';
import {
  conversationPattern,
  decodeConversation,
  encodeConversation,
  newConversation,
  type Conversation,
} from './conversation.ts';
import { ConversationMember, type RunningTurn } from './conversationMember.ts';
import type { IdentitySessions } from './identitySessions.ts';
import { standingInstructions, withInstructions } from './standingInstructions.ts';
import { TurnProgress, type TurnOutcome } from './turnProgress.ts';

/** What agents with names are brought to life with. */
export interface ConversationBridgePorts {
  /** The coding agent of a preset. @throws Error that says what to do when it is not installed */
  readonly expectAgent: (preset: string) => AgentCommand;
  readonly sessions: IdentitySessions;
  /** The folder in which the agents work, absolute. */
  readonly cwd: string;
  /** For whom they work. */
  readonly parent?: SessionParent | undefined;
  readonly random: RandomSource;
  readonly clock: Pick<Clock, 'after' | 'now'>;
  readonly logger: Logger;
}

/** A prompt that a session has. */
export interface StartedTurn {
  readonly identity: AgentIdentity;
  readonly sessionId: SessionId;
  readonly wasAdopted: boolean;
}

/** A turn that is over. */
export interface EndedTurn extends StartedTurn {
  readonly outcome: TurnOutcome;
  readonly output?: string | undefined;
  /** It was ended from here, so nothing follows from it. */
  readonly wasRetired: boolean;
}

/** What was taken from somebody and cannot be brought any more. */
export interface DroppedDelivery {
  readonly delivery: Delivery;
  /** A sentence for people. */
  readonly reason: string;
}

/** What waits in memory; whoever has more keeps it elsewhere. */
export const maxQueuedDeliveries = 100;
/** What a session may take to end when it is asked to. */
const endingMs = 20_000;
const handleBytes = 10;

/**
 * Agents with names on our sessions: each prompt is a session of its own, which goes on with the
 * conversation of the last. Between two prompts no process lives.
 */
export class ConversationBridge implements SessionBridge {
  private readonly members = new Map<AgentIdentity, ConversationMember>();
  private readonly edges = new Map<string, ManagedPeerEdge>();
  private readonly started: Emitter<StartedTurn>;
  private readonly ended: Emitter<EndedTurn>;
  private readonly dropped: Emitter<DroppedDelivery>;

  constructor(private readonly ports: ConversationBridgePorts) {
    const complain = (error: unknown): void => ports.logger.error(errorText(error));
    this.started = new Emitter(complain);
    this.ended = new Emitter(complain);
    this.dropped = new Emitter(complain);
  }

  get onDidStartTurn() {
    return this.started.event;
  }

  get onDidEndTurn() {
    return this.ended.event;
  }

  get onDidDropDelivery() {
    return this.dropped.event;
  }

  /** Whether the agent is in the middle of a turn, so that what it is given waits. */
  isBusy(identity: AgentIdentity): boolean {
    return this.members.get(identity)?.isBusy ?? false;
  }

  /** What its next prompt is given with; what runs goes on as it is. */
  updateSpec(spec: DurableAgentSpec): void {
    const member = this.members.get(spec.identity);
    if (member) member.instructions = standingInstructions(spec.identity, draftOf(spec));
  }

  async createSession({ spec, record, draft }: Embodiment): Promise<string> {
    const { identity, profile } = spec;
    this.expectAgent(profile);
    await this.endStrays(identity, 'A new conversation is begun.');
    const { sessionId } = record;
    const handle = conversationPattern.test(sessionId) ? sessionId : this.mint();
    const conversation = newConversation(handle, profile);
    this.enter(
      new ConversationMember(identity, conversation, standingInstructions(identity, draft)),
    );
    return handle;
  }

  async resumeSession(
    embodiment: Embodiment,
    snapshot: SessionSnapshot | undefined,
  ): Promise<ResumeResult> {
    const { spec, record, draft } = embodiment;
    const { identity, profile } = spec;
    this.expectAgent(profile);
    const known = snapshot && this.decode(record, snapshot);
    if (known !== undefined && known.agent !== profile) {
      const fresh = { ...record, sessionId: this.mint() };
      const sessionId = await this.createSession({ ...embodiment, record: fresh });
      const reason = `It is the agent ${profile} now, which cannot go on with a conversation of ${known.agent}.`;
      return { result: 'fresh', sessionId, reason };
    }
    const conversation = known ?? newConversation(record.sessionId, profile);
    const member = new ConversationMember(
      identity,
      conversation,
      standingInstructions(identity, draft),
    );
    const [newest, ...others] = await this.ports.sessions.runningOf(identity);
    for (const other of others) await this.cancelQuietly(other, 'Another session goes on.');
    const unfinished = conversation.isRunning ? conversation.lastSessionId : undefined;
    const adopted = newest ?? unfinished;
    this.enter(member);
    if (adopted !== undefined) {
      member.adopt(adopted);
      this.follow(member, adopted, { wasAdopted: true });
    }
    return { result: 'resumed', sessionId: record.sessionId };
  }

  async deliver(delivery: Delivery): Promise<void> {
    const member = this.expectMember(delivery.record);
    if (!member.isBusy) return this.begin(member, delivery);
    if (member.queue.length >= maxQueuedDeliveries) {
      const text = `${member.identity} is at work, and ${maxQueuedDeliveries} messages wait for it already.`;
      throw new BridgeError('member', text);
    }
    member.queue.push(delivery);
  }

  checkpointSession(record: ContinuityRecord): Promise<SessionSnapshot | undefined> {
    const member = this.memberOf(record);
    return Promise.resolve(member && encodeConversation(member.conversation));
  }

  async retireMember(record: ContinuityRecord, reason: string): Promise<void> {
    const { identity } = record;
    const member = this.members.get(identity);
    if (member === undefined) return this.endStrays(identity, reason);
    member.isRetired = true;
    this.members.delete(identity);
    for (const delivery of member.queue.splice(0)) this.dropped.fire({ delivery, reason });
    if (member.running === undefined) return;
    try {
      await this.endTurn(identity, member.running, reason);
    } catch (error) {
      // It is as it was, unless somebody took its place meanwhile.
      member.isRetired = false;
      if (!this.members.has(identity)) this.members.set(identity, member);
      throw error;
    }
  }

  wirePeers(edges: readonly WiredEdge[]): Promise<void> {
    for (const { edge } of edges) this.edges.set(peerEdgeKey(edge), edge);
    return Promise.resolve();
  }

  unwirePeer({ edge }: WiredEdge): Promise<void> {
    this.edges.delete(peerEdgeKey(edge));
    return Promise.resolve();
  }

  currentWires(): Promise<readonly ManagedPeerEdge[]> {
    return Promise.resolve([...this.edges.values()]);
  }

  inspectMember(record: ContinuityRecord): Promise<MemberInspection> {
    const { identity } = record;
    const member = this.memberOf(record);
    const outputPreview = member?.isBusy
      ? member.running?.progress.output
      : member?.conversation.lastOutput;
    const reachable = [...this.edges.values()].filter(
      ({ a, b }) => a === identity || b === identity,
    );
    return Promise.resolve({
      ...(outputPreview === undefined ? {} : { outputPreview }),
      isFinal: member?.isBusy !== true,
      peerReachableCount: reachable.length,
    });
  }

  /** The agent may go on elsewhere: it is only not watched from here any more. */
  unregisterState(identity: AgentIdentity): Promise<void> {
    this.leave(identity);
    return Promise.resolve();
  }

  /** Watches nothing any more. What runs goes on, for whoever owns it next. */
  dispose(): void {
    for (const identity of [...this.members.keys()]) this.leave(identity);
    for (const emitter of [this.started, this.ended, this.dropped]) emitter.dispose();
  }

  private async begin(member: ConversationMember, delivery: Delivery): Promise<void> {
    member.isStarting = true;
    try {
      const agent = this.expectAgent(member.conversation.agent);
      const instructions = member.missingInstructions;
      const { text } = delivery;
      const prompt = instructions ? withInstructions(instructions, text) : text;
      const sessionId = await this.startSession(this.specOf(member, prompt), agent);
      member.begin(sessionId, instructions);
      const turn = this.follow(member, sessionId, { wasAdopted: false });
      // It was given up while its host was started.
      if (member.isRetired) await this.endTurn(member.identity, turn, 'It is not needed any more.');
    } finally {
      member.isStarting = false;
    }
  }

  private specOf({ identity, conversation }: ConversationMember, prompt: string): RunSpec {
    const { cwd, parent } = this.ports;
    const { agent, acpSessionId, lastSessionId } = conversation;
    const resumes = present({ sessionId: lastSessionId, conversationId: acpSessionId });
    return present<RunSpec>({
      ...{ kind: 'run', agent, prompt, cwd, identity, parent },
      resumes: Object.keys(resumes).length === 0 ? undefined : resumes,
    });
  }

  private async startSession(spec: RunSpec, agent: AgentCommand): Promise<SessionId> {
    try {
      return await this.ports.sessions.start(spec, agent);
    } catch (error) {
      throw new BridgeError('member', errorText(error), { cause: error });
    }
  }

  private follow(
    member: ConversationMember,
    sessionId: SessionId,
    { wasAdopted }: { readonly wasAdopted: boolean },
  ): RunningTurn {
    const progress = new TurnProgress();
    const watching = new AbortController();
    const turn: RunningTurn = {
      ...{ sessionId, progress, wasAdopted, watching },
      ended: Promise.resolve(),
    };
    member.running = turn;
    this.started.fire({ identity: member.identity, sessionId, wasAdopted });
    turn.ended = this.watch(turn).then((outcome) => this.finish(member, turn, outcome));
    return turn;
  }

  /** Undefined when nobody watches any more. Never rejects. */
  private async watch(turn: RunningTurn): Promise<TurnOutcome | undefined> {
    const { sessionId, progress, watching } = turn;
    const { signal } = watching;
    try {
      const onEvent = progress.add.bind(progress);
      const outcome = await this.ports.sessions.follow(sessionId, { signal, onEvent });
      if (outcome !== undefined) return progress.end(outcome);
      if (signal.aborted) return undefined;
      return this.unknownEnd('How it ended was not recorded.');
    } catch (error) {
      return signal.aborted ? undefined : this.unknownEnd(errorText(error));
    }
  }

  private unknownEnd(message: string): TurnOutcome {
    const occurredAtMs = this.ports.clock.now();
    return { kind: 'failed', failure: { kind: 'other', message, occurredAtMs }, isDeath: false };
  }

  private finish(
    member: ConversationMember,
    turn: RunningTurn,
    outcome: TurnOutcome | undefined,
  ): void {
    if (member.running !== turn) return;
    member.running = undefined;
    if (outcome === undefined) return;
    member.end(turn.progress);
    const { sessionId, wasAdopted, progress } = turn;
    const { identity, isRetired } = member;
    const { output } = progress;
    this.ended.fire({
      ...{ identity, sessionId, wasAdopted, outcome, wasRetired: isRetired },
      ...(output !== undefined && { output }),
    });
    const isDead = outcome.kind === 'failed' && outcome.isDeath;
    // What waits for a dead agent waits until it is respawned, and is told then.
    if (!isRetired && !isDead) this.beginNext(member);
  }

  private beginNext(member: ConversationMember): void {
    const delivery = member.isBusy ? undefined : member.queue.shift();
    if (delivery === undefined) return;
    this.begin(member, delivery).catch((error: unknown) => {
      this.dropped.fire({ delivery, reason: errorText(error) });
      this.beginNext(member);
    });
  }

  /** @throws BridgeError when it does not end */
  private async endTurn(identity: AgentIdentity, turn: RunningTurn, reason: string): Promise<void> {
    const { sessionId, ended } = turn;
    try {
      await this.ports.sessions.cancel(sessionId, reason);
    } catch (error) {
      throw new BridgeError('member', errorText(error), { cause: error });
    }
    if (await this.endsInTime(ended)) return;
    throw new BridgeError('member', `The session ${sessionId} of ${identity} does not end.`);
  }

  private endsInTime(ended: Promise<void>): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = this.ports.clock.after(endingMs, () => resolve(false));
      void ended.then(() => {
        timer.dispose();
        resolve(true);
      });
    });
  }

  /** Sessions of an agent that nobody here embodies. */
  private async endStrays(identity: AgentIdentity, reason: string): Promise<void> {
    for (const sessionId of await this.ports.sessions.runningOf(identity)) {
      await this.cancelQuietly(sessionId, reason);
    }
  }

  private async cancelQuietly(sessionId: SessionId, reason: string): Promise<void> {
    try {
      await this.ports.sessions.cancel(sessionId, reason);
    } catch (error) {
      this.ports.logger.warn(`The session ${sessionId} could not be ended: ${errorText(error)}`);
    }
  }

  private enter(member: ConversationMember): void {
    this.leave(member.identity);
    this.members.set(member.identity, member);
  }

  private leave(identity: AgentIdentity): void {
    const member = this.members.get(identity);
    this.members.delete(identity);
    member?.running?.watching.abort();
  }

  private memberOf({ identity, sessionId }: ContinuityRecord): ConversationMember | undefined {
    const member = this.members.get(identity);
    return member?.conversation.conversation === sessionId ? member : undefined;
  }

  private expectMember(record: ContinuityRecord): ConversationMember {
    const member = this.memberOf(record);
    if (member) return member;
    throw new BridgeError('member', `${record.identity} is not embodied here.`);
  }

  private expectAgent(preset: string): AgentCommand {
    try {
      return this.ports.expectAgent(preset);
    } catch (error) {
      throw new BridgeError('member', errorText(error), { cause: error });
    }
  }

  /** @throws CorruptedConversation as the cause of a BridgeError */
  private decode({ sessionId }: ContinuityRecord, snapshot: SessionSnapshot): Conversation {
    try {
      const known = decodeConversation(snapshot);
      if (known.conversation === sessionId) return known;
    } catch (error) {
      throw new BridgeError('snapshot', errorText(error), { cause: error });
    }
    const text = 'The last checkpoint is of another conversation. Reset the agent to begin anew.';
    throw new BridgeError('snapshot', text);
  }

  private mint(): string {
    const hex = [...this.ports.random(handleBytes)].map((byte) =>
      byte.toString(16).padStart(2, '0'),
    );
    return `conversation-${hex.join('')}`;
  }
}
