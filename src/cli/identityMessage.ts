import { IdentityError } from '../core/identities/identityError.ts';
import type { ListedIdentity } from '../core/identities/listedIdentity.ts';
import type { DeliveryOrigin } from '../core/identities/sessionBridge.ts';
import { present } from '../core/sessions/fieldReaders.ts';
import type { InboxKind } from '../node/identities/inboxMessage.ts';
import type { SendResult } from '../node/identities/ownerMessages.ts';
import { personName } from '../node/personIdentity.ts';
import { leaseHolderText } from '../presentation/identities/identityWords.ts';
import { exitCodes, type ExitCode } from './exitCodes.ts';
import {
  findIdentity,
  openIdentities,
  reportingIdentityProblems,
  type OpenIdentities,
} from './identityAccess.ts';
import { isBegun, isUsable, showResult, stayWithAgent, type StayFlags } from './identityActing.ts';
import { asOwner } from './identityCall.ts';
import { untilBrought } from './identityWaiting.ts';
import { sessionVariable } from './lockAgent.ts';
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

const identityVariable = 'HEDDLE_AGENTS_IDENTITY';

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
    expectNoNamedAgent(context);
    const text = await readPrompt(context, flags);
    const open = openIdentities(context);
    const listed = await findIdentity(context, open, name);
    if (!isUsable(context, listed)) return exitCodes.failed;
    if (kind.mode === 'send') expectAddressable(listed);
    const message = { text, flags, kind };
    return listed.lease === undefined
      ? bring(context, open, { ...message, listed })
      : leave(context, open, { ...message, listed, holder: leaseHolderText(listed.lease.holder) });
  });
}

interface Message {
  readonly listed: ListedIdentity;
  readonly text: string;
  readonly flags: MessageFlags;
  readonly kind: MessageKind;
}

async function bring(
  context: VerbContext,
  open: OpenIdentities,
  { listed, text, flags, kind }: Message,
): Promise<ExitCode> {
  const { identity } = listed;
  let sent: SendResult | undefined;
  const exitCode = await asOwner(context, open, {
    allow: flags.allow,
    work: async (call) => {
      const [outcome] = await call.owner.start([identity]);
      if (outcome === undefined || !isBegun(context, outcome)) return exitCodes.failed;
      const content = { text, origin: originOf(context, kind), ...keysOf(flags) };
      const from = senderOf(context, open);
      sent = await call.owner.send(identity, content, { mode: kind.mode, from });
      return stayWithAgent(context, call, { identity, flags });
    },
  });
  if (sent === undefined || !context.output.isJson) return exitCode;
  const id = sent.kind === 'queued' ? sent.message.id : null;
  const { messages } = await open.continuity.inbox.list(identity);
  const isWaiting = messages.some((message) => message.id === id);
  const json = { message: { delivered: !isWaiting, message_id: id } };
  await showResult(context, open, { identity, json, lines: () => [] });
  return exitCode;
}

async function leave(
  context: VerbContext,
  open: OpenIdentities,
  { listed, text, flags, kind, holder }: Message & { readonly holder: string },
): Promise<ExitCode> {
  const { identity } = listed;
  const message = await open.continuity.inbox.put(identity, {
    ...{ from: senderOf(context, open), text, kind: kind.mode, origin: originOf(context, kind) },
    ...keysOf(flags),
  });
  const { output } = context;
  const said = `The message is in the inbox of ${identity}; ${holder} owns it and brings the message.`;
  if (flags.wait !== true) {
    const json = { message: { delivered: false, message_id: message.id } };
    await showResult(context, open, { identity, json, lines: () => [said] });
    return exitCodes.done;
  }
  if (!output.isJson) output.lines([said]);
  const end = await untilBrought(context, open, { identity, messageId: message.id });
  if (output.isJson) {
    const json = { message: { delivered: end.isBrought, message_id: message.id } };
    await showResult(context, open, { identity, json, lines: () => [] });
  }
  return end.exitCode;
}

function keysOf({ key, correlation }: MessageFlags) {
  return present({ idempotencyKey: key, correlationId: correlation });
}

/** The agent that calls, else the person. */
function senderOf({ host }: VerbContext, { location }: OpenIdentities): string {
  const session = host.env[sessionVariable] ?? '';
  return session === '' ? personName(location.root) : session.slice(0, 200);
}

/** An agent that calls is no person. */
function originOf({ host }: VerbContext, { origin }: MessageKind): DeliveryOrigin {
  const isAgent = (host.env[sessionVariable] ?? '') !== '';
  return origin === 'person' && isAgent ? 'connector' : origin;
}

function expectAddressable({ identity, spec }: ListedIdentity): void {
  if (spec === undefined || spec.addressability === 'addressable') return;
  const { addressability } = spec;
  throw new IdentityError({ code: 'not-addressable', identity, addressability });
}

/** Named agents reach those whom their team declared their peers, and nobody else. */
function expectNoNamedAgent({ host }: VerbContext): void {
  if ((host.env[identityVariable] ?? '') === '') return;
  throw new UsageError('A named agent writes to its peers with the tool send_to_peer only.');
}
