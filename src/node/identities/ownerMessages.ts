import type { Clock } from '../../base/clock.ts';
import type { RandomSource } from '../../base/randomSource.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import { IdentityError } from '../../core/identities/identityError.ts';
import type { IdentityRuntime } from '../../core/identities/identityRuntime.ts';
import type { KeyedTurns } from '../../core/identities/keyedTurns.ts';
import type { MessageContent } from '../../core/identities/messages.ts';
import { present } from '../../core/sessions/fieldReaders.ts';
import type { DroppedDelivery } from './conversationTurns.ts';
import type { InboxKind, InboxMessage } from './inboxMessage.ts';
import type { OpenContinuity } from './openContinuity.ts';
import type { OwnerJournal } from './ownerJournal.ts';

/** What became of something that was said to an agent. */
export type SendResult =
  | { readonly kind: 'delivered'; readonly token: number }
  /** It waits in the inbox: the agent is at work, or another owner brings it. */
  | { readonly kind: 'queued'; readonly message: InboxMessage };

/** How something is said to an agent. */
export interface SendOptions {
  /** `send` minds whether the agent may be spoken to; `dispatch` does not. */
  readonly mode?: InboxKind | undefined;
  /** Who says it, as people are told; the name of the owner by default. */
  readonly from?: string | undefined;
}

export interface OwnerMessagesPorts {
  readonly runtime: IdentityRuntime;
  readonly continuity: Pick<OpenContinuity, 'inbox' | 'leases' | 'history'>;
  /** What is said to an agent is said by one at a time, whichever way it comes. */
  readonly turns: KeyedTurns<AgentIdentity>;
  readonly isBusy: (identity: AgentIdentity) => boolean;
  readonly isHeld: (identity: AgentIdentity) => boolean;
  readonly journal: Pick<OwnerJournal, 'note'>;
  /** The owner, as people are told. */
  readonly name: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: RandomSource;
}

/** What is said to agents by whoever sits at their owner. */
export class OwnerMessages {
  constructor(private readonly ports: OwnerMessagesPorts) {}

  /**
   * What cannot be brought at once waits in the inbox, which the owner, be it this process or another,
   * empties. What was brought under the same key is not brought again. @throws IdentityError, InboxError
   */
  send(
    identity: AgentIdentity,
    content: MessageContent,
    { mode = 'send', from = this.ports.name }: SendOptions = {},
  ): Promise<SendResult> {
    return this.ports.turns.run(identity, () => this.sendAlone(identity, content, { mode, from }));
  }

  private async sendAlone(
    identity: AgentIdentity,
    content: MessageContent,
    { mode, from }: { readonly mode: InboxKind; readonly from: string },
  ): Promise<SendResult> {
    const { runtime } = this.ports;
    if (await this.mustWait(identity)) {
      // Said at once, not when it is brought.
      if (mode === 'send') this.expectAddressable(identity);
      return { kind: 'queued', message: await this.put(identity, content, { mode, from }) };
    }
    const brought = this.broughtToken(identity, content.idempotencyKey, mode);
    if (brought !== undefined) return { kind: 'delivered', token: brought };
    const { origin = 'person' } = content;
    const told = { ...content, origin, from };
    const token =
      mode === 'send'
        ? await runtime.send(identity, told)
        : (await runtime.dispatch(identity, told)).token;
    this.note(identity, content, { mode, from });
    return { kind: 'delivered', token };
  }

  /** What was taken from somebody must not vanish. @throws InboxError */
  async keepDropped({ delivery, reason }: DroppedDelivery): Promise<void> {
    const { record, text, origin, correlationId, from = this.ports.name } = delivery;
    const { identity } = record;
    this.ports.journal.note(identity, {
      kind: 'note',
      detail: `A message waits again: ${reason}`,
    });
    await this.put(identity, { text, origin, correlationId }, { mode: 'dispatch', from });
  }

  /** The token of now, under which nothing is brought, where something was brought under the key. */
  private broughtToken(
    identity: AgentIdentity,
    key: string | undefined,
    mode: InboxKind,
  ): number | undefined {
    const { runtime, continuity } = this.ports;
    if (key === undefined || !runtime.contains(identity)) return undefined;
    const { lease } = runtime.status(identity);
    return lease && continuity.history.broughtUnder(identity, { key, mode }) && lease.token;
  }

  private async mustWait(identity: AgentIdentity): Promise<boolean> {
    const { runtime, continuity, isBusy, isHeld } = this.ports;
    if (runtime.isActive(identity) && isHeld(identity)) {
      if (isBusy(identity)) return true;
      return (await continuity.inbox.list(identity)).messages.length > 0;
    }
    if (isHeld(identity)) return this.isSuspended(identity);
    const seen = (await continuity.leases.seen([identity])).get(identity);
    return seen !== undefined && !seen.isExpired;
  }

  /** It is about to be started anew. */
  private isSuspended(identity: AgentIdentity): boolean {
    const { runtime } = this.ports;
    return runtime.contains(identity) && runtime.status(identity).state === 'suspended';
  }

  private put(
    identity: AgentIdentity,
    { text, origin = 'person', correlationId, idempotencyKey }: MessageContent,
    { mode, from }: { readonly mode: InboxKind; readonly from: string },
  ): Promise<InboxMessage> {
    return this.ports.continuity.inbox.put(identity, {
      ...{ from, text, origin, kind: mode, correlationId, idempotencyKey },
    });
  }

  private expectAddressable(identity: AgentIdentity): void {
    const { runtime } = this.ports;
    if (!runtime.contains(identity)) return;
    const { addressability } = runtime.status(identity);
    if (addressability === 'addressable') return;
    throw new IdentityError({ code: 'not-addressable', identity, addressability });
  }

  /** What went through an inbox is noted when it is taken out. */
  private note(
    identity: AgentIdentity,
    { text, origin = 'person', correlationId, idempotencyKey }: MessageContent,
    { mode, from }: { readonly mode: InboxKind; readonly from: string },
  ): void {
    const { clock, random, journal } = this.ports;
    const hex = [...random(4)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const stamp = String(Math.max(0, Math.round(clock.now()))).padStart(13, '0');
    journal.note(identity, {
      ...{ kind: 'message', id: `${stamp}-0000-${hex}`, from, origin, mode, text },
      ...present({ correlationId, idempotencyKey }),
    });
  }
}
