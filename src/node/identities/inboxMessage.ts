import { utf8Length } from '../../core/activity/utf8.ts';
import type { FencingToken } from '../../core/identities/continuityRecord.ts';
import { deliveryOrigins, type DeliveryOrigin } from '../../core/identities/sessionBridge.ts';
import {
  asCount,
  asInstantMs,
  asName,
  asOneOf,
  asText,
  fieldsOf,
  MalformedField,
  optional,
  present,
  type Reader,
} from '../../core/sessions/fieldReaders.ts';
import { assertVersion, jsonText } from './jsonFile.ts';
import { asToken } from './tokenField.ts';

/** What somebody wants to bring to an agent whose owner is another process. */
export interface NewInboxMessage {
  /** Who brings it, as people are told; untrusted text. */
  readonly from: string;
  readonly text: string;
  readonly origin: DeliveryOrigin;
  readonly kind: InboxKind;
  readonly correlationId?: string | undefined;
  /** Two messages that wait under the same key are one. */
  readonly idempotencyKey?: string | undefined;
}

/** A message that waits. */
export interface InboxMessage extends NewInboxMessage {
  /** In the order of their ids messages were put. */
  readonly id: string;
  readonly atMs: number;
  /** Set while an owner brings it; one that a former owner left behind may have been brought. */
  readonly begun?: BegunDelivery | undefined;
}

/** Who began to bring a message, and when by the wall clock. */
export interface BegunDelivery {
  readonly token: FencingToken;
  readonly atMs: number;
}

/** `send` minds whether the agent may be spoken to, `dispatch` does not. */
export type InboxKind = (typeof inboxKinds)[number];
export const inboxKinds = ['send', 'dispatch'] as const;

/** Longest text of a message in bytes of UTF-8. */
export const maxMessageBytes = 64 * 1024;
/** Every character may take six in JSON. */
export const maxMessageFileBytes = 8 * maxMessageBytes;
const version = 1;

export const messageIdPattern = /^\d{13}-\d{4}-[0-9a-f]{8}$/;

/** @throws MalformedField for a text that is empty or too long, or a field that is none */
export function checkedMessage(message: NewInboxMessage): NewInboxMessage {
  return present({
    from: asName(message.from, 'from'),
    text: asMessageText(message.text, 'text'),
    origin: asOneOf(deliveryOrigins)(message.origin, 'origin'),
    kind: asOneOf(inboxKinds)(message.kind, 'kind'),
    correlationId: optional(asName)(message.correlationId, 'correlationId'),
    idempotencyKey: optional(asName)(message.idempotencyKey, 'idempotencyKey'),
  });
}

export function messageFileText(message: InboxMessage): string {
  const { correlationId, idempotencyKey, begun } = message;
  return jsonText({
    ...{ version, id: message.id, at_ms: message.atMs, from: message.from },
    ...{ origin: message.origin, kind: message.kind, text: message.text },
    ...(correlationId !== undefined && { correlation_id: correlationId }),
    ...(idempotencyKey !== undefined && { idempotency_key: idempotencyKey }),
    ...(begun && { begun: { token: begun.token, at_ms: begun.atMs } }),
  });
}

/** @throws Error that names the field */
export function decodeMessage(value: unknown, id: string): InboxMessage {
  const at = fieldsOf(value, '');
  assertVersion(at('version', asCount), version);
  if (at('id', asName) !== id) throw new Error('The file name does not match the id in it.');
  return present({
    id,
    atMs: at('at_ms', asInstantMs),
    from: at('from', asName),
    text: at('text', asMessageText),
    origin: at('origin', asOneOf(deliveryOrigins)),
    kind: at('kind', asOneOf(inboxKinds)),
    correlationId: at('correlation_id', optional(asName)),
    idempotencyKey: at('idempotency_key', optional(asName)),
    begun: at('begun', optional(readBegun)),
  });
}

const readBegun: Reader<BegunDelivery> = (value, field) => {
  const at = fieldsOf(value, field);
  return { token: at('token', asToken), atMs: at('at_ms', asInstantMs) };
};

const asMessageText: Reader<string> = (value, field) => {
  const text = asText(value, field);
  const bytes = utf8Length(text);
  if (text.trim() === '') throw new MalformedField(field, 'is empty; say something.');
  if (bytes <= maxMessageBytes) return text;
  throw new MalformedField(
    field,
    `has ${bytes} bytes, but ${maxMessageBytes} is the most; put it into a file and name that.`,
  );
};
