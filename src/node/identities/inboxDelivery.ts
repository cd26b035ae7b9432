import type { Clock } from '../../base/clock.ts';
import { errorText } from '../../base/errorText.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/logger.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import { isIdentityError } from '../../core/identities/identityError.ts';
import type { IdentityRuntime } from '../../core/identities/identityRuntime.ts';
import type { KeyedTurns } from '../../core/identities/keyedTurns.ts';
import type { FileInbox } from './fileInbox.ts';
import type { InboxMessage } from './inboxMessage.ts';
import { messagePrompt } from './messagePrompt.ts';
import type { OwnerJournal } from './ownerJournal.ts';

export interface InboxDeliveryPorts {
  readonly runtime: Pick<IdentityRuntime, 'send' | 'dispatch' | 'status'>;
  readonly inbox: Pick<FileInbox, 'list' | 'begin' | 'giveBack' | 'take'>;
  readonly journal: Pick<OwnerJournal, 'note'>;
  /** What is said to an agent is said by one at a time, whichever way it comes. */
  readonly turns: KeyedTurns<AgentIdentity>;
  /** Whether it is owned here. */
  readonly isHeld: (identity: AgentIdentity) => boolean;
  /** Whether it can be given something now. */
  readonly isReady: (identity: AgentIdentity) => boolean;
  /** Whether any session since a time was begun with a prompt. */
  readonly wasBegun: (
    identity: AgentIdentity,
    what: { readonly prompt: string; readonly sinceMs: number },
  ) => Promise<boolean>;
  /** Has it delivered once more. */
  readonly lookAgain: (identity: AgentIdentity) => void;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly logger: Pick<Logger, 'warn'>;
}

/** After a failure the same is not tried again so soon. */
const holdOffMs = 30_000;
/** A session that a killed owner was about to start shows within this time, or never does. */
export const unsureMs = 8_000;

/**
 * Brings the messages that wait for an agent, one for each turn of it, and each once: an owner says in the
 * message that it begins, and whoever finds that of a former owner looks whether there is a session for it.
 */
export class InboxDelivery implements Disposable {
  private readonly heldOffUntilMs = new Map<AgentIdentity, number>();
  private readonly looks = new Map<AgentIdentity, Disposable>();

  constructor(private readonly ports: InboxDeliveryPorts) {}

  /** Never rejects. */
  async deliver(identity: AgentIdentity): Promise<void> {
    try {
      while (await this.ports.turns.run(identity, () => this.deliverNext(identity)));
    } catch (error) {
      this.holdOff(identity);
      this.ports.logger.warn(`Messages for ${identity} wait: ${errorText(error)}`);
    }
  }

  /** Something went wrong with the agent, so that the next message would be lost on it. */
  holdOff(identity: AgentIdentity): void {
    this.heldOffUntilMs.set(identity, this.ports.clock.now() + holdOffMs);
  }

  /** A person has taken care of it. */
  resume(identity: AgentIdentity): void {
    this.heldOffUntilMs.delete(identity);
  }

  dispose(): void {
    for (const look of this.looks.values()) look.dispose();
  }

  /** False when there is nothing to be done now. */
  private async deliverNext(identity: AgentIdentity): Promise<boolean> {
    const { isHeld, isReady, inbox } = this.ports;
    if (!isHeld(identity)) return false;
    const [next] = (await inbox.list(identity)).messages;
    if (next === undefined) return false;
    const former = this.formerBegin(identity, next);
    if (former !== undefined && (await this.wasBrought(identity, next, former))) {
      await inbox.take(identity, next.id);
      return true;
    }
    if (!isReady(identity) || this.isHeldOff(identity)) return false;
    if (former !== undefined) {
      const waitMs = leftMs(former, this.ports.clock.now(), unsureMs);
      if (waitMs > 0) return this.lookLater(identity, waitMs);
      const detail = `The owner before ended while it brought the message ${next.id}, and no session with it was found. It is brought again.`;
      this.ports.journal.note(identity, { kind: 'note', detail });
    }
    return this.bring(identity, next);
  }

  private lookLater(identity: AgentIdentity, waitMs: number): false {
    const { clock, lookAgain } = this.ports;
    this.looks.get(identity)?.dispose();
    this.looks.set(
      identity,
      clock.after(waitMs, () => lookAgain(identity)),
    );
    return false;
  }

  /** When a former owner began to bring it; what was begun under the token of now is not over. */
  private formerBegin(identity: AgentIdentity, { begun }: InboxMessage): number | undefined {
    return begun?.token === this.token(identity) ? undefined : begun?.atMs;
  }

  private wasBrought(
    identity: AgentIdentity,
    message: InboxMessage,
    sinceMs: number,
  ): Promise<boolean> {
    return this.ports.wasBegun(identity, { prompt: messagePrompt(message), sinceMs });
  }

  /** The id is the key: what was brought and not taken out is not brought twice by this process. */
  private async bring(identity: AgentIdentity, message: InboxMessage): Promise<boolean> {
    const { runtime, inbox, journal } = this.ports;
    const { id, kind, text, from, origin, correlationId } = message;
    const content = { text, from, origin, idempotencyKey: id, correlationId };
    const token = this.token(identity) ?? 0;
    // Somebody else has taken it or is about to bring it.
    if (!(await inbox.begin(identity, id, token))) return false;
    try {
      if (kind === 'send') await runtime.send(identity, content);
      else await runtime.dispatch(identity, content);
    } catch (error) {
      if (!isIdentityError(error, 'not-addressable')) {
        // Nobody has it, so nobody needs to look for it.
        await inbox.giveBack(identity, id, token).catch(() => false);
        throw error;
      }
      journal.note(identity, { kind: 'note', detail: `A message was refused: ${error.message}` });
    }
    await inbox.take(identity, id);
    return true;
  }

  private token(identity: AgentIdentity): number | undefined {
    return this.ports.runtime.status(identity).lease?.token;
  }

  private isHeldOff(identity: AgentIdentity): boolean {
    const untilMs = this.heldOffUntilMs.get(identity);
    return (
      untilMs !== undefined && leftMs(untilMs - holdOffMs, this.ports.clock.now(), holdOffMs) > 0
    );
  }
}

/** Of a time since a moment; a clock that was set back makes nobody wait. */
function leftMs(sinceMs: number, nowMs: number, durationMs: number): number {
  const left = sinceMs + durationMs - nowMs;
  return left > 0 && left <= durationMs ? left : 0;
}
