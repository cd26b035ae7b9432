import type { Clock } from '../../base/clock.ts';
import { errorText } from '../../base/errorText.ts';
import { Emitter } from '../../base/event.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/logger.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import { BridgeError, type Delivery, type Mandate } from '../../core/identities/sessionBridge.ts';
import { present } from '../../core/sessions/fieldReaders.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import type { RunSpec, SessionParent } from '../../core/sessions/sessionSpec.ts';
import type { AgentCommand } from '../sessions/startRequest.ts';
import type { ConversationMember, RunningTurn } from './conversationMember.ts';
import type { IdentitySessions } from './identitySessions.ts';
import { messagePrompt } from './messagePrompt.ts';
import { withInstructions } from './standingInstructions.ts';
import { TurnProgress, type TurnOutcome } from './turnProgress.ts';

/** What turns are taken with. */
export interface ConversationTurnsPorts {
  /** The coding agent of a preset. @throws Error that says what to do when it is not installed */
  readonly expectAgent: (preset: string) => AgentCommand;
  readonly sessions: IdentitySessions;
  /** The folder in which the agents work, absolute. */
  readonly cwd: string;
  /** For whom they work. */
  readonly parent?: SessionParent | undefined;
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

/** What a session may take to end when it is asked to. */
const endingMs = 20_000;

/** The turns of agents with names: each is a session of ours, begun, watched to its end, or ended. */
export class ConversationTurns implements Disposable {
  private readonly started: Emitter<StartedTurn>;
  private readonly ended: Emitter<EndedTurn>;
  private readonly dropped: Emitter<DroppedDelivery>;

  constructor(private readonly ports: ConversationTurnsPorts) {
    const complain = (error: unknown): void => ports.logger.error(errorText(error));
    this.started = new Emitter(complain);
    this.ended = new Emitter(complain);
    this.dropped = new Emitter(complain);
  }

  get onDidStart() {
    return this.started.event;
  }

  get onDidEnd() {
    return this.ended.event;
  }

  get onDidDrop() {
    return this.dropped.event;
  }

  /** Resolves when a session has it. @throws BridgeError when nothing was begun */
  async begin(member: ConversationMember, delivery: Delivery): Promise<void> {
    member.isStarting = true;
    try {
      const agent = this.expectAgent(member.conversation.agent);
      const instructions = member.missingInstructions;
      const { from, origin, text, isOurs } = delivery;
      const said = from === undefined ? text : messagePrompt({ origin, from, text });
      const prompt = instructions ? withInstructions(instructions, said) : said;
      await expectOurs(member.identity, isOurs);
      const sessionId = await this.startSession(this.specOf(member, prompt), agent);
      member.begin(sessionId, instructions);
      if (member.isLeft) return;
      const turn = this.follow(member, sessionId, { wasAdopted: false });
      // It was given up while its host was started.
      if (member.isRetired) {
        await this.end(member.identity, turn, { reason: 'It is not needed any more.', isOurs });
      }
    } finally {
      member.isStarting = false;
    }
  }

  /** Watches a session to its end, which begins what waits for the agent. */
  follow(
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

  /** Resolves when it is over, or is somebody else's. @throws BridgeError when it does not end */
  async end(
    identity: AgentIdentity,
    turn: RunningTurn,
    { reason, isOurs }: { readonly reason: string; readonly isOurs?: Mandate['isOurs'] },
  ): Promise<void> {
    const { sessionId, ended, watching } = turn;
    try {
      await this.ports.sessions.cancel(sessionId, reason, isOurs);
    } catch (error) {
      throw new BridgeError('member', errorText(error), { cause: error });
    }
    // Nobody asked it to end, and it is not watched from here any more.
    if ((await isOurs?.()) === false) watching.abort();
    if (await this.endsInTime(ended)) return;
    throw new BridgeError('member', `The session ${sessionId} of ${identity} does not end.`);
  }

  /** Gives back what nobody will bring any more. */
  drop(deliveries: readonly Delivery[], reason: string): void {
    for (const delivery of deliveries) this.dropped.fire({ delivery, reason });
  }

  /** @throws BridgeError when the coding agent of a preset is not installed */
  expectAgent(preset: string): AgentCommand {
    try {
      return this.ports.expectAgent(preset);
    } catch (error) {
      throw new BridgeError('member', errorText(error), { cause: error });
    }
  }

  dispose(): void {
    for (const emitter of [this.started, this.ended, this.dropped]) emitter.dispose();
  }

  private specOf({ identity, conversation }: ConversationMember, prompt: string): RunSpec {
    const { cwd, parent } = this.ports;
    const { agent, acpSessionId, lastSessionId, conversation: handle } = conversation;
    const resumes = present({ sessionId: lastSessionId, conversationId: acpSessionId });
    return present<RunSpec>({
      ...{ kind: 'run', agent, prompt, cwd, identity, conversation: handle, parent },
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
      this.drop([delivery], errorText(error));
      this.beginNext(member);
    });
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
}

async function expectOurs(identity: AgentIdentity, isOurs: Mandate['isOurs']): Promise<void> {
  if ((await isOurs?.()) !== false) return;
  throw new BridgeError('member', `${identity} has a new owner.`);
}
