import { shortened } from '../../core/activity/utf8.ts';
import { deliveryOrigins, type DeliveryOrigin } from '../../core/identities/sessionBridge.ts';
import { identityStates, type IdentityState } from '../../core/identities/identityState.ts';
import {
  asCount,
  asInstantMs,
  asName,
  asOneOf,
  asText,
  fieldsOf,
  optional,
  present,
} from '../../core/sessions/fieldReaders.ts';
import { inboxKinds, type InboxKind } from './inboxMessage.ts';

/** What happened to one identity, and when by the wall clock. */
export type HistoryEntry = { readonly atMs: number } & HistoryEvent;

export type HistoryEvent =
  | {
      readonly kind: 'state_changed';
      readonly state: IdentityState;
      readonly detail?: string | undefined;
    }
  | { readonly kind: 'lease_acquired'; readonly token: number; readonly by?: string | undefined }
  | { readonly kind: 'lease_lost'; readonly token?: number | undefined }
  | {
      readonly kind: 'checkpoint_completed';
      readonly version: number;
      readonly generation: number;
    }
  | { readonly kind: 'resume_fallback'; readonly detail: string }
  /** The text is shortened. */
  | {
      readonly kind: 'message';
      readonly id: string;
      readonly from: string;
      readonly origin: DeliveryOrigin;
      readonly mode: InboxKind;
      readonly text: string;
      readonly correlationId?: string | undefined;
      /** Under which it is not brought again. */
      readonly idempotencyKey?: string | undefined;
    }
  | { readonly kind: 'session_started'; readonly sessionId: string }
  | {
      readonly kind: 'session_ended';
      readonly sessionId: string;
      readonly outcome: string;
      readonly output?: string | undefined;
    }
  | {
      readonly kind: 'respawned';
      readonly generation: number;
      readonly detail?: string | undefined;
    }
  | { readonly kind: 'reset'; readonly generation: number; readonly detail?: string | undefined }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'note'; readonly detail: string };

/** Longest text of an entry; longer ones are shortened. */
export const maxHistoryText = 4000;

/** One line, with its line feed. */
export function historyLine(entry: HistoryEntry): string {
  const fields = Object.entries(entry).map(([name, value]: [string, unknown]) => [
    snakeCase(name),
    typeof value === 'string' ? shortened(value, maxHistoryText) : value,
  ]);
  return `${JSON.stringify(Object.fromEntries(fields))}\n`;
}

/** Undefined for what is none, such as a line that was never finished or a kind of a newer version. */
export function decodeHistoryLine(line: string): HistoryEntry | undefined {
  try {
    return decode(JSON.parse(line) as unknown);
  } catch {
    return undefined;
  }
}

function decode(value: unknown): HistoryEntry {
  const at = fieldsOf(value, '');
  const atMs = at('at_ms', asInstantMs);
  const entry = (event: HistoryEvent): HistoryEntry => present({ atMs, ...event });
  const kind = at('kind', asOneOf(historyKinds));
  const detail = (): string | undefined => at('detail', optional(asText));
  switch (kind) {
    case 'state_changed':
      return entry({ kind, state: at('state', asOneOf(identityStates)), detail: detail() });
    case 'lease_acquired':
      return entry({ kind, token: at('token', asCount), by: at('by', optional(asText)) });
    case 'lease_lost':
      return entry({ kind, token: at('token', optional(asCount)) });
    case 'checkpoint_completed':
      return entry({
        kind,
        version: at('version', asCount),
        generation: at('generation', asCount),
      });
    case 'message':
      return entry({
        kind,
        id: at('id', asName),
        from: at('from', asName),
        origin: at('origin', asOneOf(deliveryOrigins)),
        mode: at('mode', asOneOf(inboxKinds)),
        text: at('text', asText),
        correlationId: at('correlation_id', optional(asName)),
        idempotencyKey: at('idempotency_key', optional(asName)),
      });
    case 'session_started':
      return entry({ kind, sessionId: at('session_id', asName) });
    case 'session_ended':
      return entry({
        kind,
        sessionId: at('session_id', asName),
        outcome: at('outcome', asText),
        output: at('output', optional(asText)),
      });
    case 'respawned':
    case 'reset':
      return entry({ kind, generation: at('generation', asCount), detail: detail() });
    case 'deleted':
      return entry({ kind });
    case 'resume_fallback':
    case 'note':
      return entry({ kind, detail: at('detail', asText) });
  }
}

const historyKinds = [
  'state_changed',
  'lease_acquired',
  'lease_lost',
  'checkpoint_completed',
  'resume_fallback',
  'message',
  'session_started',
  'session_ended',
  'respawned',
  'reset',
  'deleted',
  'note',
] as const satisfies readonly HistoryEvent['kind'][];

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
