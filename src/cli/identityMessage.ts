import type { AgentIdentity } from '../core/identities/agentIdentity.ts';
import { IdentityError } from '../core/identities/identityError.ts';
import type { LeaseHolder } from '../core/identities/leaseProvider.ts';
import type { ListedIdentity } from '../core/identities/listedIdentity.ts';
import type { DeliveryOrigin } from '../core/identities/sessionBridge.ts';
import { present } from '../core/sessions/fieldReaders.ts';
import type { InboxKind } from '../node/identities/inboxMessage.ts';
import type { SendResult } from '../node/identities/ownerMessages.ts';
import { personName } from '../node/personIdentity.ts';
import { leaseHolderText } from '../presentation/identities/identityWords.ts';
import { callingAgent, type CallingAgent } from './callingAgent.ts';
import { exitCodes, type ExitCode } from './exitCodes.ts';
import {
  findIdentity,
  openIdentities,
  reportingIdentityProblems,
  type OpenIdentities,
} from './identityAccess.ts';
import {
  isBegun,
  isUsable,
  lookAgain,
  showResult,
  stayWithAgent,
  type StayFlags,
} from './identityActing.ts';
import { asOwner } from './identityCall.ts';
import { untilNothingWaits } from './identityLeftovers.ts';
import { untilBrought } from './identityWaiting.ts';
import type { AllowFlags } from './sessionHosting.ts';
import { readPrompt } from './sessionPrompt.ts';
import { UsageError } from './usageError.ts';
import type { VerbContext } from './verbContext.ts';

export interface MessageFlags extends StayFlags, AllowFlags {
  readonly wait?: boolean;
  readonly key?: string;
  readonly correlation?: string;
}

/** How something is brought to an agent. */
export interface MessageKind {
  readonly mode: InboxKind;
  readonly origin: DeliveryOrigin;
}

/**
 * Says something to an agent. Where nobody owns it this call does, and stays until the agent is done;
 * where somebody does, it leaves a message for it.
 */
export function sayToIdentity(
  context: VerbContext,
  name: string,
  { flags, kind }: { readonly flags: MessageFlags; readonly kind: MessageKind },
): Promise<ExitCode> {
  return reportingIdentityProblems(context, async () => {
    const open = openIdentities(context);
    const caller = await callingAgent(context, open);
    if (caller.identity !== undefined) throw namedAgentCalls();
    const text = await readPrompt(context, flags);
    const listed = await findIdentity(context, open, name);
    if (!isUsable(context, listed)) return exitCodes.failed;
    if (kind.mode === 'send') expectAddressable(listed);
    const sender = senderOf(caller, open, kind);
    const message = { identity: listed.identity, text, flags, mode: kind.mode, ...sender };
    if (listed.lease !== undefined) return leave(context, open, message, listed.lease.holder);
    const brought = await bring(context, open, message);
    return brought.isHeld ? leave(context, open, message, brought.holder) : brought.exitCode;
  });
}

interface Message {
  readonly identity: AgentIdentity;
  readonly text: string;
  readonly flags: MessageFlags;
  readonly mode: InboxKind;
  readonly from: string;
  readonly origin: DeliveryOrigin;
}

/** What became of a message that this call was to bring as the owner. */
type Brought =
  | { readonly isHeld: false; readonly exitCode: ExitCode }
  /** Somebody else was quicker. */
  | { readonly isHeld: true; readonly holder: LeaseHolder };

async function bring(
  context: VerbContext,
  open: OpenIdentities,
  { identity, text, flags, mode, from, origin }: Message,
): Promise<Brought> {
  let sent: SendResult | undefined;
  let holder: LeaseHolder | undefined;
  const exitCode = await asOwner(context, open, {
    allow: flags.allow,
    work: async (call) => {
      const [outcome] = await call.owner.start([identity]);
      if (outcome?.kind === 'held_elsewhere') {
        ({ holder } = outcome);
        return exitCodes.heldByOther;
      }
      if (outcome === undefined || !isBegun(context, outcome)) return exitCodes.failed;
      sent = await call.owner.send(identity, { text, origin, ...keysOf(flags) }, { mode, from });
      return stayWithAgent(context, call, { identity, flags });
    },
  });
  if (holder !== undefined) return { isHeld: true, holder };
  const lastExitCode = await untilNothingWaits(context, open, { identity, flags, exitCode });
  if (sent !== undefined && context.output.isJson) {
    const messageId = sent.kind === 'queued' ? sent.message.id : null;
    await showMessage(context, open, { identity, messageId });
  }
  return { isHeld: false, exitCode: lastExitCode };
}

async function leave(
  context: VerbContext,
  open: OpenIdentities,
  { identity, text, flags, mode, from, origin }: Message,
  holder: LeaseHolder,
): Promise<ExitCode> {
  const content = { from, text, kind: mode, origin, ...keysOf(flags) };
  const message = await open.continuity.inbox.put(identity, content);
  const { output } = context;
  const messageId = message.id;
  const { lease } = await lookAgain(context, open, identity);
  if (lease === undefined) {
    // Whoever owned it ended at this moment, perhaps without having seen the message.
    const exitCode = await untilNothingWaits(context, open, { identity, flags });
    await showMessage(context, open, { identity, messageId });
    return exitCode;
  }
  const owner = leaseHolderText(holder);
  const said = `The message is in the inbox of ${identity}; ${owner} owns it and brings the message.`;
  if (flags.wait !== true) {
    await showMessage(context, open, { identity, messageId, said });
    return exitCodes.done;
  }
  if (!output.isJson) output.lines([said]);
  const end = await untilBrought(context, open, { identity, messageId });
  if (output.isJson) await showMessage(context, open, { identity, messageId });
  return end.exitCode;
}

/** The record of the agent, with whether it has the message. */
async function showMessage(
  context: VerbContext,
  open: OpenIdentities,
  {
    identity,
    messageId,
    said,
  }: {
    readonly identity: AgentIdentity;
    readonly messageId: string | null;
    readonly said?: string;
  },
): Promise<void> {
  const { messages } = await open.continuity.inbox.list(identity);
  const isWaiting = messages.some(({ id }) => id === messageId);
  const json = { message: { delivered: !isWaiting, message_id: messageId } };
  await showResult(context, open, {
    identity,
    json,
    lines: () => (said === undefined ? [] : [said]),
  });
}

function keysOf({ key, correlation }: MessageFlags) {
  return present({ idempotencyKey: key, correlationId: correlation });
}

/** The agent that calls, else the person. An agent that calls is no person. */
function senderOf(
  { sessionId }: CallingAgent,
  { location }: OpenIdentities,
  { origin }: MessageKind,
): Pick<Message, 'from' | 'origin'> {
  if (sessionId === undefined) return { from: personName(location.root), origin };
  return { from: sessionId, origin: origin === 'person' ? 'connector' : origin };
}

function expectAddressable({ identity, spec }: ListedIdentity): void {
  if (spec === undefined || spec.addressability === 'addressable') return;
  const { addressability } = spec;
  throw new IdentityError({ code: 'not-addressable', identity, addressability });
}

/** Named agents reach those whom their team declared their peers, and nobody else. */
function namedAgentCalls(): UsageError {
  return new UsageError('A named agent writes to its peers with the tool send_to_peer only.');
}
