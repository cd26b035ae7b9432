import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { Delivery } from '../../core/identities/sessionBridge.ts';
import { present } from '../../core/sessions/fieldReaders.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import type { Conversation } from './conversation.ts';
import type { StandingInstructions } from './standingInstructions.ts';
import type { TurnProgress } from './turnProgress.ts';

/** A turn that goes on. */
export interface RunningTurn {
  readonly sessionId: SessionId;
  readonly progress: TurnProgress;
  /** It was begun by an owner before this one. */
  readonly wasAdopted: boolean;
  /** Ends the watching, not the session. */
  readonly watching: AbortController;
  /** Resolves when it is over, or is not watched any more. Never rejects. */
  ended: Promise<void>;
}

/** What an agent does not know of its conversation while its first turn goes on. */
const notYetKnown = '?';

/** An agent with a name that is embodied here: its conversation, and the turn that goes on. */
export class ConversationMember {
  /** What could not be given to it yet. */
  readonly queue: Delivery[] = [];
  running: RunningTurn | undefined;
  isStarting = false;
  isRetired = false;
  /** Nobody here watches it any more; what runs of it goes on. */
  isLeft = false;

  constructor(
    readonly identity: AgentIdentity,
    public conversation: Conversation,
    public instructions: StandingInstructions | undefined,
  ) {}

  get isBusy(): boolean {
    return this.isStarting || this.running !== undefined;
  }

  /** Set when the agent does not have them, as far as is known. */
  get missingInstructions(): StandingInstructions | undefined {
    const { instructions, conversation } = this;
    const { instructed, acpSessionId } = conversation;
    const isInstructed =
      instructed !== undefined &&
      instructed.digest === instructions?.digest &&
      instructed.acpSessionId === acpSessionId;
    return isInstructed ? undefined : instructions;
  }

  /** A session has the next prompt, with these instructions at its head. */
  begin(sessionId: SessionId, given: StandingInstructions | undefined): void {
    const { conversation } = this;
    this.conversation = {
      ...conversation,
      ...{ lastSessionId: sessionId, isRunning: true, turns: conversation.turns + 1 },
      ...(given && { instructed: { acpSessionId: notYetKnown, digest: given.digest } }),
    };
  }

  /** A session of this conversation that a former owner began. */
  adopt(sessionId: SessionId): void {
    const { conversation } = this;
    const isKnown = conversation.lastSessionId === sessionId;
    const turns = isKnown ? conversation.turns : conversation.turns + 1;
    this.conversation = { ...conversation, lastSessionId: sessionId, isRunning: true, turns };
  }

  /** The turn is over. */
  end({ acpSessionId, output }: Pick<TurnProgress, 'acpSessionId' | 'output'>): void {
    const before = this.conversation;
    const id = acpSessionId ?? before.acpSessionId;
    const isPending = before.instructed?.acpSessionId === notYetKnown;
    const instructed =
      before.instructed && isPending
        ? acpSessionId && { ...before.instructed, acpSessionId }
        : before.instructed;
    this.conversation = present<Conversation>({
      ...before,
      ...{ isRunning: undefined, acpSessionId: id, lastOutput: output ?? before.lastOutput },
      instructed: instructed === '' ? undefined : instructed,
    });
  }
}
