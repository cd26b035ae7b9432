import { errorText } from '../../base/errorText.ts';
import type { RandomSource } from '../../base/randomSource.ts';
import { draftOf, type AgentBuildDraft } from '../../core/identities/agentCustomizer.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { ContinuityRecord, SessionSnapshot } from '../../core/identities/continuityRecord.ts';
import type { DurableAgentSpec } from '../../core/identities/durableAgentSpec.ts';
import { peerEdgeKey, type ManagedPeerEdge } from '../../core/identities/managedPeerEdge.ts';
import {
  BridgeError,
  type Delivery,
  type Embodiment,
  type Mandate,
  type MemberInspection,
  type ResumeResult,
  type SessionBridge,
  type WiredEdge,
} from '../../core/identities/sessionBridge.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import {
  conversationPattern,
  decodeConversation,
  encodeConversation,
  newConversation,
  type Conversation,
} from './conversation.ts';
import { ConversationMember } from './conversationMember.ts';
import { ConversationTurns, type ConversationTurnsPorts } from './conversationTurns.ts';
import { isPromptWith, standingInstructions } from './standingInstructions.ts';

/** What agents with names are brought to life with. */
export interface ConversationBridgePorts extends ConversationTurnsPorts {
  readonly random: RandomSource;
}

/** Why and with what right something is ended. */
interface Ending extends Partial<Pick<Mandate, 'isOurs'>> {
  readonly reason: string;
}

/** What waits in memory; whoever has more keeps it elsewhere. */
export const maxQueuedDeliveries = 100;
const handleBytes = 10;

/**
 * Agents with names on our sessions: each prompt is a session of its own, which goes on with the
 * conversation of the last. Between two prompts no process lives.
 */
export class ConversationBridge implements SessionBridge {
  private readonly members = new Map<AgentIdentity, ConversationMember>();
  private readonly edges = new Map<string, ManagedPeerEdge>();
  private readonly turns: ConversationTurns;

  constructor(private readonly ports: ConversationBridgePorts) {
    this.turns = new ConversationTurns(ports);
  }

  get onDidStartTurn() {
    return this.turns.onDidStart;
  }

  get onDidEndTurn() {
    return this.turns.onDidEnd;
  }

  get onDidDropDelivery() {
    return this.turns.onDidDrop;
  }

  /** Whether the agent is in the middle of a turn, so that what it is given waits. */
  isBusy(identity: AgentIdentity): boolean {
    return this.members.get(identity)?.isBusy ?? false;
  }

  /**
   * Whether any session since a time has a prompt, whoever began it; false where nobody can tell.
   * @throws system errors
   */
  async wasBegun(
    identity: AgentIdentity,
    { prompt, sinceMs }: { readonly prompt: string; readonly sinceMs: number },
  ): Promise<boolean> {
    const begun = (await this.ports.sessions.since?.(identity, sinceMs)) ?? [];
    return begun.some((session) => isPromptWith(session.prompt, prompt));
  }

  /** What its next prompt is given with; what runs goes on as it is. */
  updateSpec(spec: DurableAgentSpec): void {
    const member = this.members.get(spec.identity);
    if (member) member.instructions = standingInstructions(spec.identity, draftOf(spec));
  }

  async createSession({ spec, record, draft, isOurs }: Embodiment): Promise<string> {
    const { identity, profile } = spec;
    this.turns.expectAgent(profile);
    this.warnOfMissing(identity, draft);
    await this.endStrays(identity, { reason: 'A new conversation is begun.', isOurs });
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
    const { spec, record, draft, isOurs } = embodiment;
    const { identity, profile } = spec;
    this.turns.expectAgent(profile);
    const known = snapshot && this.decode(record, snapshot);
    if (known !== undefined && known.agent !== profile) {
      const fresh = { ...record, sessionId: this.mint() };
      const sessionId = await this.createSession({ ...embodiment, record: fresh });
      const reason = `It is the agent ${profile} now, which cannot go on with a conversation of ${known.agent}.`;
      return { result: 'fresh', sessionId, reason };
    }
    this.warnOfMissing(identity, draft);
    const conversation = known ?? newConversation(record.sessionId, profile);
    const member = new ConversationMember(
      identity,
      conversation,
      standingInstructions(identity, draft),
    );
    const [newest, ...others] = await this.ports.sessions.runningOf(identity);
    const ending = { reason: 'Another session goes on.', isOurs };
    for (const other of others) await this.cancelQuietly(other, ending);
    const unfinished = conversation.isRunning ? conversation.lastSessionId : undefined;
    const adopted = newest ?? (await this.unnotedOf(identity, conversation)) ?? unfinished;
    this.enter(member);
    if (adopted !== undefined) {
      member.adopt(adopted);
      this.turns.follow(member, adopted, { wasAdopted: true });
    }
    return { result: 'resumed', sessionId: record.sessionId };
  }

  async deliver(delivery: Delivery): Promise<void> {
    const member = this.expectMember(delivery.record);
    if (!member.isBusy) return this.turns.begin(member, delivery);
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

  async retireMember(record: ContinuityRecord, reason: string, mandate?: Mandate): Promise<void> {
    const { identity } = record;
    const isOurs = mandate?.isOurs;
    if ((await isOurs?.()) === false) {
      this.leave(identity, `${identity} has a new owner.`);
      return;
    }
    const member = this.members.get(identity);
    if (member === undefined) return this.endStrays(identity, { reason, isOurs });
    member.isRetired = true;
    this.members.delete(identity);
    this.turns.drop(member.queue.splice(0), reason);
    if (member.running === undefined) return;
    try {
      await this.turns.end(identity, member.running, { reason, isOurs });
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
    this.leave(identity, 'It is not owned here any more.');
    return Promise.resolve();
  }

  /** Watches nothing any more. What runs goes on, for whoever owns it next. */
  dispose(): void {
    for (const identity of [...this.members.keys()]) this.leave(identity, 'Its owner has ended.');
    this.turns.dispose();
  }

  /** The turn that a former owner began and did not live to keep in a checkpoint. */
  private async unnotedOf(
    identity: AgentIdentity,
    { conversation, lastSessionId }: Conversation,
  ): Promise<SessionId | undefined> {
    const begun = (await this.ports.sessions.since?.(identity, 0)) ?? [];
    const last = begun.findIndex(({ sessionId }) => sessionId === lastSessionId);
    // Whether one is newer than a turn that is not here cannot be told.
    if (lastSessionId !== undefined && last < 0) return undefined;
    const after = last < 0 ? begun : begun.slice(0, last);
    return after.find((session) => session.conversation === conversation)?.sessionId;
  }

  /** What a customizer wants and a session of ours cannot have. */
  private warnOfMissing(identity: AgentIdentity, { model, externalTools }: AgentBuildDraft): void {
    const missing = [
      ...(model === undefined ? [] : [`the model ${model}`]),
      ...externalTools.map(({ name }) => `the tool ${name}`),
    ];
    if (missing.length === 0) return;
    this.ports.logger.warn(`${identity} is started without ${missing.join(', ')}.`);
  }

  /** Sessions of an agent that nobody here embodies. */
  private async endStrays(identity: AgentIdentity, ending: Ending): Promise<void> {
    for (const sessionId of await this.ports.sessions.runningOf(identity)) {
      await this.cancelQuietly(sessionId, ending);
    }
  }

  private async cancelQuietly(sessionId: SessionId, { reason, isOurs }: Ending): Promise<void> {
    if ((await isOurs?.()) === false) return;
    try {
      await this.ports.sessions.cancel(sessionId, reason, isOurs);
    } catch (error) {
      this.ports.logger.warn(`The session ${sessionId} could not be ended: ${errorText(error)}`);
    }
  }

  private enter(member: ConversationMember): void {
    this.leave(member.identity, 'It is embodied anew.');
    this.members.set(member.identity, member);
  }

  /** What it was given and has not got goes back, for the reason. */
  private leave(identity: AgentIdentity, reason: string): void {
    const member = this.members.get(identity);
    if (member === undefined) return;
    this.members.delete(identity);
    member.isLeft = true;
    member.running?.watching.abort();
    this.turns.drop(member.queue.splice(0), reason);
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
