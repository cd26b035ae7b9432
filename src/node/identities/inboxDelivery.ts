import type { Clock } from '../../base/clock.ts';
import { errorText } from '../../base/errorText.ts';
import type { Logger } from '../../base/logger.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import { isIdentityError } from '../../core/identities/identityError.ts';
import type { IdentityRuntime } from '../../core/identities/identityRuntime.ts';
import type { FileInbox } from './fileInbox.ts';
import type { InboxMessage } from './inboxMessage.ts';
import { messagePrompt } from './messagePrompt.ts';
import type { OwnerJournal } from './ownerJournal.ts';

export interface InboxDeliveryPorts {
  readonly runtime: Pick<IdentityRuntime, 'send' | 'dispatch'>;
  readonly inbox: Pick<FileInbox, 'list' | 'take'>;
  readonly journal: Pick<OwnerJournal, 'note'>;
  /** Whether it can be given something now. */
  readonly isReady: (identity: AgentIdentity) => boolean;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Pick<Logger, 'warn'>;
}

/** After a failure the same is not tried again so soon. */
const holdOffMs = 30_000;

/** Brings the messages that wait for an agent, one for each turn of it. */
export class InboxDelivery {
  private readonly heldOffUntilMs = new Map<AgentIdentity, number>();

  constructor(private readonly ports: InboxDeliveryPorts) {}

  /** To be called by one at a time for each agent. Never rejects. */
  async deliver(identity: AgentIdentity): Promise<void> {
    try {
      while (this.ports.isReady(identity) && !this.isHeldOff(identity)) {
        const { messages } = await this.ports.inbox.list(identity);
        const [next] = messages;
        if (next === undefined) return;
        await this.bring(identity, next);
      }
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

  /** The id is the key: what was brought and not taken out is not brought twice by this process. */
  private async bring(identity: AgentIdentity, message: InboxMessage): Promise<void> {
    const { runtime, inbox, journal } = this.ports;
    const { id, kind, origin, correlationId } = message;
    const content = { text: messagePrompt(message), origin, idempotencyKey: id, correlationId };
    try {
      if (kind === 'send') await runtime.send(identity, content);
      else await runtime.dispatch(identity, content);
    } catch (error) {
      if (!isIdentityError(error, 'not-addressable')) throw error;
      journal.note(identity, { kind: 'note', detail: `A message was refused: ${error.message}` });
    }
    await inbox.take(identity, id);
  }

  /** A clock that was set back holds nothing off. */
  private isHeldOff(identity: AgentIdentity): boolean {
    const untilMs = this.heldOffUntilMs.get(identity);
    if (untilMs === undefined) return false;
    const leftMs = untilMs - this.ports.clock.now();
    return leftMs > 0 && leftMs <= holdOffMs;
  }
}
