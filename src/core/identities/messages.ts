import { present } from '../sessions/fieldReaders.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import type { DeliveryReceipt } from './answerMemory.ts';
import { askBridge } from './embody.ts';
import type { IdentityEntry } from './identityBook.ts';
import { IdentityError, internalFailure } from './identityError.ts';
import { currentMandate } from './mandate.ts';
import type { RuntimeCore } from './runtimeCore.ts';
import type { DeliveryOrigin } from './sessionBridge.ts';

/** What is said to an agent. */
export interface MessageContent {
  readonly text: string;
  /** `person` by default. */
  readonly origin?: DeliveryOrigin | undefined;
  /** Who says it, for the agent. */
  readonly from?: string | undefined;
  readonly correlationId?: string | undefined;
  /** What is given again under the same key is not delivered again, but answered the same. */
  readonly idempotencyKey?: string | undefined;
}

/** What is brought to an agent from inside. */
export interface DispatchInput extends MessageContent {
  readonly origin: DeliveryOrigin;
}

/** A delivery and how it comes. */
export interface DeliveryRequest {
  readonly operation: 'send' | 'dispatch';
  readonly content: MessageContent;
}

/**
 * Checks in this order: registered, addressable (only `send`), active, owned. To be called in its turn.
 * @throws IdentityError `unknown-identity`, `not-addressable`, `invalid-state`, `no-active-lease`,
 * `lease-lost`, `internal`
 */
export async function deliver(
  core: RuntimeCore,
  identity: AgentIdentity,
  { operation, content }: DeliveryRequest,
): Promise<DeliveryReceipt> {
  const entry = core.book.get(identity);
  if (operation === 'send') expectAddressable(entry);
  const { text, origin = 'person', from, correlationId, idempotencyKey: key } = content;
  const scoped = key === undefined ? undefined : `${operation}:${key}`;
  const before = entry.answers.recall(scoped);
  if (before) return before;
  expectActive(entry, operation);
  const token = core.book.heldToken(entry);
  const { bridge, hasRuntimeStore } = core.config;
  if (bridge !== undefined) {
    const record = expectRecord(entry);
    const mandate = await currentMandate(core, identity, token);
    await askBridge(`${identity} could not be given the message`, () =>
      bridge.deliver(present({ ...mandate, record, text, origin, from, correlationId })),
    );
  }
  const receipt = { token, isDurable: hasRuntimeStore };
  entry.answers.remember(scoped, receipt);
  core.book.feeds.tell({ kind: 'delivered', identity, token });
  return receipt;
}

/** The record of an identity. @throws IdentityError `internal` where there is none */
export function expectRecord(entry: IdentityEntry): NonNullable<IdentityEntry['record']> {
  if (entry.record !== undefined) return entry.record;
  throw internalFailure('no-record', `${entry.identity} has no session yet.`);
}

function expectAddressable({ identity, spec: { addressability } }: IdentityEntry): void {
  if (addressability === 'addressable') return;
  throw new IdentityError({ code: 'not-addressable', identity, addressability });
}

function expectActive(entry: IdentityEntry, operation: 'send' | 'dispatch'): void {
  const { identity, state, heldBy } = entry;
  if (state === 'active') return;
  if (state === 'dormant' && (entry.hasLostLease || heldBy !== undefined)) {
    const holder = heldBy === undefined ? {} : { holder: heldBy };
    throw new IdentityError({ code: 'no-active-lease', identity, ...holder });
  }
  throw new IdentityError({ code: 'invalid-state', identity, state, operation });
}
