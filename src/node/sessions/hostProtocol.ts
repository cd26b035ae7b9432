import type { EditorWrite } from '../../core/acp/editorPort.ts';
import {
  parseCancelReason,
  readCancelReason,
  type CancelCode,
  type CancelReason,
} from '../../core/sessions/cancellation.ts';
import { parseExecutionState, type ExecutionState } from '../../core/sessions/executionState.ts';
import {
  asCount,
  asFlag,
  asInstantMs,
  asJson,
  asName,
  asOneOf,
  asPath,
  asTable,
  asText,
  asTextOfAtMost,
  fieldsOf,
  optional,
  present,
  type JsonTable,
} from '../../core/sessions/fieldReaders.ts';
import {
  parseResumePayload,
  readActor,
  type ResumePayload,
} from '../../core/sessions/resumePayload.ts';

/** The methods between a host and its clients. */
export const hostMethods = {
  hello: 'hello',
  state: 'state',
  resume: 'resume',
  cancel: 'cancel',
  observe: 'observe',
  unobserve: 'unobserve',
  observed: 'observed',
  readEditor: 'editor/read',
  writeEditor: 'editor/write',
} as const;

export const hostProtocolVersion = 1;

const clientKinds = ['window', 'cli'] as const;

/** Who attaches to a host. */
export interface HostClientInfo {
  readonly name: string;
  readonly kind: (typeof clientKinds)[number];
  readonly pid: number;
}

/** The first that a client says. */
export interface Hello {
  readonly token: string;
  readonly client: HostClientInfo;
  readonly hasEditor: boolean;
}

/** Where the session of a host stands. */
export interface HostedState {
  readonly state: ExecutionState;
  /** Set from the moment when somebody cancels it. */
  readonly cancelReason?: CancelReason | undefined;
  readonly lastSequence: number;
  readonly lastActiveMs: number;
}

/** @throws MalformedField */
export function parseHello(value: unknown): Hello {
  const at = fieldsOf(value, '');
  const client = fieldsOf(at('client', asTable), 'client');
  const capabilities = at('capabilities', optional(asTable)) ?? {};
  return {
    token: at('token', asTextOfAtMost(1000)),
    client: {
      name: client('name', asName),
      kind: client('kind', asOneOf(clientKinds)),
      pid: client('pid', asCount),
    },
    hasEditor: fieldsOf(capabilities, 'capabilities')('editor', asFlag) === true,
  };
}

export function encodeHello({ token, client, hasEditor }: Hello): JsonTable {
  return { token, client, capabilities: hasEditor ? { editor: true } : {} };
}

/** @throws MalformedField */
export function parseHostedState(value: unknown): HostedState {
  const at = fieldsOf(value, '');
  return present({
    state: parseExecutionState(at('state', asJson)),
    cancelReason: at('cancelReason', optional(readCancelReason)),
    lastSequence: at('lastSequence', asCount),
    lastActiveMs: at('lastActiveMs', asInstantMs),
  });
}

/** @throws MalformedField */
export function parseResumeRequest(value: unknown): {
  readonly payload: ResumePayload;
  readonly by?: string | undefined;
} {
  const at = fieldsOf(value, '');
  return { payload: parseResumePayload(at('payload', asJson)), by: at('by', readActor) };
}

/** A wish to cancel, as a client has it. */
export interface CancelWish {
  readonly code: CancelCode;
  readonly detail?: string | undefined;
  readonly by?: string | undefined;
}

/** @throws MalformedField */
export function parseCancelRequest(value: unknown, requestedAtMs: number): CancelReason {
  return parseCancelReason({ ...asTable(value, ''), requestedAtMs });
}

/** @throws MalformedField */
export function parseObserveRequest(value: unknown): {
  readonly fromSequence?: number | undefined;
} {
  return present({ fromSequence: fieldsOf(value, '')('fromSequence', optional(asCount)) });
}

/** The number under which a client observes. @throws MalformedField */
export function parseObservation(value: unknown): number {
  return fieldsOf(value, '')('observation', asCount);
}

/** What a client is told of what it observes. */
export type ObservedRecord =
  | { readonly kind: 'event'; readonly event: unknown }
  | { readonly kind: 'lagged'; readonly count: number }
  /** Nothing comes any more. */
  | { readonly kind: 'closed' };

/** @throws MalformedField */
export function parseObserved(value: unknown): ObservedRecord {
  const at = fieldsOf(value, '');
  const kind = at('kind', asOneOf(['event', 'lagged', 'closed']));
  switch (kind) {
    case 'event':
      return { kind, event: at('event', asJson) };
    case 'lagged':
      return { kind, count: at('count', asCount) };
    case 'closed':
      return { kind };
  }
}

/** @throws MalformedField */
export function parseEditorRead(value: unknown): { readonly path: string } {
  return { path: fieldsOf(value, '')('path', asPath) };
}

/** @throws MalformedField */
export function parseEditorWrite(value: unknown): { readonly path: string; readonly text: string } {
  const at = fieldsOf(value, '');
  return { path: at('path', asPath), text: at('text', asText) };
}

/** What came of a write; null when the file is not open. */
export function encodeEditorWrite(written: EditorWrite): JsonTable | null {
  switch (written.kind) {
    case 'applied':
      return { applied: true };
    case 'refused':
      return { applied: false, reason: written.reason };
    case 'not-open':
      return null;
  }
}

/** @throws MalformedField */
export function parseEditorWritten(value: unknown): EditorWrite {
  if (value === null) return { kind: 'not-open' };
  const at = fieldsOf(value, '');
  if (at('applied', asFlag) === true) return { kind: 'applied' };
  return { kind: 'refused', reason: at('reason', optional(asText)) ?? '' };
}
